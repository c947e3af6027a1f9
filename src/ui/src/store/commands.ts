/* The commands that wait for their end, in order. Pure: the client asks what to send and tells what
 * came back.
 *
 *   queued → sent → acked → gone (result, or refused for good)
 *
 * A command keeps its id for life, so that sending it again never does it twice. After a reconnect
 * everything without an ack goes out again in order; after a fresh snapshot also what was acked but
 * whose result may have passed while we were away. */

export type CommandState = 'queued' | 'sent' | 'acked';

export interface Pending {
  id: string;
  cmd: string;
  body: Record<string, unknown>;
  state: CommandState;
  at: number;
}

export interface CommandQueue {
  next: number;
  items: readonly Pending[];
  hold: number; // refused for now: nothing goes out before (client's clock); 0: free
  refusals: number; // in a row
}

export const emptyQueue: CommandQueue = { next: 1, items: [], hold: 0, refusals: 0 };
export const MAX_PENDING = 500;

export function enqueue(q: CommandQueue, cmd: string, body: Record<string, unknown>, at: number): [CommandQueue, string] {
  const id = String(q.next);
  const item: Pending = { id, cmd, body, state: 'queued', at };
  return [{ ...q, next: q.next + 1, items: [...q.items, item] }, id];
}

/* What may go out now, in order. */
export function sendable(q: CommandQueue, now: number): readonly Pending[] {
  if (q.hold > now) return [];
  return q.items.filter((c) => c.state === 'queued');
}

function update(q: CommandQueue, id: string, state: CommandState): CommandQueue {
  const i = q.items.findIndex((c) => c.id === id);
  if (i < 0 || q.items[i]!.state === state) return q;
  const items = [...q.items];
  items[i] = { ...items[i]!, state };
  return { ...q, items };
}

export const sent = (q: CommandQueue, id: string): CommandQueue => update(q, id, 'sent');

export function acked(q: CommandQueue, id: string): CommandQueue {
  return { ...update(q, id, 'acked'), refusals: 0, hold: 0 };
}

export function settled(q: CommandQueue, id: string): CommandQueue {
  const items = q.items.filter((c) => c.id !== id);
  return items.length === q.items.length ? q : { ...q, items };
}

/* Not taken, for a while. Everything that is not acked follows it again, so that order is kept. */
export function postponed(q: CommandQueue, id: string, now: number): CommandQueue {
  const from = q.items.findIndex((c) => c.id === id);
  if (from < 0) return q;
  const refusals = q.refusals + 1;
  const items = q.items.map((c, i) => (i >= from && c.state === 'sent' ? { ...c, state: 'queued' as const } : c));
  return { ...q, items, refusals, hold: now + Math.min(15_000, 500 * 2 ** Math.min(refusals, 5)) };
}

/* The socket is lost: what was sent without an ack may or may not have arrived. */
export function reconnected(q: CommandQueue, resumed: boolean): CommandQueue {
  return {
    ...q, hold: 0, refusals: 0,
    items: q.items.map((c) => (c.state === 'sent' || (!resumed && c.state === 'acked') ? { ...c, state: 'queued' as const } : c)),
  };
}

export const storeUp = (q: CommandQueue): CommandQueue => ({ ...q, hold: 0, refusals: 0 });

/* Refusals that mean "later"; all others mean "not so". */
export const isTransient = (error: string): boolean => error === 'unavailable' || error === 'busy';
