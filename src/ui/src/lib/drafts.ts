/* Drafts, one per person and conversation, kept for as long as the tab lives: a reload loses nothing,
 * and what could not be sent comes back here with the reason. */
import type { MailDraft } from './mail';

export interface Problem {
  kind: 'stale' | 'error';
  text: string; // a sentence
}

export interface Draft {
  text: string;
  note: boolean;
  base: number; // customer-visible seq when it began; see stale.ts
  mail?: MailDraft; // to whom else, and its subject
  problem?: Problem;
  returned?: string; // what came back stands first; the next to come back goes after it
}

export interface Shelf { getItem(key: string): string | null; setItem(key: string, value: string): void }

const KEY = 'tandem.drafts';
const MAX = 100;
const SAVE_MS = 150;

export class Drafts {
  private map = new Map<string, Draft>();
  private listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly shelf: Shelf | null) {
    try {
      const raw: unknown = JSON.parse(shelf?.getItem(KEY) ?? '[]');
      if (Array.isArray(raw)) this.map = new Map(raw as [string, Draft][]);
    } catch {
      // what cannot be read is no draft
    }
  }

  subscribe = (fn: () => void): (() => void) => {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  };

  /* Drafts belong to a person: the next one at this desk must not see them. */
  private key = (me: string, conv: number) => `${me}/${conv}`;

  get(me: string, conv: number): Draft | undefined {
    return this.map.get(this.key(me, conv));
  }

  put(me: string, conv: number, draft: Draft | null): void {
    const key = this.key(me, conv);
    this.map.delete(key);
    if (draft && (draft.text || draft.note || draft.mail)) this.map.set(key, draft);
    for (const old of this.map.keys()) {
      if (this.map.size <= MAX) break;
      this.map.delete(old);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save, SAVE_MS);
    for (const fn of this.listeners) fn();
  }

  /* Messages that were not taken: in their order, in front of whatever has been written since. */
  giveBack(me: string, conv: number, text: string, note: boolean, base: number, problem: Problem, mail?: MailDraft): void {
    const now = this.get(me, conv);
    const before = now?.returned && now.text.startsWith(now.returned) ? now.returned : '';
    const after = now?.text.slice(before.length).replace(/^\n/, '') ?? '';
    const returned = before ? `${before}\n${text}` : text;
    // Private words must never slip into a reply: if either part was a note, all of it is.
    const isPrivate = note || (now?.text ? now.note : false);
    this.put(me, conv, { text: after ? `${returned}\n${after}` : returned, note: isPrivate, base, problem, returned, mail: now?.mail ?? mail });
  }

  save = (): void => {
    clearTimeout(this.timer);
    try {
      this.shelf?.setItem(KEY, JSON.stringify([...this.map]));
    } catch {
      // storage full or forbidden: the draft lives in memory
    }
  };
}
