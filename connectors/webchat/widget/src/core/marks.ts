/* How far the visitor has read: told to the server at most once a second, kept, shared with other tabs. */
import type { Conversation } from './conversation';
import type { Env } from './env';
import type { Keep } from './keep';
import type { Link } from './link';
import { Timers } from './timers';

const SEEN_MS = 1_000;

export class Marks {
  private here = 0; // read in this tab
  private told = '';
  private timers: Timers;

  constructor(env: Env, private talk: Conversation, private keep: Keep, private link: Link) {
    this.timers = new Timers(env);
  }

  read(): number {
    return Math.max(this.here, Math.min(this.keep.value?.read ?? 0, this.talk.top || Infinity));
  }

  unread(): number {
    return this.talk.unread(this.read());
  }

  /* All lines that are here have been looked at; whether that is news. */
  viewed(): boolean {
    const last = this.talk.lastSeq();
    if (last <= this.read()) return false;
    this.here = last;
    if (this.keep.value) this.keep.update((k) => (k.read = last));
    this.tell();
    return true;
  }

  tell(): void {
    if (this.timers.on('seen')) return;
    const delivered = this.talk.lastSeq();
    const read = Math.min(this.read(), delivered);
    const now = `${delivered}/${read}`;
    if (!delivered || now === this.told || !this.link.send({ t: 'seen', delivered, read })) return;
    this.told = now;
    this.timers.later('seen', SEEN_MS, () => this.tell());
  }

  /* A new connection: the server may not have heard. */
  again(): void {
    this.told = '';
  }

  /* Other lines now: nothing of them is read. `kept`: also in the storage. */
  reset(kept: boolean): void {
    this.here = 0;
    this.told = '';
    if (kept && this.keep.value) this.keep.update((k) => (k.read = k.rated = 0));
  }

  stop(): void {
    this.timers.clear();
  }
}
