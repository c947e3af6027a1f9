/* The one place where state, socket and requests meet. Views read `state` and call these methods. */
import type { Result } from '../model/types';
import { add, offset, sample, type Sample } from '../net/clock';
import type { Frame } from '../net/frames';
import * as rest from '../net/rest';
import { Socket } from '../net/socket';
import { isTransient, MAX_PENDING, sendable, sent } from './commands';
import * as local from './local';
import { firstSeq, gap, lastSeq } from './log';
import { reduceFrames, SIGN_MS } from './reduce';
import { initialState, type Link, type State } from './state';

const PAGE = 50;
const failed = (error: string, text: string): Result =>
  ({ id: '', ok: false, error, text, conv: 0, seq: 0, contact: 0, duplicate: false });

export class Client {
  state: State = initialState;
  private listeners = new Set<() => void>();
  private frames: Frame[] = [];
  private scheduled = false;
  private samples: Sample[] = [];
  private leaving = () => {};
  private waiting = new Map<string, (r: Result) => void>();
  private live = false; // resumed or a whole snapshot: commands may go
  private holdTimer: ReturnType<typeof setTimeout> | undefined;
  private signTimer: ReturnType<typeof setTimeout> | undefined;
  private shown = 0; // the conversation on the screen; the others refresh when they are opened
  private lastSign = new Map<string, number>();
  private readonly socket: Socket;

  constructor(url: string, private readonly tab: string) {
    this.state = { ...initialState, tab };
    this.socket = new Socket({
      url,
      hello: () => ({ t: 'hello', tab, ...(this.state.cursor ? { resume: this.state.cursor } : {}) }),
      onFrame: (f) => this.receive(f),
      onLink: (link) => this.onLink(link),
      onPong: (now, sentAt) => {
        this.samples = add(this.samples, sample(now, sentAt, Date.now()));
      },
      loggedIn: () => rest.me().then((a) => a !== null, () => true), // unreachable is not logged out
    });
  }

  subscribe = (fn: () => void): (() => void) => {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  };

  /* The server's time, to compare with deadlines. */
  now = (): number => Date.now() + offset(this.samples);

  start(): void { this.socket.start(); }
  retryNow(): void { this.socket.retryNow(); }

  onLogout(fn: () => void): () => void {
    this.leaving = fn;
    return () => { this.leaving = () => {}; };
  }

  async logout(): Promise<void> {
    await rest.logout();
    this.reset();
    this.leaving();
  }

  reset(): void {
    this.socket.stop();
    // What is acknowledged is durable; what is only sent may have arrived; the rest never left.
    for (const [id, done] of this.waiting) {
      const state = this.state.queue.items.find((c) => c.id === id)?.state;
      if (state === 'acked') done({ ...failed('', ''), ok: true });
      else if (state === 'sent') done(failed('unknown', 'It may have been sent: you were logged out before the answer came.'));
      else done(failed('gone', 'You were logged out before it went out.'));
    }
    this.waiting.clear();
    this.live = false;
    this.frames = [];
    this.set({ ...initialState, tab: this.tab });
  }

  // ---- commands ----

  command(cmd: string, body: Record<string, unknown> = {}): Promise<Result> {
    if (this.state.queue.items.length >= MAX_PENDING) {
      return Promise.resolve(failed('full', 'Too much is waiting for the connection already.'));
    }
    const [state, id] = local.addCommand(this.state, cmd, body, Date.now());
    const result = new Promise<Result>((done) => this.waiting.set(id, done));
    this.set(state);
    this.flush();
    return result;
  }

  /* more: a mail's recipients and subject. */
  say(conv: number, text: string, note: boolean, ifSeq: number, files: readonly { token: string; name: string }[] = [], more: object = {}): Promise<Result> {
    const body = { conv, text, ...more, ...(ifSeq && !note ? { if_seq: ifSeq } : {}), ...(files.length ? { files: files.map((f) => f.token) } : {}) };
    const id = String(this.state.queue.next);
    const result = this.command(note ? 'note.add' : 'message.send', body);
    if (this.waiting.has(id)) this.set(local.addOutgoing(this.state, id, conv, text, note, this.now(), files.map((f) => f.name)));
    return result;
  }

  /* "typing" and "viewing": at most one per 3 s and conversation, and never queued. */
  sign(t: 'typing' | 'viewing', conv: number): void {
    const key = `${t}:${conv}`;
    const now = Date.now();
    if (!this.live || now - (this.lastSign.get(key) ?? 0) < 3_000) return;
    this.lastSign.set(key, now);
    this.socket.send({ t, conv });
  }

  // ---- conversations ----

  /* False when there is no such conversation for us. */
  async open(conv: number): Promise<boolean> {
    this.shown = conv;
    this.set(local.openLog(this.state, conv, Date.now()));
    void this.refresh(conv);
    return this.state.convs.has(conv) || (await this.fetchConv(conv)) || this.state.fetched.has(conv);
  }

