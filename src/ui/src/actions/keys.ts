/* Keys to actions. A pure matcher (tested) and one listener for the page.
 *
 * Single letters work only where nobody is typing, and can be switched off (WCAG 2.1.4). */
export interface KeyLike { key: string; code?: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }

/* "Mod+Shift+N", "Alt+A", "Shift+E", "?", "E" for one event. */
export function chord(e: KeyLike): string {
  const letter = /^[a-z]$/i.test(e.key);
  // With Alt some layouts type another character: the key's place tells which letter was meant.
  const placed = e.altKey && e.code?.startsWith('Key') ? e.code.slice(3) : '';
  const key = placed || (letter ? e.key.toUpperCase() : e.key);
  const mod = e.ctrlKey || e.metaKey ? 'Mod+' : '';
  const alt = e.altKey ? 'Alt+' : '';
  const shift = e.shiftKey && (letter || placed || key.length > 1) ? 'Shift+' : '';
  return mod + alt + shift + key;
}

export const SEQUENCE_MS = 1_200;

export interface Pressed { prefix: string; at: number }

/* Finds the action's keys for this press; remembers a prefix such as the G of "G M". */
export function match(press: string, before: Pressed | null, now: number, known: ReadonlySet<string>): { keys: string | null; pending: Pressed | null } {
  if (before && now - before.at < SEQUENCE_MS) {
    const both = `${before.prefix} ${press}`;
    if (known.has(both)) return { keys: both, pending: null };
  }
  if ([...known].some((k) => k.startsWith(`${press} `))) return { keys: null, pending: { prefix: press, at: now } };
  return { keys: known.has(press) ? press : null, pending: null };
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target.tagName === 'INPUT' && !/^(checkbox|radio|button)$/.test((target as HTMLInputElement).type));
}
