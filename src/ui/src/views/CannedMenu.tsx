/* The list that a "/" opens above the text. The text keeps the focus. */
import { useEffect, useState, type KeyboardEvent, type RefObject } from 'react';
import { findCanned, insertAt, slashAt, type Slash } from '../lib/canned';
import type { Canned } from '../model/types';
import { useStore } from '../store/context';

const NONE: Canned[] = [];

export interface CannedState {
  open: boolean;
  items: Canned[];
  index: number;
  pick(c: Canned): void;
  setIndex(i: number): void;
  close(): void;
  onSelect(): void;
  onKey(e: KeyboardEvent): boolean;
  aria: Record<string, string | undefined>;
}

export function useCanned(text: string, box: RefObject<HTMLTextAreaElement | null>, change: (text: string) => void): CannedState {
  const canned = useStore((s) => s.policy?.canned ?? NONE);
  const [slash, setSlash] = useState<Slash | null>(null);
  const [index, setIndex] = useState(0);
  const [closedAt, setClosedAt] = useState(-1); // the slash that Escape closed
  const items = slash ? findCanned(canned, slash.query) : NONE;
  const open = slash !== null && slash.from !== closedAt && canned.length > 0;

  const look = () => {
    const el = box.current;
    const next = el && el.selectionStart === el.selectionEnd ? slashAt(el.value, el.selectionStart) : null;
    setSlash(next);
    if (!next) setClosedAt(-1);
  };
  useEffect(look, [text]);
  useEffect(() => setIndex(0), [slash?.query]);

  const pick = (c: Canned) => {
    if (!slash) return;
    const next = insertAt(text, slash, c.text);
    change(next.text);
    setSlash(null);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(next.caret, next.caret);
    });
  };

  return {
    open, items, index, pick, setIndex,
    close: () => setSlash(null),
    onSelect: look,
    onKey: (e) => {
      if (!open) return false;
      const move = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
      if (move && items.length) setIndex((index + move + items.length) % items.length);
      else if ((e.key === 'Enter' || e.key === 'Tab') && items[index]) pick(items[index]);
      else if (e.key === 'Escape') setClosedAt(slash.from);
      else return false;
      e.preventDefault();
      return true;
    },
    aria: {
      'aria-controls': open ? 'canned' : undefined,
      'aria-activedescendant': open && items[index] ? `canned-${index}` : undefined,
      'aria-autocomplete': 'list',
    },
  };
}

export function CannedMenu({ state }: { state: CannedState }) {
  return (
    <div className="canned">
      <ul id="canned" role="listbox" aria-label="Canned replies">
        {state.items.map((c, i) => (
          <li key={c.id} id={`canned-${i}`} role="option" aria-selected={i === state.index}
            onMouseDown={(e) => { e.preventDefault(); state.pick(c); }} onMouseMove={() => state.index !== i && state.setIndex(i)}>
            <span className="canned-id">/{c.id}</span><span className="cut">{c.text}</span>
          </li>
        ))}
      </ul>
      {!state.items.length && <p className="muted canned-none">No canned reply fits.</p>}
      <p className="vh" role="status">{state.items.length} canned replies</p>
    </div>
  );
}
