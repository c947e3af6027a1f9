import { useEffect, useState } from 'react';
import type { Work } from '../model/types';
import * as rest from '../net/rest';

const AGAIN_MS = 15_000;

/* Why it waits, as it is now: asked of the engine while somebody looks; until the answer comes, and for
 * work that somebody has, the sentence of the last decision. */
export function useWhy(work?: Work): string {
  const stored = work?.waits_for || work?.reason || '';
  const waits = work?.state === 'queued' ? work.id : 0;
  const [now, setNow] = useState({ id: 0, text: '' });
  useEffect(() => {
    if (!waits) return;
    let current = true;
    const ask = () => {
      if (document.visibilityState !== 'visible') return;
      rest.why(waits).then((text) => current && setNow({ id: waits, text }), () => undefined);
    };
    ask();
    const timer = window.setInterval(ask, AGAIN_MS);
    return () => {
      current = false;
      window.clearInterval(timer);
    };
  }, [waits, work?.version]);
  return waits && now.id === waits && now.text ? now.text : stored;
}
