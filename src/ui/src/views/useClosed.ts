/* Closed conversations are not in the stream: pages over REST, newest first. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import * as rest from '../net/rest';
import { useClient, useStore } from '../store/context';
import { rowOf, type Row } from '../store/select';
import type { Conv } from '../model/types';

const PAGE = 50;

export interface Closed { rows: Row[]; loading: boolean; error: string; more(): void }

export function useClosed(on: boolean): Closed {
  const client = useClient();
  const policy = useStore((s) => s.policy);
  const [convs, setConvs] = useState<Conv[]>([]);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState('');
  const state = useRef({ busy: false, end: false, before: 0 });

  const more = useCallback(() => {
    const s = state.current;
    if (s.busy || s.end) return;
    s.busy = true;
    setLoading(true);
    setError('');
    rest.conversations({ view: 'closed', limit: PAGE, ...(s.before ? { before: s.before } : {}) })
      .then((page) => {
        s.end = page.length < PAGE;
        s.before = page.length ? Math.min(...page.map((c) => c.last_at || c.resolved_at)) : s.before;
        client.keepFetched(page);
        setConvs((have) => {
          const ids = new Set(have.map((c) => c.id));
          return [...have, ...page.filter((c) => !ids.has(c.id))];
        });
      }, (e: Error) => setError(e.message))
      .finally(() => {
        s.busy = false;
        setLoading(false);
      });
  }, [client]);

  useEffect(() => {
    state.current = { busy: false, end: false, before: 0 };
    setConvs([]);
    if (on) more();
  }, [on, more]);

  const rows = useMemo(() => convs.map((c) => rowOf(c, undefined, policy)), [convs, policy]);
  return { rows, loading, error, more };
}
