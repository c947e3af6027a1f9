/* Keeps the reader's place. At the end new lines follow; further up nothing moves, whatever is added
 * above or below. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

const NEAR = 64; // px from the end that count as the end
const OLDER = 240; // px from the top at which older lines are fetched

export interface TimelineScroll {
  ref: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  fresh: boolean; // something came while we were further up
  onScroll(): void;
  toEnd(): void;
}

export function useTimelineScroll(conv: number, first: number, last: number, sending: number, older: () => void): TimelineScroll {
  const ref = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [fresh, setFresh] = useState(false);
  const follow = useRef(true);
  const mark = useRef({ conv: 0, first: 0, last: 0, sending: 0 });
  const anchor = useRef<{ seq: string; top: number } | null>(null);

  const toEnd = useCallback(() => {
    const el = ref.current;
    if (!el) return;
    follow.current = true;
    el.scrollTop = el.scrollHeight;
    setAtEnd(true);
    setFresh(false);
  }, []);

  /* The first line in sight, and where it stands. */
  const remember = useCallback(() => {
    const el = ref.current;
    if (!el) return;
    const top = el.getBoundingClientRect().top;
    for (const item of el.querySelectorAll<HTMLElement>('[data-seq]')) {
      const r = item.getBoundingClientRect();
      if (r.bottom > top) {
        anchor.current = { seq: item.dataset.seq!, top: r.top - top };
        return;
      }
    }
    anchor.current = null;
  }, []);

  const onScroll = useCallback(() => {
    const el = ref.current;
    if (!el) return;
    const end = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
    follow.current = end;
    setAtEnd(end);
    if (end) setFresh(false);
    remember();
    if (el.scrollTop < OLDER) older();
  }, [older, remember]);

  useLayoutEffect(() => {
    const el = ref.current;
    const was = mark.current;
    mark.current = { conv, first, last, sending };
    if (!el) return;
    if (was.conv !== conv || was.last === 0 || sending > was.sending) return toEnd();
    if (follow.current) {
      el.scrollTop = el.scrollHeight;
    } else if (was.first !== first && anchor.current) {
      const item = el.querySelector<HTMLElement>(`[data-seq="${anchor.current.seq}"]`);
      if (item) el.scrollTop += item.getBoundingClientRect().top - el.getBoundingClientRect().top - anchor.current.top;
    }
    if (last > was.last && !follow.current) setFresh(true);
    remember();
  }, [conv, first, last, sending, toEnd, remember]);

  // The composer grows, an image loads, a mail unfolds: the end stays the end.
  useEffect(() => {
    const el = ref.current;
    if (!el) return;
    const keep = new ResizeObserver(() => {
      if (follow.current) el.scrollTop = el.scrollHeight;
    });
    keep.observe(el);
    for (const child of el.children) keep.observe(child);
    return () => keep.disconnect();
  }, [conv, first, last, sending]);

  return { ref, atEnd, fresh, onScroll, toEnd };
}
