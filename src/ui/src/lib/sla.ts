/* How late something is, against the queue's target. */
import type { Policy, Work } from '../model/types';

export type Sla = 'none' | 'ok' | 'warn' | 'late';

export function sla(waited: number, target: number): Sla {
  if (!target || waited < 0) return 'none';
  if (waited >= target) return 'late';
  return waited >= target * 0.75 ? 'warn' : 'ok';
}

export function targetOf(policy: Policy | null, queue: string): number {
  return policy?.queues.find((q) => q.id === queue)?.target_ms ?? 0;
}

/* The customer waits: in the queue since t0, or for an agent's word since silent_since. */
export function waitingSince(w: Work): number {
  if (w.state === 'queued' || w.state === 'reserved' || w.state === 'offered') return w.t0 || w.queued_at;
  if (w.state === 'active') return w.silent_since;
  return 0;
}
