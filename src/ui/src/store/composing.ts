/* Writing and sending: the drafts of this tab, and the way of one message to the daemon. */
import { useSyncExternalStore } from 'react';
import { sentence } from '../actions/actions';
import { Drafts, type Draft } from '../lib/drafts';
import { mailBody, mailFields } from '../lib/mail';
import { agentName } from '../lib/names';
import { colleagueSince, seenSeq, unseen, type Since } from '../lib/stale';
import type { Client } from './client';
import { visibleSeq } from './log';
import { go, route } from './route';
import { toast } from './ui';
import { forgetFiles, giveFilesBack, takeFiles, uploads } from './uploads';

function shelf(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

export const drafts = new Drafts(shelf());
window.addEventListener('pagehide', drafts.save);

export const useDraft = (me: string, conv: number): Draft | undefined =>
  useSyncExternalStore(drafts.subscribe, () => drafts.get(me, conv));

/* When lines came to the screen, for the guard. What was here before counts as read. */
const arrivals = new Map<string, number>();
export function noteArrival(conv: number, seq: number): void {
  const key = `${conv}:${seq}`;
  if (!arrivals.has(key)) arrivals.set(key, Date.now());
  if (arrivals.size > 2_000) arrivals.delete(arrivals.keys().next().value!);
}

export function edit(client: Client, conv: number, patch: Partial<Draft>): void {
  const { me, logs } = client.state;
  const have = drafts.get(me, conv);
  const base = have?.text ? have.base : visibleSeq(logs.get(conv)?.messages ?? []);
  // A reason why something was not sent has been read once one writes on; a question stays.
  const problem = have?.problem?.kind === 'stale' || patch.text === undefined ? have?.problem : undefined;
  drafts.put(me, conv, { text: '', note: false, ...have, base, problem, ...patch });
}

/* Who answered since this draft began? Shown above the composer while one writes. */
export function since(client: Client, conv: number, draft: Draft | undefined): Since | null {
  if (!draft?.text || draft.note) return null;
  return colleagueSince(client.state.logs.get(conv)?.messages ?? [], { seq: draft.base }, client.state.me);
}

/* "I have seen it": the draft begins anew from here. */
export function confirmDraft(client: Client, conv: number): void {
  const { me, logs } = client.state;
  const have = drafts.get(me, conv);
  if (have) drafts.put(me, conv, { ...have, base: visibleSeq(logs.get(conv)?.messages ?? []), problem: undefined });
}

export function staleText(client: Client, s: Since | null): string {
  if (!s) return 'Something was written since you began.';
  return s.by === 'customer'
    ? `${s.who || 'The customer'} has just written something new.`
    : `${agentName(client.state.agents, s.who) || 'A colleague'} replied since you began.`;
}

export function send(client: Client, conv: number, anyway: boolean): void {
  const { me, logs } = client.state;
  const draft = drafts.get(me, conv);
  const text = draft?.text.trim() ?? '';
  const waiting = uploads(me, conv);
  const isNote = draft?.note === true;
  if ((!text && (isNote || !waiting.length)) || waiting.some((u) => u.state !== 'ready')) return;
  const messages = logs.get(conv)?.messages ?? [];
  const arrived = (seq: number) => arrivals.get(`${conv}:${seq}`) ?? 0;
  const base = draft?.base ?? visibleSeq(messages);
  const seen = seenSeq(messages, { seq: base }, me, arrived, Date.now());
  if (!isNote && !anyway) {
    const missed = unseen(messages, seen, me);
    if (missed) return drafts.put(me, conv, { text, note: false, base, ...draft, problem: { kind: 'stale', text: staleText(client, missed) } });
  }
  const about = client.state.convs.get(conv);
  const mail = !isNote && about?.kind === 'mail' ? mailBody(mailFields(about, messages, draft?.mail)) : {};
  if (typeof mail === 'string') return drafts.put(me, conv, { text, note: false, base, ...draft, problem: { kind: 'error', text: mail } });
  const guard = anyway ? 0 : seen; // the daemon knows my own messages from others'
  const files = takeFiles(me, conv);
  drafts.put(me, conv, isNote ? { text: '', note: true, base } : null);
  void client.say(conv, text, isNote, guard, files, mail).then((r) => {
    if (r.ok) return forgetFiles(files);
    giveFilesBack(me, conv, files);
    const stale = r.error === 'stale';
    const why = stale ? staleText(client, unseen(client.state.logs.get(conv)?.messages ?? [], seen, me)) : `Not sent. ${r.text || sentence(r.error)}`;
    drafts.giveBack(me, conv, text, isNote, base, { kind: stale ? 'stale' : 'error', text: why }, draft?.mail);
    if (route().conv !== conv) {
      toast(`A message in #${conv} was not sent. The draft is kept.`, 'bad', { label: 'Open', run: () => go(`#/c/${conv}`) });
    }
  });
}
