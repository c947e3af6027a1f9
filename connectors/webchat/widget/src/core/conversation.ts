/* The conversation as the server tells it: lines by their seq, and the visit's state. Applying the same
 * frame twice, or frames of two connections, changes nothing. */
import type { Config, Line, ServerFrame, Visit } from './frames';

const MAX_LINES = 5000;

export class Conversation {
  config: Config | null = null;
  visit: Visit | null = null;
  conv = 0;
  era = 0; // grows when the lines become another conversation's: their seqs mean others
  lines: Line[] = []; // by seq
  top = 0; // the highest seq we heard of
  safe = 0; // all up to here is here: what the next hello may say
  syncing = false; // the server has more for us
  storeUp = true;
  typingName = '';
  typingUntil = 0;
  deliveredSeq = 0; // of ours, to an agent
  readSeq = 0; // of ours, by an agent
  private known = new Map<number, Line>();
  private committed = false;

  has = (seq: number): boolean => this.known.has(seq);

  reset(): void {
    this.visit = null;
    this.conv = this.top = this.safe = this.deliveredSeq = this.readSeq = this.typingUntil = 0;
    this.lines = [];
    this.known.clear();
    this.era++;
  }

  /* A connection begins: lines that come live may overtake those that we lack, so that for a while the
   * highest seq says nothing about the ones below it. */
  begin(lacks: boolean): void {
    this.syncing = lacks;
    this.committed = false;
  }

  /* What we lacked has come. */
  commit(): void {
    this.committed = true;
    this.safe = this.top;
  }

  /* Another conversation of the same visitor counts from 1 again. */
  private renew(conv: number): void {
    const visit = this.visit;
    this.reset();
    this.visit = visit;
    this.conv = conv;
  }

  /* A line never changes: another one under the same seq is of another conversation. */
  private contradicts(l: Line): boolean {
    const old = this.known.get(l.seq);
    return Boolean(old && (old.text !== l.text || old.direction !== l.direction || old.at !== l.at));
  }

  /* `stale`: our `have` was of an older conversation, ask again from 0. */
  applyMessages(f: Extract<ServerFrame, { t: 'messages' }>): { fresh: Line[]; stale: boolean; renewed: boolean } {
    const renewed = f.conv && this.conv ? f.conv !== this.conv : f.items.some((l) => this.contradicts(l));
    if (renewed) this.renew(f.conv);
    if (f.conv) this.conv = f.conv;
    const fresh = f.items.filter((l) => !this.known.has(l.seq));
    for (const l of fresh) this.known.set(l.seq, l);
    if (fresh.length) {
      this.lines = [...this.lines, ...fresh].sort((a, b) => a.seq - b.seq).slice(-MAX_LINES);
      if (fresh.some((l) => l.direction === 'out')) this.typingUntil = 0;
    }
    this.top = f.items.reduce((m, l) => Math.max(m, l.seq), Math.max(this.top, f.last));
    this.syncing = f.more;
    if (this.committed) this.safe = this.top;
    const stale = renewed && (f.items.length === 0 || f.items[0].seq > 1);
    if (stale) this.safe = 0;
    return { fresh, stale, renewed };
  }

  /* Returns whether it is of another conversation than our lines. */
  applyVisit(f: Extract<ServerFrame, { t: 'visit' }>): boolean {
    const other = f.conv > 0 && this.conv > 0 && f.conv !== this.conv;
    if (other) this.renew(f.conv);
    if (f.conv) this.conv = f.conv;
    this.visit = f.visit;
    this.readSeq = Math.max(this.readSeq, f.visit.readSeq);
    if (f.visit.state !== 'active') this.typingUntil = 0;
    return other;
  }

  applyDelivered(seq: number, state: string): void {
    this.deliveredSeq = Math.max(this.deliveredSeq, seq);
    if (state === 'read') this.readSeq = Math.max(this.readSeq, seq);
  }

  lastSeq(): number {
    return this.lines.length ? this.lines[this.lines.length - 1].seq : 0;
  }

  unread(read: number): number {
    let n = 0;
    for (let i = this.lines.length - 1; i >= 0 && this.lines[i].seq > read; i--) {
      if (this.lines[i].direction === 'out') n++;
    }
    return n;
  }
}
