/* Changes that begin here: opening a conversation, a page that was loaded, a message on its way. */
import * as n from '../model/normalize';
import type { Conv } from '../model/types';
import { enqueue } from './commands';
import { addDeliveries, addMedia, addMessages, emptyLog, gap, type Log } from './log';
import type { Link, State } from './state';

export const MAX_LOGS = 30;
const MAX_FETCHED = 500;

export const setLink = (s: State, link: Link): State => ({ ...s, link });

function setLog(s: State, log: Log): State {
  return { ...s, logs: new Map(s.logs).set(log.conv, log) };
}

/* Keeps the logs used last; one that has messages on their way stays. */
export function openLog(s: State, conv: number, now: number): State {
  const log = { ...(s.logs.get(conv) ?? emptyLog(conv)), used: now };
  const logs = new Map(s.logs).set(conv, log);
  if (logs.size > MAX_LOGS) {
    const victims = [...logs.values()]
      .filter((l) => l.conv !== conv && !l.loading && !s.outgoing.some((o) => o.conv === l.conv))
      .sort((a, b) => a.used - b.used);
    for (const v of victims.slice(0, logs.size - MAX_LOGS)) logs.delete(v.conv);
  }
  return { ...s, logs };
}

export function logLoading(s: State, conv: number): State {
  const log = s.logs.get(conv);
  return log ? setLog(s, { ...log, loading: true, error: '' }) : s;
}

export function logFailed(s: State, conv: number, error: string): State {
  const log = s.logs.get(conv);
  return log ? setLog(s, { ...log, loading: false, error }) : s;
}

/* `wanted`: how many lines were asked for; fewer means that nothing older is left. */
export function logPage(s: State, conv: number, body: unknown, ask: { before?: number; after?: number; limit: number }): State {
  const log = s.logs.get(conv);
  if (!log) return s;
  const raw = (body ?? {}) as { messages?: unknown[]; deliveries?: unknown[]; media?: unknown[] };
  const messages = (raw.messages ?? []).map(n.message).map((m) => ({ ...m, conv })).sort((a, b) => a.seq - b.seq);
  const deliveries = (raw.deliveries ?? []).map(n.delivery).map((d) => {
    const seq = d.seq || messages.find((m) => m.id === d.message_id)?.seq || 0;
    return { ...d, conv, seq };
  });
  const short = messages.length < ask.limit;
  const media = (raw.media ?? []).map(n.media);
  const next = addMedia(addDeliveries(addMessages(log, messages), deliveries), media);
  const shown = new Set(next.messages.map((m) => m.seq));
  return {
    ...setLog(s, {
      ...next,
      loading: false,
      loaded: true,
      error: '',
      // Reading forward, a full page means that there is more; backward, that there may be older.
      stale: ask.after !== undefined ? log.stale && !short : false,
      start: next.start || (ask.after === undefined && short && gap(next) === 0),
    }),
    outgoing: s.outgoing.filter((o) => o.conv !== conv || !o.seq || !shown.has(o.seq)),
  };
}

export function convsFetched(s: State, convs: readonly Conv[]): State {
  const fetched = new Map(s.fetched);
  for (const c of convs) {
    const have = fetched.get(c.id);
    if (!have || c.version >= have.version) {
      fetched.delete(c.id);
      fetched.set(c.id, c);
    }
  }
  for (const key of fetched.keys()) {
    if (fetched.size <= MAX_FETCHED) break;
    fetched.delete(key);
  }
  return { ...s, fetched };
}

export function addCommand(s: State, cmd: string, body: Record<string, unknown>, now: number): [State, string] {
  const [queue, id] = enqueue(s.queue, cmd, body, now);
  return [{ ...s, queue }, id];
}

export function addOutgoing(s: State, id: string, conv: number, text: string, note: boolean, at: number, files: readonly string[] = []): State {
  return { ...s, outgoing: [...s.outgoing, { id, conv, text, note, at, seq: 0, files }] };
}

/* Who typed or looked six seconds ago does so no longer. */
export function dropSigns(s: State, now: number): State {
  const live = (x: { until: number }) => x.until > now;
  if (s.typing.every(live) && s.viewing.every(live)) return s;
  return { ...s, typing: s.typing.filter(live), viewing: s.viewing.filter(live) };
}
