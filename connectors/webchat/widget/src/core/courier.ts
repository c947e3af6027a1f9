/* Carries what the visitor did to the server: each thing once, in order, for as long as it takes.
 *
 * Happy path: post → kept and queued → sent → ack (durable: no longer kept) → result → its line is here.
 * Failures: no ack within 15 s, or the connection lost: sent again with its id. Refused for now: later,
 * and nothing overtakes it. Refused for good: shown as failed, the visitor decides. */
import type { Conversation } from './conversation';
import type { Env } from './env';
import type { ClientFrame, ServerFrame } from './frames';
import type { Keep, Pending } from './keep';
import type { Link } from './link';
import { Outbox, type Entry } from './outbox';
import { Timers } from './timers';

const ACK_MS = 15_000;
const SWEEP_MS = 5_000;
const REFUSED_MS = 2_000;
const REFUSED_MAX_MS = 30_000;

export interface Route {
  env: Env;
  link: Link;
  keep: Keep;
  talk: Conversation;
  tab: string;
  failed(e: Entry): void;
}

export class Courier {
  readonly outbox = new Outbox();
  private timers: Timers;
  private count = 0;
  private inFlight = '';
  private refusals = 0;

  constructor(private r: Route) {
    this.timers = new Timers(r.env);
    this.outbox.merge(r.keep.value?.pending ?? [], true);
  }

  start(): void {
    this.sweep();
  }

  stop(): void {
    this.timers.clear();
  }

  nextId(): string {
    return `${this.r.tab}-${++this.count}`;
  }

  post(body: Omit<Pending, 'id' | 'at'>): void {
    const p: Pending = { id: this.nextId(), at: this.r.env.now(), ...body };
    this.r.keep.update((k) => k.pending.push(p));
    this.outbox.add(p, true);
    this.flush();
  }

  /* Refused for good under its old id: a new one. */
  retry(id: string): void {
    const e = this.outbox.find(id);
    if (e?.state !== 'failed' || e.t !== 'send') return;
    this.outbox.remove(id);
    this.post({ t: 'send', text: e.text, ...(e.file ? { file: e.file } : {}) });
  }

  welcome(): void {
    this.refusals = 0;
    this.timers.stop('refused');
    this.flush();
  }

  /* The connection is gone. */
  lost(): void {
    this.landed(this.inFlight);
    this.outbox.rewind();
  }

  /* One at a time, the next after the ack of the one before: the order is the visitor's for certain. */
  flush(): void {
    const { link, talk, env } = this.r;
    if (link.state !== 'up' || this.inFlight || !talk.storeUp || this.timers.on('refused')) return;
    const e = this.outbox.next(env.now());
    if (!e) return;
    e.state = 'sending';
    e.after = talk.top;
    this.inFlight = e.id;
    this.timers.later('ack', ACK_MS, () => link.restart());
    if (!link.send(frameOf(e))) link.lost(0);
  }

  acked(id: string): void {
    const e = this.outbox.find(id);
    if (e && e.state !== 'failed') {
      e.state = 'acked';
      e.ackedAt = this.r.env.now();
      e.sure = e.t === 'rate'; // nothing follows; the others wait for their result
    }
    this.unkeep(id);
    this.refusals = 0;
    this.landed(id);
    this.outbox.settle(this.r.talk.has);
    this.flush();
  }

  result(f: Extract<ServerFrame, { t: 'result' }>): void {
    const e = this.outbox.find(f.id);
    this.acked(f.id);
    if (!e) return;
    if (!f.ok) return this.fail(e, f.text || f.error);
    for (const x of this.outbox.entries) if (x !== e && !x.sure && f.seq && x.seq === f.seq) x.seq = 0;
    e.seq = f.seq;
    e.sure = true;
    this.outbox.settle(this.r.talk.has);
  }

  refused(f: Extract<ServerFrame, { t: 'refused' }>): void {
    const e = this.outbox.find(f.id);
    this.landed(f.id);
    if (!e) return;
    if (f.error === 'unavailable' || f.error === 'busy') {
      e.state = 'queued'; // and nothing overtakes it
      const wait = Math.min(REFUSED_MAX_MS, REFUSED_MS * 2 ** this.refusals++);
      this.timers.later('refused', wait * (0.5 + this.r.env.random()), () => this.flush());
      return;
    }
    this.unkeep(f.id);
    this.fail(e, f.text || f.error);
    this.flush();
  }

  storeUp(): void {
    this.timers.stop('refused');
    this.flush();
  }

  private fail(e: Entry, error: string): void {
    e.state = 'failed';
    e.error = error;
    if (e.t !== 'send') this.outbox.remove(e.id);
    this.r.failed(e);
  }

  private unkeep(id: string): void {
    const { keep } = this.r;
    if (!keep.value?.pending.some((p) => p.id === id)) return;
    keep.update((k) => (k.pending = k.pending.filter((p) => p.id !== id)));
  }

  private landed(id: string): void {
    if (this.inFlight !== id) return;
    this.inFlight = '';
    this.timers.stop('ack');
  }

  private sweep(): void {
    this.outbox.sweep(this.r.env.now(), this.r.talk.has);
    this.flush();
    this.timers.later('sweep', SWEEP_MS, () => this.sweep());
  }
}

function frameOf(e: Pending): ClientFrame {
  switch (e.t) {
    case 'open':
      return { t: 'open', id: e.id, fields: e.fields ?? {} };
    case 'send':
      return { t: 'send', id: e.id, text: e.text ?? '', ...(e.file ? { file: e.file } : {}) };
    case 'callback':
      return { t: 'callback', id: e.id, ...(e.due ? { at: e.due } : {}), fields: e.fields ?? {} };
    case 'end':
      return { t: 'end', id: e.id };
    case 'rate':
      return { t: 'rate', id: e.id, rating: e.rating ?? 0, ...(e.text ? { text: e.text } : {}) };
  }
}
