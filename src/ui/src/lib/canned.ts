/* Finds the "/word" at the cursor, and puts a canned text in its place. */
import type { Canned } from '../model/types';
import { rank } from './fuzzy';

export interface Slash { from: number; to: number; query: string }

/* At the beginning of a line or after a space, so that "and/or" and addresses stay text. */
export function slashAt(text: string, caret: number): Slash | null {
  const head = text.slice(0, caret);
  const m = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(head);
  return m ? { from: caret - m[1]!.length - 1, to: caret, query: m[1]! } : null;
}

export const findCanned = (canned: readonly Canned[], query: string): Canned[] =>
  rank(query, canned, (c) => `${c.id} ${c.text}`).slice(0, 8);

export function insertAt(text: string, at: Slash, canned: string): { text: string; caret: number } {
  return { text: text.slice(0, at.from) + canned + text.slice(at.to), caret: at.from + canned.length };
}
