/* What the panel shows: one of a few stages, decided in one place. */
import type { Session } from './session';

export type Stage = 'loading' | 'form' | 'away' | 'chat' | 'closed' | 'left';

export function stageOf(s: Session): Stage {
  const { config, visit, lines } = s.talk;
  const state = visit?.state ?? 'idle';
  const busy = s.starting();
  if (!config) return s.acted() && (lines.length > 0 || busy) ? 'chat' : 'loading';
  if (state === 'waiting' || state === 'active') return 'chat';
  if (state === 'closed' && !s.restarting && !busy) return 'closed';
  if (state === 'left-message' && !s.restarting && !busy) return 'left';
  if (busy) return s.open() ? 'chat' : 'left';
  if (state === 'idle' && s.talk.syncing && s.acted()) return 'loading';
  if (!s.open()) return 'away';
  if (state === 'idle' && lines.length > 0) return 'chat';
  return config.form.length > 0 ? 'form' : 'chat';
}

export type Notice = 'none' | 'connecting' | 'reconnecting' | 'offline' | 'refused' | 'store';

/* `lostAt`: when the connection was lost, or 0; a short break is not worth a word. */
export function noticeOf(s: Session, online: boolean, now: number, lostAt: number): Notice {
  const { state } = s.link;
  if (state === 'up') return s.talk.storeUp ? 'none' : 'store';
  if (!online) return 'offline';
  if (s.link.refused()) return 'refused';
  const away = lostAt ? now - lostAt : 0;
  if (s.talk.config) return away < 1500 ? 'none' : 'reconnecting';
  return away < 8000 ? 'connecting' : 'reconnecting';
}
