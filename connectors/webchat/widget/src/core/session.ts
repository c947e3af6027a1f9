/* The visitor's session: one link, one conversation, one courier, one thing kept. No DOM, no clock of
 * its own; the panel reads its fields and calls its verbs, `changed` tells when to look again. */
import { Conversation } from './conversation';
import { Courier } from './courier';
import type { Env } from './env';
import { cleanText, fitFields, type ClientFrame, type Line, type ServerFrame } from './frames';
import { Hours } from './hours';
import { Keep, type Pending } from './keep';
import { Link, type LinkOwner } from './link';
import { Marks } from './marks';
import type { Entry, Outbox } from './outbox';
import { Timers } from './timers';

export interface Options {
  channel: string;
  key: string; // of the storage
  tab: string; // random, of this page load
  changed(): void;
  arrived?(lines: Line[]): void; // live lines, not history
  failed?(entry: Entry): void;
}

const TYPING_MS = 3_000;
const TYPING_SHOWN_MS = 6_000;
const STALLED_MS = 10_000;
const LACK_MS = 1_500; // nothing came: we lack nothing
const COMMIT_MS = 5_000;
const LOOK_MS = 3_600_000; // timers of a browser that slept are late: look at the hours again
const ASK_MS = 600; // no visit came: ask for it

/* "v1.<visitor>.<issued>.<mac>": two tokens of one visitor are as good as each other. */
const visitorOf = (token: string): string => token.split('.')[1] ?? '';

export class Session implements LinkOwner {
  readonly talk = new Conversation();
  readonly keep: Keep;
  readonly link: Link;
  readonly outbox: Outbox;
  token = '';
  restarting = false; // the visitor asked for a new conversation after a closed one
  private hours = new Hours();
  private identity = '';
  private visitor = '';
  private helloToken = '';
  private greeted = false; // the first messages of a page are history, later ones are news
  private typedAt = -TYPING_MS;
  private staleAt = -Infinity;
  private marks: Marks;
  private courier: Courier;
  private timers: Timers;

  /* A path of the daemon's as an address. */
  at(path: string): string {
    return (this.env.base ?? '') + path;
  }

  constructor(private env: Env, private options: Options) {
    this.keep = new Keep(env.storage, options.key);
    this.token = this.keep.value?.token ?? '';
    this.link = new Link(env, this);
    this.timers = new Timers(env);
    const { link, keep, talk } = this;
    this.marks = new Marks(env, talk, keep, link);
    this.courier = new Courier({ env, link, keep, talk, tab: options.tab, failed: (e) => options.failed?.(e) });
    this.outbox = this.courier.outbox;
  }

  /* ---- what the visitor does ---- */

  start(): void {
    this.link.start();
    this.courier.start();
  }

  destroy(): void {
    this.link.stop();
    this.courier.stop();
    this.marks.stop();
    this.timers.clear();
  }

  begin(fields: Record<string, string>): void {
    this.restarting = false;
    this.post({ t: 'open', fields: fitFields(fields) });
  }

  send(text: string): boolean {
    const clean = cleanText(text);
    if (!clean || this.keep.full()) return false;
    this.post({ t: 'send', text: clean });
    return true;
  }

  /* An upload becomes a message. */
  sendFile(file: string): boolean {
    if (this.keep.full()) return false;
    this.post({ t: 'send', text: '', file });
    return true;
  }
  filesAt(name: string): string {
    return this.at(`/chat/files?channel=${encodeURIComponent(this.options.channel)}&name=${encodeURIComponent(name)}`);
  }

  /* A message, with what starts its conversation where there is none. */
  converse(text: string, fields: Record<string, string> = {}): boolean {
    if (!cleanText(text) || this.keep.full()) return false;
    const state = this.talk.visit?.state;
    if (state !== 'waiting' && state !== 'active' && !this.starting()) this.begin(fields);
    return this.send(text);
  }

  end(): void {
    if (!this.outbox.entries.some((e) => e.t === 'end' && e.state !== 'failed')) this.post({ t: 'end' });
  }

  /* Not before `at`; 0: as soon as possible. */
  callBack(at: number, fields: Record<string, string>): void {
    this.post({ t: 'callback', due: at, fields: fitFields(fields) });
  }

