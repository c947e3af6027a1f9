/* The stale-draft guard: what came into a conversation since the author last looked.
 *
 * A draft notes the last customer-visible line when it begins. What the customer writes afterwards
 * counts as seen once it has stood on the screen for a moment; what a colleague answers does not:
 * the author has to say that the draft still fits. The daemon checks the same (if_seq), so a line
 * that is on its way at the moment of sending is caught too. */
import type { Message } from '../model/types';

export const READ_MS = 1_200; // a line that came later than this before Send was not read

export interface DraftBase {
  seq: number; // customer-visible seq when the draft began, or was confirmed
}

export interface Since { by: 'customer' | 'colleague'; who: string; seq: number }

const visible = (m: Message): boolean =>
  !m.private && (m.kind === 'text' || m.kind === 'edit' || m.kind === 'delete') && (m.direction === 'in' || m.direction === 'out');

/* The newest line by a colleague since the draft began; it needs a confirmation. */
export function colleagueSince(messages: readonly Message[], base: DraftBase, me: string): Since | null {
  for (let i = messages.length - 1; i >= 0 && messages[i]!.seq > base.seq; i--) {
    const m = messages[i]!;
    if (visible(m) && m.direction === 'out' && m.author !== me) return { by: 'colleague', who: m.author, seq: m.seq };
  }
  return null;
}

/* What if_seq says: the last line that the author can have read when he pressed Send. */
export function seenSeq(messages: readonly Message[], base: DraftBase, me: string, arrived: (seq: number) => number, now: number): number {
  let seen = base.seq;
  for (const m of messages) {
    if (m.seq <= base.seq || !visible(m)) continue;
    if (m.direction === 'out' && m.author !== me) return seen;
    if (m.direction === 'in' && now - arrived(m.seq) < READ_MS) return seen;
    seen = m.seq;
  }
  return seen;
}

/* The first line that the author has not taken note of; sending asks back. */
export function unseen(messages: readonly Message[], seen: number, me: string): Since | null {
  const m = messages.find((x) => x.seq > seen && visible(x) && !(x.direction === 'out' && x.author === me));
  if (!m) return null;
  return m.direction === 'in' ? { by: 'customer', who: m.from.name, seq: m.seq } : { by: 'colleague', who: m.author, seq: m.seq };
}
