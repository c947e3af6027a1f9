/* (state, frames, now) → state. Nothing else changes what came from the daemon.
 *
 * A batch of frames is applied to one draft: each map that is touched is copied once per batch, not
 * once per frame, which keeps 10,000 rows and a busy stream smooth. */
import * as n from '../model/normalize';
import type { Role } from '../model/types';
import type { Frame, Item } from '../net/frames';
import { acked, isTransient, postponed, reconnected, settled, storeUp } from './commands';
import { addDeliveries, addMedia, addMessages, lastSeq, type Log } from './log';
import { noEntities, type Entities, type Sign, type State } from './state';

export const SIGN_MS = 6_000; // typing and viewing expire
const MAX_TOMBS = 5_000;
const MAX_ALARMS = 50;

/* Work that is over leaves the board, and its conversation with it. */
const ENDED = new Set(['done', 'abandoned', 'overflowed']);

type Owned = Set<unknown>; // the maps that this batch made and may write to

export function reduceFrames(state: State, frames: readonly Frame[], now: number): State {
  if (!frames.length) return state;
  const owned: Owned = new Set();
  const draft = { ...state };
  for (const f of frames) applyFrame(draft, f, now, owned);
  draft.lostPhone = lostPhone(state, draft);
  return draft;
}

/* An extension that I did not give up myself was bound by somebody else. The stream tells only how
 * the agents are now; that mine became empty is what tells it. */
function lostPhone(before: State, after: State): string {
  const had = before.me === after.me ? before.agents.get(before.me)?.extension : '';
  const has = after.agents.get(after.me)?.extension;
  if (had === has || (!had && !has)) return before.me === after.me ? before.lostPhone : '';
  if (has) return '';
  const given = before.queue.items.some((c) => c.cmd === 'extension.set');
  return had && after.agents.has(after.me) && !given ? had : before.lostPhone;
}

function own<K, V>(owned: Owned, map: ReadonlyMap<K, V>): Map<K, V> {
  if (owned.has(map)) return map as Map<K, V>;
  const copy = new Map(map);
  owned.add(copy);
  return copy;
}

function applyFrame(s: State, f: Frame, now: number, owned: Owned): void {
  switch (f.t) {
    case 'welcome':
      s.me = f.me;
      s.role = n.one<Role>(f.role, 'agent');
      s.session = f.session ?? '';
      s.storeUp = true;
      break;
    case 'snapshot':
      applySnapshot(s, f, owned);
      break;
    case 'resumed':
      // Its event is where the replay will end; our own place moves on with every event of it.
      s.staging = null;
      s.ready = true;
      if (s.cursor) s.cursor = { ...s.cursor, term: f.term };
      s.queue = reconnected(s.queue, true);
      break;
    case 'entity': {
      const target = s.staging ? (s.staging = { ...s.staging }) : s;
      applyItem(s, target, f, owned);
      break;
    }
    case 'gone': {
      const target = s.staging ? (s.staging = { ...s.staging }) : s;
      dropItem(s, target, f, owned);
      break;
    }
    case 'message': {
      const m = { ...n.message(f.data), conv: f.conv, seq: f.seq };
      editLog(s, m.conv, owned, (log) => addMessages(log, [m]));
      s.outgoing = s.outgoing.filter((o) => !(o.conv === m.conv && (o.seq === m.seq || m.client_ref === `${s.tab}-${o.id}`)));
      if (m.direction === 'in') s.typing = s.typing.filter((x) => !(x.conv === m.conv && x.who === 'visitor'));
      break;
    }
    case 'delivery': {
      const d = n.delivery(f.data);
      editLog(s, d.conv, owned, (log) => addDeliveries(log, [d]));
      break;
    }
    case 'alarm': {
      const r = (f.data ?? {}) as Record<string, unknown>;
      const text = (k: string) => (typeof r[k] === 'string' ? (r[k] as string) : '');
      const alarm = {
        id: f.event ?? `${now}`, name: text('name'), text: text('text'), channel: text('channel'),
        queue: text('queue'), agent: text('agent'), at: now,
      };
      if (!s.alarms.some((a) => a.id === alarm.id)) s.alarms = [alarm, ...s.alarms].slice(0, MAX_ALARMS);
      break;
    }
    case 'ack':
      s.queue = acked(s.queue, f.id);
      break;
    case 'result':
      applyResult(s, n.result({ ...f, ok: f.ok === true }));
      break;
    case 'refused':
      if (isTransient(f.error ?? '')) s.queue = postponed(s.queue, f.id, now);
      else {
        s.queue = settled(s.queue, f.id);
        s.outgoing = s.outgoing.filter((o) => o.id !== f.id);
      }
      break;
    case 'typing':
    case 'viewing': {
      const sign: Sign = { conv: f.conv, who: f.who ?? 'agent', agent: f.agent ?? '', until: now + SIGN_MS };
      const same = (x: Sign) => x.conv === sign.conv && x.who === sign.who && x.agent === sign.agent;
      s[f.t] = [...s[f.t].filter((x) => x.until > now && !same(x)), sign];
      break;
    }
    case 'store':
      s.storeUp = f.up === true;
      if (s.storeUp) s.queue = storeUp(s.queue);
      break;
    case 'pong':
      break;
  }
  if ('event' in f && f.event && f.t !== 'snapshot' && f.t !== 'resumed' && s.cursor) {
    s.cursor = { ...s.cursor, event: f.event };
  }
}

