/* A daemon of a few hundred lines: enough of the protocol to work on the page without the real one. It
 * keeps entities with versions, logs with sequences and a ring of events to resume from. */
const RING = 2_000;

export class World {
  constructor() {
    this.entities = { policy: new Map(), agent: new Map(), work: new Map(), conv: new Map(), chan: new Map() };
    this.logs = new Map(); // conv → messages
    this.deliveries = new Map(); // conv → Map(seq → delivery)
    this.contacts = new Map();
    this.closed = new Map(); // conv entities that are off the board
    this.users = new Map(); // id → password
    this.results = new Map(); // "tab:id" → result frame
    this.events = [];
    this.term = '1-standin';
    this.nextEvent = 1;
    this.nextOffer = 1;
    this.sockets = new Set();
    this.commands = []; // as they came, repeats included
    this.hellos = [];
    this.storeUp = true;
    this.mute = false; // takes commands and never answers
    this.timers = new Set();
  }

  now() { return Date.now(); }
  later(ms, fn) {
    const t = setTimeout(() => { this.timers.delete(t); fn(); }, ms);
    this.timers.add(t);
    return t;
  }
  close() { for (const t of this.timers) clearTimeout(t); }

  get(entity, key) { return this.entities[entity].get(String(key)); }

  /* Zero and empty fields are left out, as the daemon does. */
  static lean(data) {
    const out = {};
    for (const [k, v] of Object.entries(data)) {
      if (v === 0 || v === '' || v === false || v === null || v === undefined) continue;
      if (Array.isArray(v) && v.length === 0) continue;
      out[k] = v && typeof v === 'object' && !Array.isArray(v) ? World.lean(v) : v;
    }
    return out;
  }

  put(entity, key, patch, quiet = false) {
    const have = this.get(entity, key) ?? { version: 0 };
    const next = { ...have, ...patch, version: have.version + 1 };
    this.entities[entity].set(String(key), next);
    if (!quiet) this.emit({ t: 'entity', entity, key: String(key), version: next.version, data: World.lean(next) });
    return next;
  }

  gone(entity, key) {
    const have = this.get(entity, key);
    if (!have) return;
    this.entities[entity].delete(String(key));
    this.emit({ t: 'gone', entity, key: String(key), version: have.version + 1 });
  }

  emit(frame, to = null) {
    const f = { ...frame, event: `${this.nextEvent++}-0` };
    this.events.push({ frame: f, to });
    if (this.events.length > RING) this.events.shift();
    for (const s of this.sockets) if (!to || s.tab === to) s.send(f);
    return f;
  }

  say(conv, m, quiet = false) {
    const log = this.logs.get(conv) ?? [];
    this.logs.set(conv, log);
    const seq = log.length + 1;
    const data = { id: `M${conv}-${seq}`, conv, seq, at: this.now(), channel: this.get('conv', conv)?.channel ?? '', ...m };
    log.push(data);
    if (!quiet) this.emit({ t: 'message', conv, seq, data: World.lean(data) });
    const c = this.get('conv', conv);
    if (c) {
      const shown = !['note', 'event', 'reaction'].includes(data.kind) && !data.private;
      this.put('conv', conv, {
        seq,
        ...(shown ? { last_text: (data.text ?? '').slice(0, 140), last_direction: data.direction ?? 'in', last_at: data.at } : {}),
        ...(shown && data.direction !== 'out' ? { last_customer_at: data.at } : {}),
      }, quiet);
    }
    return data;
  }

  /* What became of a message's files that the provider kept. */
  putMedia(m, quiet = false) {
    const key = `${m.conv}/${m.seq}`;
    this.media ??= new Map();
    const version = (this.media.get(key)?.version ?? 0) + 1;
    this.media.set(key, { ...m, version });
    if (!quiet) this.emit({ t: 'entity', entity: 'media', key, version, data: { ...m, version } });
  }

  deliver(conv, seq, state, more = {}, quiet = false) {
    const map = this.deliveries.get(conv) ?? new Map();
    this.deliveries.set(conv, map);
    const d = { conv, seq, message_id: `M${conv}-${seq}`, attempts: 1, at: this.now(), ...map.get(seq), ...more, state };
    d.at = this.now();
    map.set(seq, d);
    if (!quiet) this.emit({ t: 'delivery', data: World.lean(d) });
  }

  /* What an agent uses up; published with him. */
  recount(id, quiet = false) {
    const kinds = ['voice', 'chat', 'sms', 'social', 'mail'];
    const cost = { voice: 100, chat: 30, sms: 15, social: 20, mail: 40 };
    const counts = [0, 0, 0, 0, 0];
    let used = 0;
    for (const w of this.entities.work.values()) {
      if (w.agent !== id || !['offered', 'active', 'wrap'].includes(w.state)) continue;
      counts[kinds.indexOf(w.channel_kind ?? 'voice')]++;
      used += cost[w.channel_kind ?? 'voice'];
    }
    this.put('agent', id, { used, ...Object.fromEntries(kinds.map((k, i) => [`count_${k}`, counts[i]])) }, quiet);
  }

  offer(conv, agent, ms = 20_000, reason = '') {
    const id = `${this.nextOffer++}-1`;
    const now = this.now();
    this.put('work', conv, { state: 'offered', agent, offer: id, offered_at: now, offer_deadline: now + ms, ...(reason ? { reason } : {}) });
    this.recount(agent);
    this.later(ms, () => {
      const w = this.get('work', conv);
      if (w?.offer !== id) return;
      this.put('work', conv, { state: 'queued', agent: '', offer: '', offer_deadline: 0 });
      this.put('agent', agent, { presence: 'not-responding', presence_since: this.now() });
      this.recount(agent);
    });
    return id;
  }

  snapshot() {
    const items = [];
    for (const entity of ['policy', 'agent', 'chan', 'conv', 'work']) {
      for (const [key, e] of this.entities[entity]) items.push({ entity, key, version: e.version, data: World.lean(e) });
    }
    return items;
  }
}
