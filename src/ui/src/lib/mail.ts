/* To whom a mail goes, and under which subject. The customer is always its first recipient; whom else
 * his last mail went to gets the answer too, unless one says otherwise. */
import type { Address, Conv, Message } from '../model/types';

export interface MailDraft { all?: boolean; to?: string; cc?: string; bcc?: string; subject?: string }
export interface MailFields { to: string; cc: string; bcc: string; subject: string }
export interface Recipient { addr: string; name?: string }

const words = (list: readonly Address[] | undefined): string =>
  (list ?? []).map((a) => (a.name && !/[",<>;]/.test(a.name) ? `${a.name} <${a.addr}>` : a.addr)).join(', ');

const without = (list: readonly Address[] | undefined, addr: string): Address[] =>
  (list ?? []).filter((a) => a.addr.toLowerCase() !== addr.toLowerCase());

/* Who else the newest mail of the customer's side went to. */
export function others(conv: Conv, messages: readonly Message[]): { to: Address[]; cc: Address[] } {
  const last = messages.filter((m) => m.direction === 'in' && m.kind === 'text').at(-1);
  const from = last?.from.addr ?? '';
  const to = without(without(last?.to, conv.peer.addr), from);
  // whoever wrote last, when it was not the customer himself
  if (last && from && from.toLowerCase() !== conv.peer.addr.toLowerCase()) to.unshift(last.from);
  return { to, cc: without(without(last?.cc, conv.peer.addr), from) };
}

export const replySubject = (conv: Conv): string =>
  !conv.subject || /^(re|aw|sv):/i.test(conv.subject) ? conv.subject : `Re: ${conv.subject}`;

/* What will be sent: what was typed, else what answering to all means. */
export function mailFields(conv: Conv, messages: readonly Message[], d: MailDraft | undefined): MailFields {
  const all = d?.all === false ? { to: [], cc: [] } : others(conv, messages);
  return { to: d?.to ?? words(all.to), cc: d?.cc ?? words(all.cc), bcc: d?.bcc ?? '', subject: d?.subject ?? replySubject(conv) };
}

const ADDRESS = /^[^\s<>()[\],;:\\"@-][^\s<>()[\],;:\\"@]*@[^\s<>()[\],;:\\"@]+$/;
const plain = (s: string): boolean => /^[\x21-\x7e]+$/.test(s);

/* "Anna <a@x>, b@y" → addresses, or the first piece that is none. */
export function parseAddresses(text: string): Recipient[] | { bad: string } {
  const out: Recipient[] = [];
  for (const piece of text.split(/[,;\n]/).map((s) => s.trim()).filter(Boolean)) {
    const named = /^(.*?)\s*<([^<>]*)>$/.exec(piece);
    const addr = named ? named[2]! : piece;
    if (!ADDRESS.test(addr) || !plain(addr)) return { bad: piece };
    const name = named?.[1]?.replace(/^"|"$/g, '').trim();
    out.push(name ? { addr, name } : { addr });
  }
  return out;
}

/* The body of message.send, or a sentence that says what is wrong. */
export function mailBody(f: MailFields): { to?: Recipient[]; cc?: Recipient[]; bcc?: Recipient[]; subject?: string } | string {
  const body: { to?: Recipient[]; cc?: Recipient[]; bcc?: Recipient[]; subject?: string } = {};
  for (const key of ['to', 'cc', 'bcc'] as const) {
    const list = parseAddresses(f[key]);
    if ('bad' in list) return `“${list.bad}” is no mail address.`;
    if (list.length) body[key] = list;
  }
  if (f.subject.trim()) body.subject = f.subject.replace(/[\r\n]+/g, ' ').trim();
  return body;
}
