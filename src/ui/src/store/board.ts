/* What is chosen on the board: kept while one looks into a conversation and comes back. */
import { useSyncExternalStore } from 'react';
import type { Client } from './client';
import { toast } from './ui';

export interface Board { cursor: number; chosen: ReadonlySet<number>; open: ReadonlySet<number> }

let board: Board = { cursor: 0, chosen: new Set(), open: new Set() };
const listeners = new Set<() => void>();

export function setBoard(patch: Partial<Board>): void {
  board = { ...board, ...patch };
  for (const fn of listeners) fn();
}

const toggled = (set: ReadonlySet<number>, id: number): ReadonlySet<number> => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};
export const choose = (id: number): void => setBoard({ chosen: toggled(board.chosen, id) });
export const unfold = (id: number): void => setBoard({ open: toggled(board.open, id) });

export const useBoard = (): Board => useSyncExternalStore(
  (fn) => { listeners.add(fn); return () => listeners.delete(fn); },
  () => board,
);
export const getBoard = (): Board => board;

/* The same for several conversations; tells once how many it went wrong for, and why. */
export async function forAll(client: Client, ids: readonly number[], cmd: string, body: (id: number) => Record<string, unknown>, done: (n: number) => string): Promise<number> {
  const results = await Promise.all(ids.map((id) => client.command(cmd, { conv: id, ...body(id) })));
  const bad = results.filter((r) => !r.ok);
  const good = ids.length - bad.length;
  if (bad.length) toast(`${ids.length > 1 ? `${bad.length} of ${ids.length} did not work: ` : ''}${bad[0]!.text || 'This did not work.'}`, 'bad');
  const text = done(good);
  if (good && text) toast(text, 'good');
  return good;
}
