/* How long to wait before the next try: doubling from half a second to 20 s, half of it random, so
 * that a thousand desktops do not come back in the same instant. For ever: nobody reloads a page at
 * three in the morning. */
export const BACKOFF_MAX_MS = 20_000;

export function backoff(attempt: number, random: () => number = Math.random): number {
  const top = Math.min(BACKOFF_MAX_MS, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(top / 2 + random() * (top / 2));
}
