/* What the views ask of the state. Pure, and cheap enough for 10,000 rows once per picture. */
import type { Agent, ChannelKind, Conv, Policy, Profile, Work } from '../model/types';
import { sla, targetOf, waitingSince, type Sla } from '../lib/sla';
import { contactName } from '../lib/names';
import { talkingSince } from '../lib/calls';
import type { State } from './state';

export type View =
  | { name: 'mine' } | { name: 'asked' } | { name: 'queues' } | { name: 'all' } | { name: 'closed' } | { name: 'agents' } | { name: 'channels' } | { name: 'social' }
  | { name: 'queue'; queue: string };

export interface Row {
  id: number;
  kind: ChannelKind;
  name: string;
  preview: string;
  outbound: boolean; // the last line is ours
  at: number; // of the last line
  unread: number;
  waitingSince: number; // 0: nobody waits
  talkingSince: number; // a call that was answered; 0: none
  target: number;
  queue: string;
  agent: string;
  consult: string; // who is asked for advice
  callback: boolean; // the customer asked to be called or written back
  state: Work['state'] | 'closed';
  waitsFor: string;
  wakeAt: number;
  tags: readonly string[];
  priority: number;
  t0: number;
}

const OPEN = new Set<Work['state']>(['queued', 'reserved', 'offered', 'active', 'held', 'parked', 'wrap', 'snoozed', 'callback']);
const WAITING = new Set<Work['state']>(['queued', 'reserved', 'offered', 'callback']);

export const isOpen = (w: Work | undefined): boolean => !!w && OPEN.has(w.state);
export const isWaiting = (w: Work | undefined): boolean => !!w && WAITING.has(w.state);

/* An offer is not mine before I take it. */
export const isMine = (w: Work | undefined, me: string): boolean =>
  !!w && w.agent === me && OPEN.has(w.state) && !WAITING.has(w.state);

/* A colleague who has it asks me for advice. */
export const isAsked = (w: Work | undefined, me: string): boolean => !!w && w.consult === me && OPEN.has(w.state);

export const offersFor = (works: ReadonlyMap<number, Work>, me: string): Work[] => {
  const out: Work[] = [];
  for (const w of works.values()) if (w.state === 'offered' && w.agent === me && w.kind !== 'call') out.push(w);
  return out.sort((a, b) => a.offered_at - b.offered_at);
};

/* What happened to a call is told by its state; there is nothing to read. */
const unreadOf = (c: Conv | undefined): number =>
  c && c.kind !== 'voice' && c.last_direction === 'in' ? Math.max(0, c.seq - c.read_seq) : 0;

export function rowOf(c: Conv | undefined, w: Work | undefined, policy: Policy | null): Row {
  const call = w?.kind === 'call';
  return {
    id: c?.id ?? w?.id ?? 0,
    kind: call ? 'voice' : (c?.kind ?? w?.channel_kind ?? 'chat'),
    name: contactName(c, w),
    preview: [c?.subject, c?.last_text].filter(Boolean).join(' · '),
    outbound: c?.last_direction === 'out',
    at: c?.last_at || w?.t0 || 0,
    unread: unreadOf(c),
    waitingSince: w ? waitingSince(w) : 0,
    talkingSince: talkingSince(w),
    target: w ? targetOf(policy, w.queue) : 0,
    queue: w?.queue ?? '',
    agent: w?.agent || c?.last_agent || '',
    callback: w?.kind === 'task',
    consult: w && OPEN.has(w.state) ? w.consult : '',
    state: w && OPEN.has(w.state) ? w.state : 'closed',
    waitsFor: w?.waits_for ?? '',
    wakeAt: w?.wake_at ?? 0,
    tags: c?.tags ?? [],
    priority: w?.priority ?? 0,
    t0: w?.t0 ?? 0,
  };
}

/* What is handled with another stands under that one, on the board. */
function belongs(view: View, w: Work, me: string): boolean {
  if (w.cluster) return false;
  switch (view.name) {
    case 'mine': return isMine(w, me);
    case 'asked': return isAsked(w, me);
    case 'queues': return WAITING.has(w.state) && w.agent !== me;
    case 'queue': return OPEN.has(w.state) && w.queue === view.queue;
    case 'all': return OPEN.has(w.state);
    default: return false;
  }
}

