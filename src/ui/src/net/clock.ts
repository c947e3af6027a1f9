/* The server's clock, seen from here. Every answer tells its time somewhere within the round trip;
 * the shortest of the last round trips is the best witness. */
export interface Sample { offset: number; rtt: number; at: number }

const KEEP_MS = 5 * 60_000;

export function sample(serverNow: number, sentAt: number, receivedAt: number): Sample {
  const rtt = Math.max(0, receivedAt - sentAt);
  return { offset: serverNow + rtt / 2 - receivedAt, rtt, at: receivedAt };
}

export function add(samples: readonly Sample[], s: Sample): Sample[] {
  return [...samples.filter((x) => s.at - x.at < KEEP_MS), s].slice(-20);
}

export function offset(samples: readonly Sample[]): number {
  let best: Sample | undefined;
  for (const s of samples) if (!best || s.rtt < best.rtt) best = s;
  return best ? Math.round(best.offset) : 0;
}
