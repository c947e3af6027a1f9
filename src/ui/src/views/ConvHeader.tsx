import { actions, byId, context } from '../actions/actions';
import { endOf, isCall, phaseOf } from '../lib/calls';
import { agentName, channelWord, contactName } from '../lib/names';
import { age, clock, shortTime } from '../lib/time';
import { sla, targetOf, waitingSince } from '../lib/sla';
import type { Conv, Work } from '../model/types';
import { Button, Channel, Chip, IconButton, Tip } from '../parts/basic';
import { Menu, MenuItem, MenuLine } from '../parts/overlay';
import { useClient, useMe, useNow, useStore } from '../store/context';
import { toView, useRoute } from '../store/route';
import { isAsked, isMine, isOpen, isWaiting, type View } from '../store/select';

export function ConvHeader({ conv, work, view }: { conv: Conv; work?: Work; view: View }) {
  const client = useClient();
  const current = useRoute();
  const me = useStore((s) => s.me);
  const viewing = useStore((s) => s.viewing);
  const agents = useStore((s) => s.agents);
  const ctx = context(client, current);
  const can = (id: string) => byId.get(id)!.when(ctx);
  const run = (id: string) => byId.get(id)!.run(context(client, current));
  const name = contactName(conv, work);
  const mine = isMine(work, me);
  const others = viewing.filter((x) => x.conv === conv.id && x.agent && x.agent !== me);
  const extra = ['pick', 'unpark', 'wrapped', 'reopen', 'resolve', 'transfer', 'assign', 'takeover', 'consult', 'consult.end', 'whisper', 'snooze', 'park', 'priority', 'merge', 'unmerge', 'tags'];
  const danger = ['spam', 'block', 'unblock'];
  const button = (id: string, label: string, tone: 'plain' | 'primary' = 'plain') => can(id) && (
    <Tip text={byId.get(id)!.title} keys={byId.get(id)!.keys}>
      <Button tone={tone} icon={byId.get(id)!.icon} onClick={() => run(id)} aria-keyshortcuts={byId.get(id)!.keys}><span className="label">{label}</span></Button>
    </Tip>
  );

  return (
    <header className="conv-head">
      <a className="icon-btn only-narrow" href={toView(view)} aria-label="Back to the list"><BackIcon /></a>
      <div className="grow">
        <h1 className="conv-title"><span className="cut">{name}</span><span className="muted num">#{conv.id}</span></h1>
        <p className="conv-sub">
          <Channel kind={conv.kind} /><span>{channelWord[conv.kind]}</span>
          <Status conv={conv} work={work} mine={mine} />
          {conv.subject && <span className="cut muted" title={conv.subject}>{conv.subject}</span>}
          {isOpen(work) && work?.consult && <Chip tone="accent">Asks {work.consult === me ? 'you' : agentName(agents, work.consult)}</Chip>}
          {others.length > 0 && <Chip tone="warn">{others.map((o) => agentName(agents, o.agent)).join(', ')} {others.length === 1 ? 'is' : 'are'} here too</Chip>}
        </p>
      </div>
      <div className="conv-actions" role="toolbar" aria-label="Conversation">
        {button('pick', 'Take', 'primary')}
        {button('unpark', 'Take up', 'primary')}
        {work?.state === 'wrap' && mine && button('wrapped', 'I’m done', 'primary')}
        {isAsked(work, me) && button('consult.end', 'I’m done', 'primary')}
        {button('reopen', 'Reopen')}
        {button('transfer', 'Transfer')}
        {button('snooze', 'Snooze')}
        {button('wrap.more', 'More time')}
        {button('outcome', 'Outcome')}
        {button('resolve', work?.state === 'wrap' ? 'Outcome' : 'Resolve', mine && work?.state === 'active' ? 'primary' : 'plain')}
        <Menu label="More actions" trigger={<IconButton icon="more" label="More actions" />}>
          {actions.filter((a) => extra.includes(a.id) && a.when(ctx)).map((a) => <MenuItem key={a.id} icon={a.icon} keys={a.keys} onSelect={() => run(a.id)}>{a.title}</MenuItem>)}
          <MenuLine />
          {actions.filter((a) => danger.includes(a.id) && a.when(ctx)).map((a) => <MenuItem key={a.id} icon={a.icon} danger={a.id !== 'unblock'} onSelect={() => run(a.id)}>{a.title}</MenuItem>)}
        </Menu>
        <IconButton icon="panel" label="Contact" keys="I" onClick={() => run('card')} />
      </div>
    </header>
  );
}

