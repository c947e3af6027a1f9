/* Everything that can be done, once: menus, palette, keys and the overlay all read this table. */
import type { IconName } from '../parts/Icon';
import type { Client } from '../store/client';
import { isAsked, isMine, isOpen, profileOf, isWaiting, offersFor } from '../store/select';
import type { Route } from '../store/route';
import { go, toView } from '../store/route';
import type { State } from '../store/state';
import { askConfirm, getUi, openDialog, setMuted, toast, toggleCard } from '../store/ui';
import { callOf, moreWrap } from '../lib/calls';
import { usesPhone } from '../lib/phone';
import { contactName } from '../lib/names';
import type { Conv, Work } from '../model/types';
import { heldChans } from '../lib/posts';
import { askHold, hold } from '../store/hold';
import { emit } from './bus';

export interface Ctx { client: Client; state: State; route: Route; conv?: Conv; work?: Work }

export type Group = 'Offer' | 'Board' | 'Conversation' | 'Go to' | 'Presence' | 'General';

export interface Action {
  id: string;
  title: string;
  group: Group;
  icon: IconName;
  keys?: string; // "E", "Shift+E", "G M", "Mod+K"
  anywhere?: boolean; // also while typing
  when(c: Ctx): boolean;
  run(c: Ctx): void;
}

export function context(client: Client, route: Route): Ctx {
  const s = client.state;
  const conv = s.convs.get(route.conv) ?? s.fetched.get(route.conv);
  return { client, state: s, route, conv, work: s.works.get(route.conv) };
}

/* Tells when it failed; says nothing when it went well, for the page shows it. */
export async function perform(c: Ctx, cmd: string, body: Record<string, unknown>, done?: string): Promise<boolean> {
  const r = await c.client.command(cmd, body);
  if (!r.ok) toast(r.text || sentence(r.error), 'bad');
  else if (done) toast(done, 'good');
  return r.ok;
}

export function sentence(error: string): string {
  const known: Record<string, string> = {
    'not-yours': 'This conversation is somebody else’s now.', gone: 'Too late: it is no longer there.',
    forbidden: 'You may not do this.', full: 'Your capacity does not allow it.', stale: 'Something newer has come in.',
    invalid: 'The server did not accept this.',
    closed: 'The conversation is resolved; reopen it first.',
  };
  return known[error] ?? 'This did not work.';
}

const act = (cmd: string, body: Record<string, unknown> = {}, done?: string) => (c: Ctx) =>
  void perform(c, cmd, { conv: c.route.conv, ...body }, done);
const dialog = (kind: Parameters<typeof openDialog>[0]) => (c: Ctx) => openDialog(kind, c.route.conv);

export const lead = (c: Ctx) => c.state.role !== 'agent';
const inConv = (c: Ctx) => !!c.conv;
const phone = (c: Ctx) => c.conv?.kind === 'voice';
const open = (c: Ctx) => isOpen(c.work) && c.work!.kind !== 'call';
const mine = (c: Ctx) => open(c) && isMine(c.work, c.state.me);
/* Whoever holds it, and supervisors: the daemon's rule (act_holds). */
const holds = (c: Ctx) => mine(c) || (open(c) && lead(c));
const inHand = (c: Ctx) => open(c) && !!c.work!.agent && ['active', 'held', 'parked'].includes(c.work!.state);
const asking = (c: Ctx) => open(c) && !!c.work!.consult;
const board = (c: Ctx) => c.route.view.name === 'social';
const posts = (c: Ctx) => c.state.policy?.channels.some((x) => x.kind === 'social') ?? false;
const offer = (c: Ctx) => offersFor(c.state.works, c.state.me)[0];

const answer = (cmd: string) => (c: Ctx) => {
  const w = offer(c);
  if (!w) return;
  void perform(c, cmd, { conv: w.id, offer: w.offer }).then((ok) => {
    if (ok && cmd === 'offer.accept') go(`#/c/${w.id}`);
  });
};

