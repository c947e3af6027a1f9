/* A world for the core: a clock that only moves when told, a disk that tabs share, a server that keeps
 * one conversation and stores each id once. */
import type { Env, KeyValue, WireEvents } from '../../src/core/env';
import { Session } from '../../src/core/session';

type Frame = Record<string, unknown> & { t: string };

export class Disk implements KeyValue {
  data = new Map<string, string>();
  writes = 0;
  tabs: Tab[] = [];
  by: Tab | null = null;
  getItem = (k: string) => this.data.get(k) ?? null;
  setItem(k: string, v: string) {
    this.writes++;
    this.data.set(k, v);
    this.tell();
  }
  removeItem(k: string) {
    this.data.delete(k);
    this.tell();
  }
  /* Other tabs hear of it later, as storage events do. */
  private tell() {
    for (const t of this.tabs) if (t !== this.by) t.env.after(1, () => t.as(() => t.s.stored()));
  }
  kept(key = 'k') {
    return JSON.parse(this.data.get(key) ?? 'null');
  }
}

export class Clock {
  now = 1_700_000_000_000;
  private jobs: { at: number; run: () => void; n: number }[] = [];
  private n = 0;
  after(ms: number, run: () => void): () => void {
    const job = { at: this.now + ms, run, n: this.n++ };
    this.jobs.push(job);
    return () => void (this.jobs = this.jobs.filter((j) => j !== job));
  }
  pass(ms: number) {
    const end = this.now + ms;
    for (;;) {
      this.jobs.sort((a, b) => a.at - b.at || a.n - b.n);
      const job = this.jobs[0];
      if (!job || job.at > end) break;
      this.jobs.shift();
      this.now = Math.max(this.now, job.at);
      job.run();
    }
    this.now = end;
  }
}

export class Wire {
  open = false;
  got: Frame[] = [];
  visitor = '';
  constructor(private server: Server, readonly events: WireEvents) {}
  send(text: string) {
    if (!this.open) throw new Error('not open');
    const f = JSON.parse(text) as Frame;
    this.got.push(f);
    this.server.clock.after(1, () => this.open && this.server.take(this, f));
  }
  close() {
    this.open = false;
  }
  put(f: Frame) {
    if (this.open) this.events.message(JSON.stringify(f));
  }
}

export class Server {
  up = true; // reachable
  store = true;
  acks = true;
  results = true;
  echo = true; // tells new lines
  form: unknown[] = [];
  openHours = true;
  hours: Record<string, number> = {};
  wires: Wire[] = [];
  terse = false; // says nothing after a welcome but what is lacked, as the daemon may
  ids = true; // names a line of the visitor's by what it was sent as
  conv = 1;
  lines: { seq: number; direction: string; text: string; at: number; name?: string; id?: string }[] = [];
  seen = new Map<string, number>();
  visit: Frame = { t: 'visit', state: 'idle' };
  private n = 0;
  constructor(readonly clock: Clock) {}

  connect = (events: WireEvents): Wire => {
    const w = new Wire(this, events);
    this.clock.after(5, () => {
      if (!this.up) return events.closed(1006);
      w.open = true;
      this.wires.push(w);
      events.open();
    });
    return w;
  };
  cut(code = 1006) {
    const all = this.wires.filter((w) => w.open);
    this.wires = [];
    for (const w of all) {
      w.open = false;
      w.events.closed(code);
    }
  }
  all(f: Frame) {
    for (const w of this.wires) w.put(f);
  }
  /* The next conversation of this visitor. */
  renew() {
    this.conv++;
    this.lines = [];
  }
  say(direction: 'in' | 'out', text: string, id?: string): number {
    const seq = this.lines.length + 1;
    const line = { seq, direction, text, at: this.clock.now, ...(direction === 'out' ? { name: 'Anna' } : {}), ...(id && this.ids ? { id } : {}) };
    this.lines.push(line);
    if (this.echo) this.all({ t: 'messages', items: [line], last: seq, more: false });
    return seq;
  }
  show(visit: Record<string, unknown>) {
    this.visit = { t: 'visit', conv: this.conv, ...visit };
    this.all(this.visit);
  }
  texts() {
    return this.lines.map((l) => l.text);
  }

  take(w: Wire, f: Frame) {
    if (f.t === 'hello') {
      const token = typeof f.token === 'string' && /^v1\.\w+\.\d+\.ok$/.test(f.token) ? f.token : `v1.vis${++this.n}.1.ok`;
      w.visitor = token.split('.')[1];
      w.put({ t: 'welcome', token, visitor: w.visitor, config: { name: 'Shop', form: this.form, open: this.openHours, ...this.hours } });
      const last = this.lines.length;
      const have = (f.have as number) > last ? 0 : (f.have as number);
      const items = this.lines.filter((l) => l.seq > have);
      if (!this.terse) w.put(this.visit);
      if (!this.terse || items.length) w.put({ t: 'messages', items, last, more: false });
    } else if (f.t === 'ping') w.put({ t: 'pong' });
    else if (['open', 'send', 'end', 'rate', 'callback'].includes(f.t)) this.act(w, f);
  }

  private act(w: Wire, f: Frame) {
    const id = f.id as string;
    if (!this.store) return w.put({ t: 'refused', id, error: 'unavailable' });
    if (f.text === 'bad') return w.put({ t: 'refused', id, error: 'invalid', text: 'Not this.' });
    const before = this.seen.get(id);
    if (this.acks) w.put({ t: 'ack', id });
    let seq = before ?? 0;
    if (before === undefined) {
      if (f.t === 'send') seq = this.say('in', f.text as string, id);
      this.seen.set(id, seq);
    }
    if (f.t === 'open') this.all(this.visit);
    if (this.acks && this.results) w.put({ t: 'result', id, ok: true, ...(seq ? { seq } : {}), duplicate: before !== undefined });
  }
}

let tabs = 0;

export class Tab {
  s: Session;
  env: Env;
  changes = 0;
  arrived: string[] = [];
  constructor(readonly clock: Clock, server: Server, readonly disk: Disk | null, random = () => 0.5) {
    this.env = { now: () => clock.now, random, after: (ms, run) => clock.after(ms, () => this.as(run)), connect: server.connect, storage: disk };
    const tab = `tab${++tabs}aaaaaaaaaaaaaaaa`;
    this.s = new Session(this.env, {
      channel: 'web',
      key: 'k',
      tab,
      changed: () => void this.changes++,
      arrived: (l) => this.arrived.push(...l.map((x) => x.text)),
    });
    disk?.tabs.push(this);
  }
  as<T>(run: () => T): T {
    if (!this.disk) return run();
    const before = this.disk.by;
    this.disk.by = this;
    try {
      return run();
    } finally {
      this.disk.by = before;
    }
  }
  start(): this {
    this.as(() => this.s.start());
    this.clock.pass(50);
    return this;
  }
  say(text: string): boolean {
    return this.as(() => this.s.converse(text));
  }
  close() {
    this.as(() => this.s.destroy());
    if (this.disk) this.disk.tabs = this.disk.tabs.filter((t) => t !== this);
  }
  /* What the visitor sees, in order. */
  seen(): string[] {
    return [...this.s.talk.lines.map((l) => l.text), ...this.s.outbox.visible(this.s.talk.has).map((e) => e.text ?? '')];
  }
}

export function world() {
  const clock = new Clock();
  const server = new Server(clock);
  const disk = new Disk();
  return { clock, server, disk, tab: () => new Tab(clock, server, disk) };
}