const BackIcon = () => <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"><path d="M10 3 5 8l5 5" /></svg>;

function Status({ conv, work, mine }: { conv: Conv; work?: Work; mine: boolean }) {
  const now = useNow(1000);
  const me = useMe();
  const policy = useStore((s) => s.policy);
  const agents = useStore((s) => s.agents);
  const messages = useStore((s) => s.logs.get(conv.id)?.messages);
  if (!isOpen(work) || !work) {
    const disposition = policy?.dispositions.find((d) => d.id === conv.disposition)?.name ?? conv.disposition;
    const end = conv.kind === 'voice' ? endOf(messages ?? []) : null;
    if (end) return <Chip tone={end.tone}>{end.word}{disposition && `: ${disposition}`}</Chip>;
    return <Chip>{conv.state === 'spam' ? 'Spam' : conv.state === 'merged' ? `Merged into #${conv.merged_into}` : disposition ? `Closed: ${disposition}` : 'Closed'}</Chip>;
  }
  const who = mine || work.agent === me?.id ? 'you' : agentName(agents, work.agent);
  const queue = policy?.queues.find((q) => q.id === work.queue)?.name ?? work.queue;
  const since = waitingSince(work);
  const level = since ? sla(now - since, targetOf(policy, work.queue)) : 'none';
  const tone = level === 'late' ? 'bad' : level === 'warn' ? 'warn' : 'plain';
  if (isCall(work)) {
    const phase = phaseOf(work);
    const left = work.state === 'wrap' && mine && me?.voice_wrap_until ? me.voice_wrap_until - now : 0;
    return <Chip tone={phase.tone} title={work.waits_for}>{phase.word}{work.state === 'queued' ? ` in ${queue}` : work.agent && ` · ${who}`}{left > 0 && <span className="num"> · {clock(left)}</span>}</Chip>;
  }
  const callback = work.kind === 'task' ? <Chip tone="accent" title={work.reason}>Call back{work.state === 'snoozed' && work.wake_at ? ` from ${shortTime(work.wake_at)}` : ''}</Chip> : null;
  if (isWaiting(work)) {
    return <>{callback}<Chip tone={tone === 'plain' ? 'accent' : tone} title={work.waits_for}>{work.state === 'offered' ? `Offered to ${who}` : `Waiting in ${queue}`}{since > 0 && <span className="num"> · {age(now - since)}</span>}</Chip></>;
  }
  if (work.state === 'parked' || work.state === 'held') return <Chip>{work.state === 'held' ? 'On hold' : 'Parked'} · {who}</Chip>;
  if (work.state === 'snoozed') return callback ?? <Chip>Snoozed{work.wake_at ? ` until ${shortTime(work.wake_at)}` : ''}</Chip>;
  if (work.state === 'wrap') return <Chip tone="good">Wrap-up <span className="num">{work.wrap_until ? clock(Math.max(0, work.wrap_until - now)) : ''}</span></Chip>;
  return (
    <>
      {callback}
      <Chip tone={mine ? 'good' : 'plain'}>{mine ? 'Yours' : `With ${who}`}</Chip>
      {since > 0 && level !== 'none' && <Chip tone={tone} title="Since the customer’s last word"><span className="num">{age(now - since)}</span> unanswered</Chip>}
    </>
  );
}
