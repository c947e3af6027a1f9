/* One conversation's lines, by sequence. The daemon numbers them 1, 2, 3 … without holes, so a hole
 * here is something we have not been told: `gap` names where to ask again. */
import type { Delivery, DeliveryState, Media, Message } from '../model/types';

export interface Log {
  conv: number;
  messages: readonly Message[]; // ascending seq, no duplicates
  deliveries: ReadonlyMap<number, Delivery>; // by seq
  media: ReadonlyMap<number, Media>; // by seq: files that providers kept
  loaded: boolean; // the newest page has come
  loading: boolean;
  stale: boolean; // the connection began anew: lines may be missing at the end
  start: boolean; // seq 1 is here, or there is nothing older
  error: string;
  used: number; // for eviction: when it was last opened
}

export function emptyLog(conv: number, used = 0): Log {
  return { conv, messages: [], deliveries: new Map(), media: new Map(), loaded: false, loading: false, stale: false, start: false, error: '', used };
}

export function lastSeq(log: Log | undefined): number {
  const m = log?.messages;
  return m && m.length ? m[m.length - 1]!.seq : 0;
}

export function firstSeq(log: Log | undefined): number {
  return log?.messages[0]?.seq ?? 0;
}

/* Where a hole ends: the seq before which lines are missing, or 0. */
export function gap(log: Log): number {
  const m = log.messages;
  for (let i = m.length - 1; i > 0; i--) if (m[i]!.seq > m[i - 1]!.seq + 1) return m[i]!.seq;
  return 0;
}

export function addMessages(log: Log, incoming: readonly Message[]): Log {
  const fresh = incoming.filter((m) => m.seq > 0);
  if (!fresh.length) return log;
  const tail = lastSeq(log);
  if (fresh.every((m, i) => m.seq > (i ? fresh[i - 1]!.seq : tail))) {
    return { ...log, messages: [...log.messages, ...fresh], start: log.start || fresh[0]!.seq === 1 };
  }
  const bySeq = new Map(log.messages.map((m) => [m.seq, m]));
  let changed = false;
  for (const m of fresh) {
    if (bySeq.has(m.seq)) continue; // a line never changes: edits are lines of their own
    bySeq.set(m.seq, m);
    changed = true;
  }
  if (!changed) return log;
  const messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return { ...log, messages, start: log.start || messages[0]!.seq === 1 };
}

const RANK: Record<DeliveryState, number> = {
  none: 0, queued: 1, sending: 2, unknown: 3, sent: 4, delivered: 5, read: 6, failed: 7, bounced: 7,
};

/* Newer by attempt, then by time, then by how far it got: a late "sent" never hides "delivered". */
export function newerDelivery(a: Delivery | undefined, b: Delivery): boolean {
  if (!a) return true;
  if (a.attempts !== b.attempts) return b.attempts > a.attempts;
  if (a.at && b.at && a.at !== b.at) return b.at > a.at;
  return RANK[b.state] > RANK[a.state];
}

export function addDeliveries(log: Log, incoming: readonly Delivery[]): Log {
  let next: Map<number, Delivery> | null = null;
  for (const d of incoming) {
    if (!d.seq || !newerDelivery((next ?? log.deliveries).get(d.seq), d)) continue;
    next ??= new Map(log.deliveries);
    next.set(d.seq, d);
  }
  return next ? { ...log, deliveries: next } : log;
}

export function addMedia(log: Log, incoming: readonly Media[]): Log {
  let next: Map<number, Media> | null = null;
  for (const m of incoming) {
    const have = (next ?? log.media).get(m.seq);
    if (!m.seq || (have && have.version >= m.version)) continue;
    next ??= new Map(log.media);
    next.set(m.seq, m);
  }
  return next ? { ...log, media: next } : log;
}

export interface Line {
  message: Message;
  text: string; // after edits
  deleted: boolean;
  edited: boolean;
  reactions: readonly { text: string; author: string; who: string }[]; // who: "" is us
}

/* One of each person's; of us all together one, as the network sees it. Without text it is taken back. */
function reacted(have: Line['reactions'], m: Message): Line['reactions'] {
  const who = m.direction === 'out' ? '' : m.from.addr || m.from.name;
  const others = have.filter((r) => r.who !== who);
  return m.text ? [...others, { text: m.text, author: m.author || m.from.name, who }] : others;
}

/* The timeline as shown: edits, withdrawals and reactions folded into the line that they mean. */
export function lines(messages: readonly Message[]): Line[] {
  const out: Line[] = [];
  const at = new Map<number, number>();
  for (const m of messages) {
    const target = m.edits ? at.get(m.edits) : undefined;
    if (m.edits && (m.kind === 'edit' || m.kind === 'delete' || m.kind === 'reaction')) {
      if (target === undefined) continue; // what it means is not loaded yet
      const line = out[target]!;
      if (m.kind === 'edit') out[target] = { ...line, text: m.text, edited: true };
      else if (m.kind === 'delete') out[target] = { ...line, deleted: true };
      else out[target] = { ...line, reactions: reacted(line.reactions, m) };
      continue;
    }
    at.set(m.seq, out.length);
    out.push({ message: m, text: m.text, deleted: false, edited: false, reactions: [] });
  }
  return out;
}

/* The last line that the customer can see. */
export function visibleSeq(messages: readonly Message[]): number {
  for (let i = messages.length - 1; i >= 0; i--) {
    const m = messages[i]!;
    if (!m.private && m.kind !== 'note' && m.direction !== 'internal' && m.kind !== 'event' && m.kind !== 'reaction') return m.seq;
  }
  return 0;
}
