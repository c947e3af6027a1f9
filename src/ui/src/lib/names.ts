/* Words and initials for people and things. */
import type { Agent, ChannelKind, Conv, DeliveryState, Presence, Work } from '../model/types';

export const channelWord: Record<ChannelKind, string> = { voice: 'Phone', chat: 'Chat', sms: 'SMS', social: 'Social', mail: 'Mail' };

export const presenceWord: Record<Presence, string> = {
  out: 'Offline', available: 'Available', draining: 'Finishing up', paused: 'Paused', 'not-responding': 'Not responding',
};

export const deliveryWord: Record<DeliveryState, string> = {
  none: '', queued: 'Queued', sending: 'Sending', unknown: 'Unknown', sent: 'Sent', delivered: 'Delivered',
  read: 'Read', failed: 'Failed', bounced: 'Bounced',
};

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((w) => /[\p{L}\p{N}]/u.test(w));
  if (!words.length) return '?';
  const letter = (w: string) => [...w.replace(/^[^\p{L}\p{N}]+/u, '')][0] ?? '';
  return (letter(words[0]!) + (words.length > 1 ? letter(words[words.length - 1]!) : '')).toUpperCase();
}

/* One of eight hues, always the same for a name. */
export function hue(text: string): number {
  let h = 0;
  for (const ch of text) h = (h * 31 + ch.codePointAt(0)!) >>> 0;
  return h % 8;
}

/* A visitor's address is a random id that says nothing to a person: its end tells two apart. */
const addressName = (a: { type: string; addr: string }): string => (a.type === 'visitor' && a.addr ? `Visitor ${a.addr.slice(-4)}` : a.addr);

export function contactName(conv: Conv | undefined, work?: Work): string {
  if (conv) return conv.contact_name || conv.peer.name || addressName(conv.peer) || (conv.kind === 'voice' ? 'Unknown caller' : `#${conv.id}`);
  if (work?.kind === 'call') return work.from || 'Unknown caller';
  return work ? `#${work.id}` : '';
}

export const agentName = (agents: ReadonlyMap<string, Agent>, id: string): string => agents.get(id)?.name || id;

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${Math.round(n / 1024)} KB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}