export const actions: readonly Action[] = [
  { id: 'offer.accept', title: 'Accept the offer', group: 'Offer', icon: 'check', keys: 'A', when: (c) => !!offer(c), run: answer('offer.accept') },
  { id: 'offer.accept.anywhere', title: 'Accept the offer, while typing', group: 'Offer', icon: 'check', keys: 'Alt+A', anywhere: true, when: (c) => !!offer(c), run: answer('offer.accept') },
  { id: 'offer.decline', title: 'Decline the offer', group: 'Offer', icon: 'x', keys: 'D', when: (c) => !!offer(c), run: answer('offer.decline') },
  { id: 'offer.decline.anywhere', title: 'Decline the offer, while typing', group: 'Offer', icon: 'x', keys: 'Alt+D', anywhere: true, when: (c) => !!offer(c), run: answer('offer.decline') },

  // On the board: of the row under the cursor, or of all that are chosen.
  { id: 'board.dismiss', title: 'Dismiss: no reply', group: 'Board', icon: 'check', keys: 'E', when: board, run: () => emit('board', 'dismiss') },
  { id: 'board.take', title: 'Take', group: 'Board', icon: 'hand', keys: 'A', when: board, run: () => emit('board', 'take') },
  { id: 'board.reply', title: 'Reply in the thread', group: 'Board', icon: 'send', keys: 'R', when: board, run: () => emit('board', 'reply') },
  { id: 'board.like', title: 'Like, or take it back', group: 'Board', icon: 'heart', keys: 'L', when: board, run: () => emit('board', 'like') },
  { id: 'board.choose', title: 'Choose', group: 'Board', icon: 'checks', keys: 'X', when: board, run: () => emit('board', 'choose') },
  { id: 'hold', title: 'Hold every outbound post…', group: 'General', icon: 'pause', when: (c) => lead(c) && posts(c) && !heldChans(c.state.chans).length, run: (c) => askHold(c.client) },
  { id: 'release', title: 'Release what is held', group: 'General', icon: 'play', when: (c) => lead(c) && heldChans(c.state.chans).length > 0, run: (c) => void hold(c.client, 'all', true) },

  { id: 'reply', title: 'Write a reply', group: 'Conversation', icon: 'send', keys: 'R', when: holds, run: () => emit('compose', 'reply') },
  { id: 'note', title: 'Write a private note', group: 'Conversation', icon: 'note', keys: 'Mod+Shift+N', anywhere: true, when: inConv, run: () => emit('compose', 'note') },
  { id: 'pick', title: 'Take this conversation', group: 'Conversation', icon: 'hand', keys: 'P', when: (c) => open(c) && isWaiting(c.work) && c.work!.state === 'queued', run: act('work.pick') },
  { id: 'transfer', title: 'Transfer…', group: 'Conversation', icon: 'transfer', keys: 'T', when: (c) => holds(c) && c.work!.state !== 'wrap', run: dialog('transfer') },
  { id: 'assign', title: 'Assign to an agent…', group: 'Conversation', icon: 'user', keys: 'Shift+A', when: (c) => open(c) && lead(c), run: dialog('assign') },
  {
    id: 'takeover', title: 'Take it over…', group: 'Conversation', icon: 'hand', keys: 'Shift+T',
    when: (c) => open(c) && lead(c) && !isWaiting(c.work) && c.work!.state !== 'wrap' && !!c.work!.agent && c.work!.agent !== c.state.me,
    run: (c) => askConfirm({
      title: `Take #${c.route.conv} over?`, text: 'It becomes yours at once; whoever has it loses it.',
      action: 'Take it over', run: () => act('work.assign', { agent: c.state.me })(c),
    }),
  },
  { id: 'consult', title: 'Ask a colleague…', group: 'Conversation', icon: 'ask', keys: 'C', when: (c) => holds(c) && inHand(c), run: dialog('consult') },
  { id: 'consult.end', title: 'End the consultation', group: 'Conversation', icon: 'check', keys: 'Shift+C', when: (c) => asking(c) && (holds(c) || isAsked(c.work, c.state.me)), run: act('work.consult', {}, 'The consultation is over.') },
  { id: 'whisper', title: 'Whisper to the agent…', group: 'Conversation', icon: 'note', keys: 'Shift+W', when: (c) => lead(c) && inHand(c) && c.work!.agent !== c.state.me, run: dialog('whisper') },
  { id: 'snooze', title: 'Snooze…', group: 'Conversation', icon: 'snooze', keys: 'Z', when: (c) => holds(c) && c.work!.state !== 'wrap', run: dialog('snooze') },
  { id: 'park', title: 'Park until the customer writes', group: 'Conversation', icon: 'pause', keys: 'H', when: (c) => mine(c) && c.work!.state === 'active', run: act('work.park') },
  { id: 'unpark', title: 'Take up again', group: 'Conversation', icon: 'play', keys: 'U', when: (c) => mine(c) && (c.work!.state === 'parked' || c.work!.state === 'snoozed' || c.work!.state === 'held'), run: act('work.unpark') },
  { id: 'wrapped', title: 'I’m done with the wrap-up', group: 'Conversation', icon: 'check', keys: 'W', when: (c) => wrapping(c), run: (c) => void perform(c, 'work.wrapped', wrapBody(c)) },
  { id: 'resolve', title: 'Resolve…', group: 'Conversation', icon: 'check', keys: 'E', when: holds, run: dialog('resolve') },
  { id: 'outcome', title: 'Outcome of the call…', group: 'Conversation', icon: 'check', keys: 'E', when: callOver, run: dialog('resolve') },
  { id: 'wrap.more', title: 'More time for the wrap-up', group: 'Conversation', icon: 'clock', keys: 'M', when: (c) => moreTime(c) !== null, run: (c) => { const body = moreTime(c); if (body) void perform(c, 'work.wrapped', body, 'One minute more.'); } },
  { id: 'reopen', title: 'Reopen', group: 'Conversation', icon: 'reopen', keys: 'Shift+E', when: (c) => !phone(c) && (c.conv?.state === 'resolved' || c.conv?.state === 'spam'), run: act('work.reopen') },
  { id: 'priority', title: 'Priority…', group: 'Conversation', icon: 'layers', keys: 'Shift+R', when: (c) => open(c) && c.work!.state !== 'wrap', run: dialog('priority') },
  { id: 'merge', title: 'Merge into another…', group: 'Conversation', icon: 'transfer', keys: 'Shift+M', when: (c) => open(c) && c.work!.kind !== 'cluster' && c.conv?.state === 'open', run: dialog('merge') },
  { id: 'unmerge', title: 'Separate it again', group: 'Conversation', icon: 'reopen', when: (c) => c.conv?.state === 'merged', run: act('conv.unmerge', {}, 'It stands on its own again, in its queue.') },
  { id: 'tags', title: 'Edit tags…', group: 'Conversation', icon: 'tag', keys: 'L', when: inConv, run: dialog('tags') },
  { id: 'card', title: 'Show or hide the contact', group: 'Conversation', icon: 'panel', keys: 'I', when: inConv, run: toggleCard },
  {
    id: 'spam', title: 'Mark as spam…', group: 'Conversation', icon: 'spam', when: (c) => !phone(c) && c.conv?.state === 'open',
    run: (c) => askConfirm({
      title: 'Mark as spam?', text: 'The conversation is closed and leaves the lists. It can be found among the closed ones.',
      action: 'Mark as spam', danger: true, run: () => act('conv.spam')(c),
    }),
  },
  {
    id: 'block', title: 'Block the sender…', group: 'Conversation', icon: 'block', when: (c) => inConv(c) && !phone(c) && !c.conv!.blocked,
    run: (c) => askConfirm({
      title: `Block ${contactName(c.conv)}?`, text: `What comes from ${c.conv?.peer.addr || 'this address'} on this channel will reach nobody.`,
      action: 'Block', danger: true, run: () => act('conv.block')(c),
    }),
  },
  { id: 'unblock', title: 'Unblock the sender', group: 'Conversation', icon: 'block', when: (c) => !phone(c) && c.conv?.blocked === true, run: act('conv.block', { reason: 'off' }) },

  { id: 'go.mine', title: 'My conversations', group: 'Go to', icon: 'inbox', keys: 'G M', when: () => true, run: () => go(toView({ name: 'mine' })) },
  { id: 'go.asked', title: 'Where I am asked for advice', group: 'Go to', icon: 'ask', keys: 'G D', when: () => true, run: () => go(toView({ name: 'asked' })) },
  { id: 'go.queues', title: 'Waiting in my queues', group: 'Go to', icon: 'clock', keys: 'G Q', when: () => true, run: () => go(toView({ name: 'queues' })) },
  { id: 'go.all', title: 'All open conversations', group: 'Go to', icon: 'layers', keys: 'G A', when: () => true, run: () => go(toView({ name: 'all' })) },
  { id: 'go.social', title: 'Social board', group: 'Go to', icon: 'social', keys: 'G S', when: posts, run: () => go(toView({ name: 'social' })) },
  { id: 'go.closed', title: 'Closed conversations', group: 'Go to', icon: 'archive', keys: 'G C', when: () => true, run: () => go(toView({ name: 'closed' })) },
  { id: 'go.agents', title: 'Agents', group: 'Go to', icon: 'people', keys: 'G P', when: lead, run: () => go(toView({ name: 'agents' })) },
  { id: 'search', title: 'Filter the list', group: 'Go to', icon: 'search', keys: '/', when: () => true, run: () => emit('filter') },
  { id: 'next', title: 'Next in the list', group: 'Go to', icon: 'down', keys: 'J', when: () => true, run: () => emit('move', 1) },
  { id: 'previous', title: 'Previous in the list', group: 'Go to', icon: 'down', keys: 'K', when: () => true, run: () => emit('move', -1) },

  { id: 'presence.menu', title: 'Change my presence', group: 'Presence', icon: 'user', keys: 'Shift+P', when: () => true, run: () => emit('presence') },
  { id: 'presence.available', title: 'I’m available', group: 'Presence', icon: 'user', when: notPresence('available'), run: (c) => void perform(c, 'presence.set', { presence: 'available' }) },
  { id: 'presence.draining', title: 'Finish up: no new work', group: 'Presence', icon: 'user', when: notPresence('draining'), run: (c) => void perform(c, 'presence.set', { presence: 'draining' }) },
  { id: 'phone', title: 'Change my phone…', group: 'Presence', icon: 'voice', keys: 'X', when: (c) => usesPhone(c.state.agents.get(c.state.me), c.state.policy), run: () => openDialog('phone') },

  { id: 'palette', title: 'Command palette', group: 'General', icon: 'command', keys: 'Mod+K', anywhere: true, when: () => true, run: () => openDialog('palette') },
  { id: 'shortcuts', title: 'Keyboard shortcuts', group: 'General', icon: 'keyboard', keys: '?', when: () => true, run: () => openDialog('shortcuts') },
  { id: 'mute', title: 'Sound of offers on or off', group: 'General', icon: 'bell', when: () => true, run: () => { setMuted(!getUi().muted); toast(getUi().muted ? 'Offers are silent now.' : 'Offers have a sound now.'); } },
  { id: 'logout', title: 'Log out', group: 'General', icon: 'logout', when: () => true, run: (c) => void c.client.logout() },
];

