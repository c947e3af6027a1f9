/* What the visitor did and the server has not placed yet, in order.
 *
 * queued → sending → acked (durable; leaves the storage) → placed (it stands in the conversation; leaves
 * the list when that line is here). Or failed: kept on the screen until the visitor decides. */
import type { Line } from './frames';
import type { Pending } from './keep';

export type EntryState = 'queued' | 'sending' | 'acked' | 'failed';
export interface Entry extends Pending {
  state: EntryState;
  mine: boolean; // of this page, or found when it was loaded: ours to send
  after: number; // the last seq when it was first sent: its line comes later than this
  seq: number; // where it stands, once known
  sure: boolean; // seq was told by its result, not guessed from its text
  ackedAt: number;
  error: string;
}

const ORPHAN_MS = 8_000; // another tab's entry that is still here has lost its tab
const RESULT_MS = 20_000; // a result that did not come by then went to a connection that is gone

const PAST_MAX = 500;

export class Outbox {
  entries: Entry[] = [];
  /* Ids that are over for this page: settled, or their line is here. Browsers pass the storage between
   * tabs with a delay, so that another tab's write may bring an entry back that was removed from it. */
  private past = new Set<string>();

  add(p: Pending, mine: boolean): Entry {
    const e: Entry = { ...p, state: 'queued', mine, after: 0, seq: 0, sure: false, ackedAt: 0, error: '' };
    this.entries.push(e);
    return e;
  }

  find(id: string): Entry | undefined {
    return this.entries.find((e) => e.id === id);
  }

  /* The storage changed: new entries of other tabs come in; those that are gone were acked there. Ours
   * stay until our own ack: sent twice they are stored once, but dropped by a race they were lost. */
  merge(stored: Pending[], mine = false): void {
    const ids = new Set(stored.map((p) => p.id));
    this.entries = this.entries.filter((e) => ids.has(e.id) || e.mine || e.state === 'acked' || e.state === 'failed');
    for (const p of stored) if (!this.find(p.id) && !this.past.has(p.id)) this.add(p, mine);
    const order = new Map(stored.map((p, i) => [p.id, i]));
    const rank = (e: Entry) => order.get(e.id) ?? -1; // acked and failed stay in front
    this.entries.sort((a, b) => rank(a) - rank(b));
  }

  next(now: number): Entry | undefined {
    return this.entries.find((e) => e.state === 'queued' && (e.mine || now - e.at > ORPHAN_MS));
  }

  /* The connection is gone: what had no ack goes again. */
  rewind(): void {
    for (const e of this.entries) if (e.state === 'sending') e.state = 'queued';
  }

  remove(id: string): void {
    this.retain((e) => e.id !== id);
  }

  isOver(id: string): boolean {
    return this.past.has(id);
  }

  private over(id: string): void {
    this.past.add(id);
    for (const oldest of this.past) {
      if (this.past.size <= PAST_MAX) break;
      this.past.delete(oldest);
    }
  }

  private retain(stays: (e: Entry) => boolean): void {
    for (const e of this.entries) if (!stays(e)) this.over(e.id);
    this.entries = this.entries.filter(stays);
  }

  /* New lines: an entry without a result yet is recognised by its id, or else by its text, so that it
   * never shows twice. */
  arrived(lines: Line[]): void {
    for (const line of lines) {
      if (line.direction !== 'in') continue;
      if (line.id) this.over(line.id);
      const exact = line.id && this.find(line.id);
      if (exact) {
        exact.seq = line.seq;
        exact.sure = true;
      }
      if (line.id || this.entries.some((e) => e.seq === line.seq)) continue;
      const e = this.entries.find(
        (x) =>
          x.t === 'send' &&
          !x.seq &&
          (x.state === 'sending' || x.state === 'acked') &&
          line.seq > x.after &&
          x.text === line.text.trim(),
      );
      if (e) e.seq = line.seq;
    }
  }

  /* Entries whose line is here and known for certain have done their work. */
  settle(has: (seq: number) => boolean): void {
    this.retain((e) => !(e.state === 'acked' && e.sure && (!e.seq || has(e.seq))));
  }

  sweep(now: number, has: (seq: number) => boolean): void {
    this.retain((e) => e.state !== 'acked' || now - e.ackedAt < RESULT_MS || (e.t === 'send' && !has(e.seq)));
  }

  /* Messages to show below the conversation's lines. */
  visible(has: (seq: number) => boolean): Entry[] {
    return this.entries.filter((e) => e.t === 'send' && !(e.seq && has(e.seq)));
  }
}
