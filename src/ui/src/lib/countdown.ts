/* An offer's remaining time. `now` is the server's clock, so that a wrong clock here neither takes
 * time away nor promises any. */
export interface Countdown {
  leftMs: number;
  seconds: number; // for people: 1 until the very end
  part: number; // 1 … 0
  urgent: boolean;
  over: boolean;
}

export function countdown(from: number, deadline: number, now: number): Countdown {
  if (!deadline) return { leftMs: 0, seconds: 0, part: 1, urgent: false, over: false };
  const total = Math.max(1, deadline - (from && from < deadline ? from : deadline - 20_000));
  const leftMs = Math.max(0, Math.min(total, deadline - now));
  return {
    leftMs, seconds: Math.ceil(leftMs / 1000), part: leftMs / total,
    urgent: leftMs > 0 && leftMs <= 5_000, over: leftMs === 0,
  };
}