function notPresence(p: string) {
  return (c: Ctx) => c.state.agents.get(c.state.me)?.presence !== p;
}

/* Wrap-up of the open conversation, or after a call. */
function wrapping(c: Ctx): boolean {
  return (isMine(c.work, c.state.me) && c.work?.state === 'wrap') || c.state.agents.get(c.state.me)?.voice === 'wrap';
}

function wrapBody(c: Ctx): Record<string, unknown> {
  if (isMine(c.work, c.state.me) && c.work?.state === 'wrap') return { conv: c.work.id };
  const call = wrapCall(c);
  return call ? { conv: call.id } : {};
}

function wrapCall(c: Ctx): Work | undefined {
  const me = c.state.agents.get(c.state.me);
  const call = me && callOf(c.state.works, me);
  return call?.state === 'wrap' ? call : undefined;
}

/* "More time": what to send, or null where the profile allows no more. */
export function moreTime(c: Ctx): { conv: number; until: number } | null {
  const me = c.state.agents.get(c.state.me);
  const call = wrapCall(c);
  const until = me && call ? moreWrap(me, profileOf(me, c.state.policy)?.kinds.voice) : 0;
  return call && until ? { conv: call.id, until } : null;
}

/* A call that is over: what it was about can still be said. */
function callOver(c: Ctx): boolean {
  return phone(c) && c.conv!.state === 'resolved' && (lead(c) || (c.work?.agent || c.conv!.last_agent) === c.state.me);
}

/* Presence with a reason, from the policy. */
export function reasonActions(s: State): Action[] {
  return (s.policy?.reasons ?? []).map((r) => ({
    id: `presence.paused.${r.id}`, title: `Pause: ${r.name}`, group: 'Presence', icon: 'pause', when: () => true,
    run: (c) => void perform(c, 'presence.set', { presence: 'paused', reason: r.id }),
  }));
}

export const byId = new Map(actions.map((a) => [a.id, a]));