  /* Loads the newest page, or what is missing since the last line or in a hole. */
  async refresh(conv: number): Promise<void> {
    const log = this.state.logs.get(conv);
    if (!log || log.loading) return;
    const hole = log.loaded ? gap(log) : 0;
    if (!log.loaded || log.messages.length === 0) await this.page(conv, { limit: PAGE });
    else if (log.stale) await this.page(conv, { after: lastSeq(log), limit: PAGE });
    else if (hole) await this.page(conv, { before: hole, limit: PAGE });
  }

  async older(conv: number): Promise<void> {
    const log = this.state.logs.get(conv);
    if (!log || log.loading || !log.loaded || log.start) return;
    await this.page(conv, { before: firstSeq(log), limit: PAGE });
  }

  private async page(conv: number, ask: rest.Page): Promise<void> {
    this.set(local.logLoading(this.state, conv));
    try {
      const body = await rest.messages(conv, ask);
      this.set(local.logPage(this.state, conv, body, ask));
    } catch (e) {
      this.set(local.logFailed(this.state, conv, (e as Error).message));
      return;
    }
    const log = this.state.logs.get(conv);
    if (log && (log.stale || gap(log)) && this.state.link.state === 'open') await this.refresh(conv);
  }

  async fetchConv(id: number): Promise<boolean> {
    try {
      this.set(local.convsFetched(this.state, [await rest.conversation(id)]));
      return true;
    } catch {
      return false;
    }
  }

  keepFetched(convs: Parameters<typeof local.convsFetched>[1]): void {
    this.set(local.convsFetched(this.state, convs));
  }

  // ---- inside ----

  private set(state: State): void {
    if (state === this.state) return;
    this.state = state;
    for (const fn of this.listeners) fn();
  }

  /* Frames are applied once per picture, or at once when nobody sees one: an offer must ring. */
  private receive(f: Frame): void {
    this.frames.push(f);
    if (document.visibilityState === 'hidden' || this.frames.length > 500) return this.apply();
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.apply());
  }

  private apply(): void {
    this.scheduled = false;
    const frames = this.frames;
    if (!frames.length) return;
    this.frames = [];
    if (frames.some((f) => f.t === 'welcome' && this.state.me && f.me !== this.state.me)) this.set({ ...initialState, tab: this.tab, link: this.state.link });
    const before = this.state;
    this.set(reduceFrames(before, frames, Date.now()));
    for (const f of frames) {
      if (f.t === 'resumed' || (f.t === 'snapshot' && f.last)) this.live = true;
      if (f.t === 'result') this.settle(f.id, { ...failed('', ''), ...f, ok: f.ok === true, error: f.error ?? '', text: f.text ?? '' });
      if (f.t === 'refused' && !isTransient(f.error ?? '')) this.settle(f.id, failed(f.error ?? 'invalid', f.text ?? ''));
    }
    this.flush();
    this.healLogs(before);
    if (frames.some((f) => f.t === 'typing' || f.t === 'viewing')) this.sweepSigns();
  }

  private settle(id: string, r: Result): void {
    const done = this.waiting.get(id);
    this.waiting.delete(id);
    done?.(r);
  }

  private flush(): void {
    clearTimeout(this.holdTimer);
    if (!this.live || !this.state.storeUp) return;
    let queue = this.state.queue;
    const wait = queue.hold - Date.now();
    if (wait > 0) {
      this.holdTimer = setTimeout(() => this.flush(), wait);
      return;
    }
    for (const c of sendable(queue, Date.now())) {
      if (!this.socket.send({ t: 'cmd', id: c.id, cmd: c.cmd, body: c.body })) break;
      queue = sent(queue, c.id);
    }
    if (queue !== this.state.queue) this.set({ ...this.state, queue });
  }

  /* The conversation on the screen asks for what it lacks. */
  private healLogs(before: State): void {
    if (this.state.logs === before.logs) return;
    const log = this.state.logs.get(this.shown);
    if (!log || before.logs.get(log.conv) === log || !log.loaded || log.loading) return;
    if (gap(log) || log.stale) void this.refresh(log.conv);
  }

  private sweepSigns(): void {
    clearTimeout(this.signTimer);
    this.signTimer = setTimeout(() => {
      this.set(local.dropSigns(this.state, Date.now()));
      if (this.state.typing.length || this.state.viewing.length) this.sweepSigns();
    }, SIGN_MS / 4);
  }

  private onLink(link: Link): void {
    if (link.state !== 'open') this.live = false;
    if (link.state === 'waiting' || link.state === 'connecting') {
      if (this.frames.length) this.apply();
      this.live = false;
    }
    this.set(local.setLink(this.state, link));
  }
}
