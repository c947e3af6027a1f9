/* Calls as conversations: the phone system carries them, Tandem shows them. Pure. */
import type { Agent, KindPolicy, Message, Work } from '../model/types';

export const isCall = (w: Work | undefined): boolean => w?.kind === 'call';

/* Being talked, by whomever: since when. 0: not. */
export const talkingSince = (w: Work | undefined): number =>
  w && isCall(w) && (w.state === 'active' || w.state === 'held') ? w.answered_at || w.accepted_at : 0;

/* How long the caller waited; of one who still waits, until now. */
export function waitedMs(w: Work, now: number): number {
  const until = w.answered_at || w.ended_at || now;
  return w.t0 ? Math.max(0, until - w.t0) : 0;
}

/* How long it was, or is being, talked. */
export const talkedMs = (w: Work, now: number): number =>
  w.answered_at ? Math.max(0, (w.ended_at || now) - w.answered_at) : 0;

export interface Phase { word: string; tone: 'accent' | 'good' | 'warn' | 'bad' | 'plain' }

/* In which phase an open call is. */
export function phaseOf(w: Work): Phase {
  switch (w.state) {
    case 'offered': return { word: 'Ringing', tone: 'accent' };
    case 'active': return { word: 'On the phone', tone: 'good' };
    case 'held': return { word: 'On hold', tone: 'warn' };
    case 'wrap': return { word: 'Wrap-up', tone: 'good' };
    case 'abandoned': return { word: 'Abandoned', tone: 'bad' };
    default: return { word: 'Waiting on the phone', tone: 'accent' };
  }
}

const ENDS: Record<string, Phase> = {
  'call.ended': { word: 'Call ended', tone: 'plain' }, 'call.abandoned': { word: 'Abandoned', tone: 'bad' },
  'call.missed': { word: 'Missed', tone: 'bad' }, 'call.lost': { word: 'End unknown', tone: 'warn' },
};

/* How a call that is over ended, by its last line that says so. */
export function endOf(messages: readonly Message[]): Phase | null {
  for (let i = messages.length - 1; i >= 0; i--) {
    const end = ENDS[messages[i]!.event];
    if (end) return end;
  }
  return null;
}

/* The call that a person has in hand or wraps up. */
export function callOf(works: ReadonlyMap<number, Work>, a: Agent): Work | undefined {
  const ids = new Set(a.calls.map((c) => c.id));
  let wrap: Work | undefined;
  for (const w of works.values()) {
    if (!isCall(w)) continue;
    if (w.state !== 'wrap' && w.call_id && ids.has(w.call_id)) return w;
    if (w.state === 'wrap' && w.agent === a.id && (!wrap || w.ended_at > wrap.ended_at)) wrap = w;
  }
  return wrap;
}

const MORE_MS = 60_000;

/* Until when "more time" may reach, or 0: the profile allows no more. */
export function moreWrap(a: Agent, voice: KindPolicy | undefined): number {
  const most = a.voice_since + (voice?.wrap_max_ms ?? 0);
  const until = Math.min(a.voice_wrap_until + MORE_MS, most);
  return a.voice === 'wrap' && a.voice_wrap_until > 0 && until > a.voice_wrap_until ? until : 0;
}