  rate(rating: number, text: string): void {
    const clean = cleanText(text, 2000);
    this.post(clean ? { t: 'rate', rating, text: clean } : { t: 'rate', rating });
    this.keep.update((k) => (k.rated = this.talk.lastSeq() || 1));
  }

  rated(): boolean {
    const rated = this.keep.value?.rated ?? 0;
    return rated > 0 && !this.talk.lines.some((l) => l.direction === 'in' && l.seq > rated);
  }

  again(): void {
    this.restarting = true;
    this.options.changed();
  }

  retry(id: string): void {
    this.courier.retry(id);
    this.options.changed();
  }

  discard(id: string): void {
    this.outbox.remove(id);
    this.options.changed();
  }

  typing(): void {
    const state = this.talk.visit?.state;
    const now = this.env.now();
    if (state !== 'waiting' && state !== 'active') return;
    if (now - this.typedAt >= TYPING_MS && this.link.send({ t: 'typing' })) this.typedAt = now;
  }

  /* All lines that are here have been looked at. */
  viewed(): void {
    if (this.marks.viewed()) this.options.changed();
  }

  identify(jwt: string): void {
    if (jwt === this.identity) return;
    this.identity = jwt;
    this.link.restart();
  }

  forget(): void {
    this.keep.forget();
    this.outbox.entries = [];
    this.become('', '');
    this.link.restart();
    this.options.changed();
  }

  /* Another tab wrote to the storage. */
  stored(): void {
    const before = this.keep.value?.token ?? '';
    if (!this.keep.reload()) return before ? this.forget() : undefined;
    const kept = this.keep.value;
    if (!kept) return;
    this.outbox.merge(kept.pending);
    if (kept.pending.some((p) => this.outbox.isOver(p.id)))
      this.keep.update((k) => (k.pending = k.pending.filter((p) => !this.outbox.isOver(p.id))));
    if (kept.token && kept.token !== before && visitorOf(kept.token) !== visitorOf(this.token)) {
      this.become(kept.token, '');
      this.link.restart();
    }
    this.options.changed();
  }

  /* ---- what the panel reads ---- */

  unread(): number {
    return this.marks.unread();
  }
  typingNow(): string | null {
    return this.talk.typingUntil > this.env.now() ? this.talk.typingName : null;
  }
  acted(): boolean {
    return this.keep.value !== null;
  }
  starting(): boolean {
    return this.outbox.entries.some((e) => (e.t === 'open' || e.t === 'send') && e.state !== 'failed');
  }

  /* Whether somebody is there, and when they are back (0: not known). */
  open(): boolean {
    return this.hours.open(this.env.now());
  }
  backAt(): number {
    return this.hours.backAt(this.env.now());
  }

  /* ---- the link's questions ---- */

  hello(): ClientFrame {
    this.helloToken = this.token;
    // A closed conversation may have been followed by another, which counts from 1: ask for all.
    const have = this.talk.visit?.state === 'closed' ? 0 : this.talk.safe;
    const f: ClientFrame = { t: 'hello', channel: this.options.channel, tab: this.options.tab, have };
    if (have && this.talk.conv) f.conv = this.talk.conv;
    if (this.token) f.token = this.token;
    if (this.identity) f.identity = this.identity;
    return f;
  }

  changed(): void {
    if (this.link.state !== 'up') {
      this.courier.lost();
      this.talk.typingUntil = 0;
      this.timers.stop('lack', 'commit', 'ask', 'stalled');
    }
    this.options.changed();
  }

  frame(f: ServerFrame): void {
    switch (f.t) {
      case 'welcome':
        return this.onWelcome(f);
      case 'messages':
        return this.onMessages(f);
      case 'visit':
        this.timers.stop('ask');
        if (f.visit.state !== 'closed') this.restarting = false;
        if (this.talk.applyVisit(f)) this.renewed(true);
        break;
      case 'typing':
        this.talk.typingName = f.name;
        this.talk.typingUntil = this.env.now() + TYPING_SHOWN_MS;
        this.timers.later('typing', TYPING_SHOWN_MS + 20, () => this.options.changed());
        break;
      case 'ack':
        this.courier.acked(f.id);
        break;
      case 'result':
        this.courier.result(f);
        break;
      case 'refused':
        this.courier.refused(f);
        break;
      case 'delivered':
        this.talk.applyDelivered(f.seq, f.state);
        break;
      case 'store':
        this.talk.storeUp = f.up;
        if (f.up) this.courier.storeUp();
        break;
      case 'pong':
        return;
    }
    this.options.changed();
  }

