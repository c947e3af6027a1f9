/* How long to wait before the next attempt to connect. For ever, never in step with other visitors. */

const BASE_MS = 800;
const MAX_MS = 30_000;
const REFUSED_MS = 120_000; // the server will not have us here: ask now and then

export function retryDelay(attempt: number, code: number, random: number): number {
  if (code === 4403 || code === 4404 || code === 4400) return REFUSED_MS * (0.75 + random / 2);
  if (code === 4429) return MAX_MS * (1 + random);
  if (code === 1012 && attempt === 0) return 500 + random * 4000; // a restart: everybody comes back at once
  const full = Math.min(MAX_MS, BASE_MS * 2 ** Math.min(attempt, 10));
  return full * (0.5 + random / 2);
}