function applySnapshot(s: State, f: Extract<Frame, { t: 'snapshot' }>, owned: Owned): void {
  if (f.first) {
    s.staging = {
      policy: null, agents: new Map(), works: new Map(), convs: new Map(), chans: new Map(),
    };
    for (const m of [s.staging.agents, s.staging.works, s.staging.convs, s.staging.chans]) owned.add(m);
    s.tombs = new Map();
    s.cursor = null; // half a snapshot cannot be resumed
  }
  const target = (s.staging = { ...(s.staging ?? noEntities) });
  for (const item of f.items ?? []) applyItem(s, target, item, owned);
  if (!f.last) return;
  Object.assign(s, target);
  s.staging = null;
  s.ready = true;
  s.cursor = f.term && f.event ? { term: f.term, event: f.event } : null;
  s.queue = reconnected(s.queue, false);
  // What was said while we were away is not in the stream: the open conversations ask for it.
  s.logs = new Map([...s.logs].map(([id, log]) => [id, { ...log, stale: true }]));
  s.typing = [];
  s.viewing = [];
}

const tombKey = (i: Item) => `${i.entity}:${i.key}`;

function applyItem(s: State, e: Entities, i: Item, owned: Owned): void {
  const tomb = s.tombs.get(tombKey(i));
  if (tomb !== undefined && i.version <= tomb) return;
  const newer = (have: { version: number } | undefined) => !have || i.version > have.version;
  switch (i.entity) {
    case 'policy':
      if (!e.policy || newer(e.policy)) e.policy = { ...n.policy(i.data), version: i.version };
      break;
    case 'agent': {
      if (!newer(e.agents.get(i.key))) break;
      const map = own(owned, e.agents);
      map.set(i.key, { ...n.agent(i.data), id: i.key, version: i.version });
      e.agents = map;
      break;
    }
    case 'work': {
      const id = Number(i.key);
      if (!newer(e.works.get(id))) break;
      const work = { ...n.work(i.data), id, version: i.version };
      if (ENDED.has(work.state)) {
        dropItem(s, e, i, owned);
        dropItem(s, e, { entity: 'conv', key: i.key, version: e.convs.get(id)?.version ?? 0 }, owned);
        break;
      }
      const map = own(owned, e.works);
      map.set(id, work);
      e.works = map;
      break;
    }
    case 'conv': {
      const id = Number(i.key);
      if (!newer(e.convs.get(id))) break;
      const conv = { ...n.conv(i.data), id, version: i.version };
      if (conv.state !== 'open' && !s.staging && !e.works.has(id)) {
        s.fetched = new Map(s.fetched).set(id, conv); // closed: nothing lists it any more
        break;
      }
      const map = own(owned, e.convs);
      map.set(id, conv);
      e.convs = map;
      break;
    }
    case 'media': {
      const m = n.media(i.data);
      editLog(s, m.conv, owned, (log) => addMedia(log, [{ ...m, version: i.version }]));
      break;
    }
    case 'chan': {
      if (!newer(e.chans.get(i.key))) break;
      const map = own(owned, e.chans);
      map.set(i.key, { ...n.chan(i.data), id: i.key, version: i.version });
      e.chans = map;
      break;
    }
  }
}

function dropItem(s: State, e: Entities, i: Item, owned: Owned): void {
  const leaving = i.entity === 'conv' ? e.convs.get(Number(i.key)) : undefined;
  if (leaving && s.logs.has(leaving.id)) s.fetched = new Map(s.fetched).set(leaving.id, leaving); // still on the screen
  const drop = <K>(map: ReadonlyMap<K, { version: number }>, key: K) => {
    const have = map.get(key);
    if (!have || have.version > i.version) return map;
    const copy = own(owned, map);
    copy.delete(key);
    return copy;
  };
  if (i.entity === 'work') e.works = drop(e.works, Number(i.key)) as Entities['works'];
  else if (i.entity === 'conv') e.convs = drop(e.convs, Number(i.key)) as Entities['convs'];
  else if (i.entity === 'agent') e.agents = drop(e.agents, i.key) as Entities['agents'];
  else if (i.entity === 'chan') e.chans = drop(e.chans, i.key) as Entities['chans'];
  const tombs = own(owned, s.tombs);
  tombs.set(tombKey(i), Math.max(i.version, tombs.get(tombKey(i)) ?? 0));
  if (tombs.size > MAX_TOMBS) tombs.delete(tombs.keys().next().value!);
  s.tombs = tombs;
}

/* Only conversations that somebody opened here have a log; the rest is a line in the list. */
function editLog(s: State, conv: number, owned: Owned, edit: (log: Log) => Log): void {
  const log = s.logs.get(conv);
  if (!log) return;
  const next = edit(log);
  if (next === log) return;
  const map = own(owned, s.logs);
  map.set(conv, next);
  s.logs = map;
}

function applyResult(s: State, r: ReturnType<typeof n.result>): void {
  s.queue = settled(s.queue, r.id);
  const out = s.outgoing.find((o) => o.id === r.id);
  if (!out) return;
  const shown = r.seq > 0 && (s.logs.get(out.conv)?.messages.some((m) => m.seq === r.seq) ?? false);
  // Until the line itself comes the bubble stays; without a log nobody waits for it.
  if (!r.ok || !r.seq || shown || !s.logs.has(out.conv) || lastSeq(s.logs.get(out.conv)) >= r.seq) {
    s.outgoing = s.outgoing.filter((o) => o.id !== r.id);
  } else {
    s.outgoing = s.outgoing.map((o) => (o.id === r.id ? { ...o, seq: r.seq } : o));
  }
}