const GROUP: Partial<Record<Work['state'], number>> = { parked: 1, held: 1, snoozed: 2 };

function order(view: View): (a: Row, b: Row) => number {
  if (view.name === 'queues') return (a, b) => a.priority - b.priority || a.t0 - b.t0 || a.id - b.id;
  const group = (r: Row) => GROUP[r.state as Work['state']] ?? 0;
  if (view.name === 'mine') return (a, b) => group(a) - group(b) || b.at - a.at || b.id - a.id;
  return (a, b) => b.at - a.at || b.id - a.id;
}

export interface Filter { text: string; kind: ChannelKind | '' }

export function matches(r: Row, f: Filter): boolean {
  if (f.kind && r.kind !== f.kind) return false;
  if (!f.text) return true;
  const hay = `${r.name}\n${r.preview}\n#${r.id}\n${r.queue}\n${r.agent}\n${r.tags.join('\n')}`.toLowerCase();
  return f.text.toLowerCase().split(/\s+/).every((word) => hay.includes(word));
}

export function listRows(s: Pick<State, 'works' | 'convs' | 'policy' | 'me'>, view: View, f: Filter): Row[] {
  const out: Row[] = [];
  for (const w of s.works.values()) {
    if (!belongs(view, w, s.me)) continue;
    const row = rowOf(s.convs.get(w.id), w, s.policy);
    if (matches(row, f)) out.push(row);
  }
  return out.sort(order(view));
}

/* Where this one can go on: what is open, of the same contact first, then by its last line. */
export function mergeable(s: Pick<State, 'works' | 'convs'>, id: number): Conv[] {
  const own = s.convs.get(id)?.contact ?? 0;
  const same = (c: Conv) => (own && c.contact === own ? 0 : 1);
  return [...s.convs.values()]
    .filter((c) => c.id !== id && c.kind !== 'voice' && c.state === 'open' && isOpen(s.works.get(c.id)))
    .sort((a, b) => same(a) - same(b) || b.last_at - a.last_at || b.id - a.id);
}

const BANDS = 5; // at least so many to choose from

/* The bands that queues use, the present one among them. */
export function priorities(policy: Policy | null, now: number): number[] {
  const all = new Set([...Array(BANDS).keys(), now, ...(policy?.queues ?? []).map((q) => q.priority)]);
  return [...all].sort((a, b) => a - b);
}

export interface Counts { social: number; mine: number; asked: number; unreadMine: number; waiting: number; all: number; queues: Map<string, number>; worst: Map<string, Sla> }

/* For the navigation: how much there is, and how late the oldest of each queue is. */
export function counts(s: Pick<State, 'works' | 'convs' | 'policy' | 'me'>, now: number): Counts {
  const c: Counts = { social: 0, mine: 0, asked: 0, unreadMine: 0, waiting: 0, all: 0, queues: new Map(), worst: new Map() };
  const rank: Record<Sla, number> = { none: 0, ok: 1, warn: 2, late: 3 };
  for (const w of s.works.values()) {
    if (!OPEN.has(w.state) || w.cluster) continue;
    c.all++;
    if (w.channel_kind === 'social' && w.state === 'queued') c.social++;
    if (isAsked(w, s.me)) c.asked++;
    if (isMine(w, s.me)) {
      c.mine++;
      if (unreadOf(s.convs.get(w.id)) > 0) c.unreadMine++;
    }
    if (!WAITING.has(w.state) || w.agent === s.me) continue;
    c.waiting++;
    c.queues.set(w.queue, (c.queues.get(w.queue) ?? 0) + 1);
    const level = sla(now - (w.t0 || w.queued_at), targetOf(s.policy, w.queue));
    if (rank[level] > rank[c.worst.get(w.queue) ?? 'none']) c.worst.set(w.queue, level);
  }
  return c;
}

export const profileOf = (a: Agent | undefined, policy: Policy | null): Profile | undefined =>
  policy?.profiles.find((p) => p.id === a?.profile) ?? policy?.profiles[0];

export const capacityOf = (a: Agent | undefined, policy: Policy | null): number => profileOf(a, policy)?.capacity ?? 100;

export const onCall = (a: Agent | undefined): boolean =>
  a?.voice === 'ringing' || a?.voice === 'active' || a?.voice === 'hold';
