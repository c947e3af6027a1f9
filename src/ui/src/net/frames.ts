/* The frames of the agents' socket, as they come. */
export interface Item { entity: string; key: string; version: number; data?: unknown }

export type Frame =
  | { t: 'welcome'; me: string; role?: string; session?: string; now: number }
  | { t: 'snapshot'; first?: boolean; last?: boolean; term?: string; event?: string; items?: Item[] }
  | { t: 'resumed'; event: string; term: string }
  | ({ t: 'entity'; event?: string } & Item)
  | ({ t: 'gone'; event?: string } & Item)
  | { t: 'message'; event?: string; conv: number; seq: number; data: unknown }
  | { t: 'delivery'; event?: string; data: unknown }
  | { t: 'alarm'; event?: string; data: unknown }
  | { t: 'ack'; id: string }
  | { t: 'result'; event?: string; id: string; ok?: boolean; error?: string; text?: string; seq?: number; conv?: number }
  | { t: 'refused'; id: string; error?: string; text?: string }
  | { t: 'typing' | 'viewing'; conv: number; who?: string; agent?: string }
  | { t: 'store'; up?: boolean }
  | { t: 'pong'; now?: number };

/* A message holds one frame a line. Malformed frames are dropped: the peer is our own daemon, and a reload heals the rest. */
export function parseFrames(message: string): Frame[] {
  return message.split('\n').map(parseFrame).filter((f) => f !== null);
}

function parseFrame(text: string): Frame | null {
  try {
    const v: unknown = JSON.parse(text);
    return v && typeof v === 'object' && typeof (v as { t?: unknown }).t === 'string' ? (v as Frame) : null;
  } catch {
    return null;
  }
}
