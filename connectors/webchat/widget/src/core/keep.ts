/* What is kept in the browser, under one key and only after the visitor acted: the token, how far he
 * has read, and what waits to be sent. Tabs share it; each change reads, changes and writes at once, so
 * that no tab undoes another's. Where storage is denied it lives as long as the page. */
import type { KeyValue } from './env';

export interface Pending {
  id: string; // "<tab>-<n>", unique in the world: a re-send is known by it
  t: 'open' | 'send' | 'end' | 'rate' | 'callback';
  at: number;
  text?: string;
  file?: string; // the token of an upload
  rating?: number;
  due?: number; // of a call back: not before
  fields?: Record<string, string>;
}
export interface Kept {
  token: string;
  read: number;
  rated: number; // the last seq of the conversation that was rated
  pending: Pending[];
}

const MAX_PENDING = 200;
const KINDS = ['open', 'send', 'end', 'rate', 'callback'];

export const emptyKept = (): Kept => ({ token: '', read: 0, rated: 0, pending: [] });

const whole = (v: unknown): number => (Number.isSafeInteger(v) && (v as number) > 0 ? (v as number) : 0);

function parsePending(v: unknown): Pending[] {
  const p = v as Pending;
  if (!p || typeof p !== 'object' || typeof p.id !== 'string' || !/^[\w-]{3,80}$/.test(p.id)) return [];
  if (!KINDS.includes(p.t) || (p.t === 'send' && typeof p.text !== 'string')) return [];
  const out: Pending = { id: p.id, t: p.t, at: whole(p.at) };
  if (typeof p.text === 'string') out.text = p.text;
  if (typeof p.file === 'string') out.file = p.file;
  if (whole(p.rating)) out.rating = Math.min(5, p.rating as number);
  if (whole(p.due)) out.due = p.due;
  if (p.t === 'open' || p.t === 'callback') {
    out.fields = {};
    for (const [k, value] of Object.entries(p.fields ?? {})) if (typeof value === 'string') out.fields[k] = value;
  }
  return [out];
}

export function parseKept(raw: string | null): Kept | null {
  if (!raw) return null;
  try {
    const v = JSON.parse(raw) as Kept;
    if (!v || typeof v !== 'object' || typeof v.token !== 'string') return null;
    return {
      token: v.token.slice(0, 1024),
      read: whole(v.read),
      rated: whole(v.rated),
      pending: (Array.isArray(v.pending) ? v.pending : []).slice(0, MAX_PENDING).flatMap(parsePending),
    };
  } catch {
    return null;
  }
}

export class Keep {
  value: Kept | null; // null: the visitor has not acted yet

  constructor(private storage: KeyValue | null, readonly key: string) {
    this.value = this.load();
  }

  /* Takes over what another tab wrote; false: there is nothing (any more). */
  reload(): boolean {
    const now = this.load();
    this.value = now ?? this.value;
    return now !== null;
  }

  update(change: (k: Kept) => void): void {
    const k = this.load() ?? this.value ?? emptyKept();
    change(k);
    this.value = k;
    try {
      this.storage?.setItem(this.key, JSON.stringify(k));
    } catch {
      this.storage = null; // full or denied: from here on it lives as long as the page
    }
  }

  full(): boolean {
    return (this.value?.pending.length ?? 0) >= MAX_PENDING;
  }

  forget(): void {
    this.value = null;
    try {
      this.storage?.removeItem(this.key);
    } catch {
      /* denied: there was nothing */
    }
  }

  private load(): Kept | null {
    try {
      return parseKept(this.storage?.getItem(this.key) ?? null);
    } catch {
      return null;
    }
  }
}
