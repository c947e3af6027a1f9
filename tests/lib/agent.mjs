/* An agent's desktop without a screen: keeps the copy that the protocol describes. Events, besides
 * Link's: 'live' (snapshot or resumed), 'entity' (kind, key, data, frame), 'gone' (kind, key),
 * 'message' (frame), 'delivery', 'alarm'. */
import { randomBytes } from 'node:crypto';
import { Link } from './link.mjs';
import { until } from './system.mjs';

export class Agent extends Link {
  constructor({ port, cookie, id, window = 60, ...rest }) {
    const origin = `http://127.0.0.1:${port}`;
    super({ url: `ws://127.0.0.1:${port}/agent/ws`, headers: { Origin: origin, Cookie: cookie }, window, ...rest });
    this.id = id;
    this.tab = randomBytes(12).toString('hex');
    this.entities = new Map(); /* "work:1042" → { version, data } */
    this.live = false;
    this.canResume = true;
    this.snapshots = 0;
    this.resumes = 0;
  }

  hello() {
    this.live = false;
    const resume = this.canResume && this.event ? { term: this.term, event: this.event } : undefined;
    return { t: 'hello', tab: this.tab, ...(resume ? { resume } : {}) };
  }

  /* One command; resolves with its result frame. */
  async cmd(cmd, body = {}) {
    return this.command(cmd, body).result.promise;
  }

  command(cmd, body = {}) {
    const c = this.push((id) => ({ t: 'cmd', id, cmd, body }));
    c.cmd = cmd;
    c.body = body;
    return c;
  }

  get(kind, key) {
    return this.entities.get(`${kind}:${key}`)?.data;
  }

  all(kind) {
    return [...this.entities].filter(([k]) => k.startsWith(`${kind}:`)).map(([, v]) => v.data);
  }

  whenLive() {
    return until(`${this.id} is live`, () => this.live);
  }

  /* ---- frames ---- */

  apply(kind, key, version, data, frame) {
    const k = `${kind}:${key}`;
    const had = this.entities.get(k);
    if (had && had.version >= version) return;
    this.entities.set(k, { version, data });
    this.emit('entity', kind, key, data, frame);
  }

  goLive(f) {
    if (f.term) this.term = f.term;
    if (f.event) this.event = f.event;
    this.live = true;
    this.emit('live', f);
  }

  takeSnapshot(f) {
    if (f.first) {
      this.entities.clear();
      this.snapshots++;
      this.emit('snapshot');
    }
    for (const i of f.items) this.apply(i.entity, i.key, i.version, i.data, f);
    if (f.last) this.goLive(f);
  }

  take(f) {
    super.take(f);
    if (f.event && f.t !== 'snapshot' && f.t !== 'resumed') this.event = f.event;
    switch (f.t) {
      case 'welcome':
        this.session = f.session;
        this.up();
        break;
      case 'snapshot':
        this.takeSnapshot(f);
        break;
      case 'resumed':
        this.resumes++;
        this.goLive({ term: f.term });
        break;
      case 'entity':
        this.apply(f.entity, f.key, f.version, f.data, f);
        break;
      case 'gone':
        this.entities.delete(`${f.entity}:${f.key}`);
        this.emit('gone', f.entity, f.key, f);
        break;
      case 'message':
      case 'delivery':
      case 'alarm':
        this.emit(f.t, f);
        break;
      default:
    }
  }
}

/* Accepts whatever is offered to him, as soon as it is. */
export function autoAccept(agent) {
  const asked = new Set();
  const look = (kind, key, w) => {
    if (kind !== 'work' || w.state !== 'offered' || w.agent !== agent.id || asked.has(w.offer)) return;
    asked.add(w.offer);
    agent.command('offer.accept', { conv: Number(key), offer: w.offer });
  };
  agent.on('entity', look);
  for (const w of agent.all('work')) look('work', w.id, w);
}
