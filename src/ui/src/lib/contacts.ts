/* What of a contact's addresses can be written to, who else he might be, and his lines in one row. */
import type { Address, ChannelPolicy, Contact, Conv, Message, Policy } from '../model/types';

/* The channels that reach an address: by its type, as the channel's own conversations show it, or by the
 * kind that such addresses have. The customer's own socket and the phone cannot be written to first. */
export function channelsFor(address: Address, policy: Policy | null, convs: Iterable<Conv>): ChannelPolicy[] {
  const types = new Map<string, string>();
  for (const c of convs) if (c.peer.type) types.set(c.channel, c.peer.type);
  const kinds: Record<string, string> = { email: 'mail', sms: 'sms' };
  return (policy?.channels ?? []).filter((p) =>
    !p.live && p.kind !== 'voice' && p.kind !== 'chat' && (types.has(p.id) ? types.get(p.id) === address.type : kinds[address.type] === p.kind));
}

export interface Candidate { id: number; name: string; detail: string; conv: number }

/* Contacts of the conversations at hand that fit what was typed: name, address, subject, or #id. */
export function candidates(query: string, convs: Iterable<Conv>, without: ReadonlySet<number>): Candidate[] {
  const q = query.trim().toLowerCase();
  const found = new Map<number, Candidate & { at: number }>();
  for (const c of convs) {
    if (!c.contact || without.has(c.contact) || (found.get(c.contact)?.at ?? -1) >= c.last_at) continue;
    const name = c.contact_name || c.peer.name || c.peer.addr || `#${c.contact}`;
    const text = `${name} ${c.peer.addr} ${c.subject} #${c.contact}`.toLowerCase();
    if (!q || text.includes(q)) found.set(c.contact, { id: c.contact, name, detail: c.peer.addr || c.subject, conv: c.id, at: c.last_at });
  }
  return [...found.values()].sort((a, b) => b.at - a.at).slice(0, 30);
}

/* The addresses that a merge brings together, each once. */
export function together(a: Contact, b: Contact): Contact['identities'] {
  const key = (i: Contact['identities'][number]) => `${i.address.type}:${i.address.addr}`;
  const seen = new Set(b.identities.map(key));
  return [...b.identities, ...a.identities.filter((i) => !seen.has(key(i)))];
}

/* Lines of several conversations in the order in which they were said. */
export const inOrder = (lines: readonly Message[]): Message[] =>
  lines.filter((m) => m.kind !== 'event').sort((a, b) => a.at - b.at || a.conv - b.conv || a.seq - b.seq);
