/* Posts: what the board shows of them, and how long a reply may be. */
import type { Chan, ChannelPolicy, Conv, Post, Work } from '../model/types';

export const LISTENED = 32; // a message's flag: found by a keyword, nobody wrote to us

export const newestPost = (c: Conv | undefined): Post | undefined => c?.posts[c.posts.length - 1];

export const isListened = (c: Conv | undefined): boolean => ((newestPost(c)?.flags ?? 0) & LISTENED) !== 0;

/* The one that a reply goes to, as the daemon chooses: the newest that is still there. */
export function answerable(c: Conv): Post | undefined {
  for (let i = c.posts.length - 1; i >= 0; i--) if (!c.posts[i]!.gone) return c.posts[i];
  return undefined;
}

/* 940, 12.3k, 4.1M */
export function reach(n: number): string {
  if (n < 1_000) return String(n);
  const [by, unit] = n < 999_500 ? [1_000, 'k'] : [1_000_000, 'M'];
  const v = n / by;
  return `${v < 99.95 ? Math.round(v * 10) / 10 : Math.round(v)}${unit}`;
}

const VISIBILITY: Record<string, string> = {
  public: 'Public', unlisted: 'Unlisted', followers: 'Followers only', direct: 'Direct',
};
export const visibilityWord = (v: string): string => VISIBILITY[v] ?? v;

/* "social_mastodon" is Mastodon to people. */
export function network(c: ChannelPolicy | undefined, id: string): string {
  const word = (c?.connector ?? '').replace(/^(social|chat|feed)_/, '');
  if (!word) return id;
  return word === 'x' ? 'X' : word === 'rss' ? 'RSS' : word.charAt(0).toUpperCase() + word.slice(1);
}

/* Only what is safe in a link of ours: the daemon keeps what the network said. */
export const safeUrl = (url: string): string => (/^https:\/\/[^\s]+$/.test(url) ? url : '');

export const heldChans = (chans: ReadonlyMap<string, Chan>): Chan[] => [...chans.values()].filter((c) => c.held);
export const spikingChans = (chans: ReadonlyMap<string, Chan>): Chan[] => [...chans.values()].filter((c) => c.spike_since > 0);

type Segments = { segment(text: string): Iterable<unknown> };
const Segmenter = (Intl as unknown as { Segmenter?: new (l?: string, o?: object) => Segments }).Segmenter;
const segmenter = Segmenter ? new Segmenter(undefined, { granularity: 'grapheme' }) : null;

/* In the channel's own unit; null where it counts in none. */
export function lengthIn(unit: string, text: string): number | null {
  switch (unit) {
    case 'graphemes': return segmenter ? [...segmenter.segment(text)].length : [...text].length;
    case 'bytes': return new TextEncoder().encode(text).length;
    case 'utf16': return text.length;
    default: return null;
  }
}

export interface Mention {
  id: number; conv: Conv; work: Work; post: Post | undefined; listened: boolean;
  members: number; // of its cluster, itself not counted
  of: number; // the lead that it is shown under; 0: a row of its own
}

export type Stream = 'mentions' | 'listening' | 'all';

const CLOSED = new Set<Work['state']>(['done', 'abandoned', 'overflowed', 'wrap']);

/* What somebody has to look at first; then the newest. Members stand under their lead when it is
 * open. */
export function mentions(
  works: ReadonlyMap<number, Work>, convs: ReadonlyMap<number, Conv>,
  f: { stream: Stream; text: string; open: ReadonlySet<number> },
): Mention[] {
  const rows: Mention[] = [];
  const words = f.text.toLowerCase().split(/\s+/).filter(Boolean);
  const row = (w: Work, of: number): Mention | null => {
    const conv = convs.get(w.id);
    return conv ? { id: w.id, conv, work: w, post: newestPost(conv), listened: isListened(conv), members: w.members.length, of } : null;
  };
  for (const w of works.values()) {
    if (w.channel_kind !== 'social' || w.cluster || CLOSED.has(w.state)) continue;
    const m = row(w, 0);
    if (!m || (f.stream === 'mentions' && m.listened) || (f.stream === 'listening' && !m.listened)) continue;
    const hay = `${m.conv.contact_name}\n${m.conv.peer.addr}\n${m.conv.last_text}\n#${m.id}\n${m.conv.tags.join('\n')}\n${m.conv.language}`.toLowerCase();
    if (words.every((x) => hay.includes(x))) rows.push(m);
  }
  rows.sort((a, b) => a.work.priority - b.work.priority || b.conv.last_at - a.conv.last_at || b.id - a.id);
  if (!f.open.size) return rows;
  return rows.flatMap((lead) => {
    if (!f.open.has(lead.id)) return [lead];
    const under = lead.work.members.map((id) => works.get(id)).map((w) => (w ? row(w, lead.id) : null));
    return [lead, ...under.filter((m): m is Mention => m !== null)];
  });
}
