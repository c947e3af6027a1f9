/* How React sees the client. */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { Client } from './client';
import type { State } from './state';

const Ctx = createContext<Client | null>(null);
export const ClientProvider = Ctx.Provider;

export function useClient(): Client {
  const client = useContext(Ctx);
  if (!client) throw new Error('no client');
  return client;
}

/* `select` must give the same value for the same state: a field, or something memoized. */
export function useStore<T>(select: (s: State) => T): T {
  const client = useClient();
  return useSyncExternalStore(client.subscribe, () => select(client.state));
}

export const useMe = () => useStore((s) => s.agents.get(s.me));

/* The server's time, as often as asked. */
export function useNow(everyMs: number): number {
  const client = useClient();
  const [now, setNow] = useState(client.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(client.now()), everyMs);
    return () => clearInterval(timer);
  }, [client, everyMs]);
  return now;
}