  /* ---- inside ---- */

  private post(body: Omit<Pending, 'id' | 'at'>): void {
    this.adopt();
    this.courier.post(body);
    this.options.changed();
  }

  /* The first act: from here on things are kept. Another tab may have acted before: be the same visitor. */
  private adopt(): void {
    if (this.keep.value) return;
    this.keep.reload();
    const other = this.keep.value as { token: string } | null;
    if (other?.token && visitorOf(other.token) !== visitorOf(this.token)) {
      this.become(other.token, '');
      this.link.restart();
    }
    this.keep.update((k) => (k.token = k.token || this.token));
  }

  private become(token: string, visitor: string): void {
    this.token = token;
    this.visitor = visitor;
    this.marks.reset(false);
    this.greeted = false;
    this.talk.reset();
  }

  private onWelcome(f: Extract<ServerFrame, { t: 'welcome' }>): void {
    const visitor = f.visitor || visitorOf(f.token);
    const kept = this.keep.value?.token;
    if (kept && !this.helloToken && visitorOf(kept) !== visitor) {
      this.become(kept, ''); // another tab acted while we said hello as a stranger: be its visitor
      return this.link.restart();
    }
    if (this.visitor && visitor !== this.visitor) {
      this.become(f.token, visitor); // the token was not taken: somebody new
      this.marks.reset(true);
    }
    this.visitor = visitor;
    this.token = f.token;
    if (this.keep.value && this.keep.value.token !== f.token) this.keep.update((k) => (k.token = f.token));
    this.talk.config = f.config;
    this.hours.told(f.config, this.env.now());
    this.lookAtHours();
    this.talk.storeUp = true;
    this.marks.again();
    this.talk.begin(Boolean(this.helloToken));
    if (!this.helloToken) this.greeted = true;
    this.link.established();
    this.timers.later('lack', LACK_MS, () => this.synced());
    this.timers.later('commit', COMMIT_MS, () => this.talk.commit());
    if (this.keep.value) this.timers.later('ask', ASK_MS, () => this.ask());
    this.courier.welcome();
    this.options.changed();
  }

  private lookAtHours(): void {
    const ms = this.hours.next(this.env.now());
    if (!ms) return this.timers.stop('hours');
    this.timers.later('hours', Math.min(ms, LOOK_MS), () => {
      this.lookAtHours();
      this.options.changed();
    });
  }

  private synced(): void {
    this.talk.syncing = false;
    this.greeted = true;
    this.options.changed();
  }

  /* How does it stand? The server answers every open with the visit; one without fields changes nothing. */
  private ask(): void {
    this.link.send({ t: 'open', id: this.courier.nextId(), fields: {} });
  }

  /* The lines are another conversation's now: nothing of the old one counts. */
  private renewed(stale: boolean): void {
    this.marks.reset(true);
    for (const e of this.outbox.entries) e.after = 0;
    if (!stale || this.env.now() - this.staleAt < 30_000) return;
    this.staleAt = this.env.now();
    this.link.restart();
  }

  private onMessages(f: Extract<ServerFrame, { t: 'messages' }>): void {
    const { fresh, stale, renewed } = this.talk.applyMessages(f);
    this.timers.stop('lack');
    if (renewed || (!f.more && (this.keep.value?.read ?? 0) > this.talk.top)) this.renewed(stale);
    this.outbox.arrived(fresh);
    this.outbox.settle(this.talk.has);
    if (f.more) {
      this.timers.later('stalled', STALLED_MS, () => this.talk.syncing && this.link.restart());
      this.timers.later('commit', COMMIT_MS, () => this.talk.commit());
    }
    const live = this.greeted && fresh.length > 0;
    if (!f.more) this.greeted = true;
    this.marks.tell();
    this.options.changed();
    if (live) this.options.arrived?.(fresh);
  }
}
