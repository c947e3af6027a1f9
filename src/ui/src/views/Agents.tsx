/* For supervisors: how the queues stand, and who does what. */
import { useMemo, useState } from 'react';
import { channelWord, presenceWord } from '../lib/names';
import { phoneTrouble } from '../lib/phone';
import { sla } from '../lib/sla';
import { clock, iso, spoken, timeOfDay } from '../lib/time';
import { CHANNEL_KINDS, type Agent, type Policy, type VoiceState, type Work } from '../model/types';
import { Avatar, Empty, IconButton } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useNow, useStore } from '../store/context';
import { toView } from '../store/route';
import { isOpen, isWaiting } from '../store/select';
import { setDrawer } from '../store/ui';
import { Capacity } from './Me';

const ORDER = ['available', 'draining', 'not-responding', 'paused', 'out'];
const voiceWord: Record<VoiceState, string> = { none: '–', unknown: 'Unknown', idle: 'Idle', ringing: 'Ringing', active: 'On a call', hold: 'On hold', wrap: 'Wrap-up' };

export function Agents() {
  const agents = useStore((s) => s.agents);
  const works = useStore((s) => s.works);
  const policy = useStore((s) => s.policy);
  const ready = useStore((s) => s.ready);
  const now = useNow(1000);
  const [text, setText] = useState('');
  const list = useMemo(() => {
    const word = text.trim().toLowerCase();
    return [...agents.values()]
      .filter((a) => !a.disabled && (!word || `${a.name} ${a.id} ${a.queues.join(' ')} ${presenceWord[a.presence]}`.toLowerCase().includes(word)))
      .sort((a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || a.name.localeCompare(b.name));
  }, [agents, text]);

  return (
    <main id="main" className="board" tabIndex={-1}>
      <header className="board-head">
        <IconButton icon="menu" label="Lists and status" className="only-narrow" onClick={() => setDrawer('nav')} />
        <h1>Agents</h1>
        <label className="search"><Icon name="search" /><span className="vh">Filter agents</span><input value={text} onChange={(e) => setText(e.target.value)} placeholder="Filter" /></label>
      </header>
      <Alarms />
      <DownChannels />
      <Queues works={works} policy={policy} now={now} />
      {ready && !list.length && <Empty icon="people" title="Nobody fits the filter" />}
      {list.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label="Agents, table">
          <table className="table">
            <thead><tr><th scope="col">Agent</th><th scope="col">Presence</th><th scope="col">In state</th><th scope="col">Load</th><th scope="col">Phone</th><th scope="col">Queues</th></tr></thead>
            <tbody>{list.map((a) => <AgentRow key={a.id} agent={a} now={now} policy={policy} />)}</tbody>
          </table>
        </div>
      )}
    </main>
  );
}

/* What the daemon wants a lead to know, newest first. */
function Alarms() {
  const alarms = useStore((s) => s.alarms);
  if (!alarms.length) return null;
  return (
    <ul className="alarms" aria-label="Alarms">
      {alarms.slice(0, 4).map((a) => (
        <li key={a.id} className="banner bad">
          <Icon name="alert" />
          <span className="grow">{a.text || a.name}{(a.channel || a.queue) && <span className="muted"> · {a.channel || a.queue}</span>}</span>
          <time className="muted num" dateTime={iso(a.at)}>{timeOfDay(a.at)}</time>
        </li>
      ))}
    </ul>
  );
}

/* Channels that do not work at this moment, for as long as they do not: a phone system out of reach, a mailbox. */
function DownChannels() {
  const chans = useStore((s) => s.chans);
  const down = [...chans.values()].filter((c) => c.paused || (c.state !== '' && c.state !== 'up'));
  if (!down.length) return null;
  return (
    <ul className="alarms" aria-label="Channels in trouble">
      {down.map((c) => <li key={c.id} className="banner warn"><Icon name="alert" /><span className="grow"><b>{c.id}</b> {c.paused ? 'is paused' : `is ${c.state}`}{c.error && <span className="muted"> · {c.error}</span>}</span></li>)}
    </ul>
  );
}

function AgentRow({ agent, now, policy }: { agent: Agent; now: number; policy: Policy | null }) {
  const load = agent.counts;
  const reason = policy?.reasons.find((r) => r.id === agent.presence_reason)?.name ?? agent.presence_reason;
  const talking = agent.voice === 'active' || agent.voice === 'hold' || agent.voice === 'ringing';
  const trouble = agent.extension || agent.voice !== 'none' ? phoneTrouble(agent) : '';
  return (
    <tr className={agent.presence}>
      <th scope="row"><span className="row"><Avatar name={agent.name || agent.id} size={24} presence={agent.presence} /><span className="cut">{agent.name || agent.id}</span></span></th>
      <td>{presenceWord[agent.presence]}{reason && agent.presence === 'paused' && <span className="muted"> · {reason}</span>}</td>
      <td className="num">{agent.presence_since ? clock(now - agent.presence_since) : '–'}</td>
      <td className="table-load">
        <Capacity agent={agent} small />
        <span className="num">{agent.used}</span>
        {CHANNEL_KINDS.filter((k) => load[k]).map((k) => <span key={k} className={`load ${k} num`} title={channelWord[k]}><Icon name={k} size={12} />{load[k]}<span className="vh"> {channelWord[k]}</span></span>)}
      </td>
      <td className={talking ? 'talking' : ''}>{voiceWord[agent.voice]}{agent.voice !== 'none' && agent.voice !== 'idle' && agent.voice_since > 0 && <span className="num"> {clock(now - agent.voice_since)}</span>}{agent.extension && <span className="muted num"> · {agent.extension}</span>}{agent.phone_paused && <span className="muted"> · paused on the phone</span>}{trouble && <span className="trouble" title={trouble}><Icon name="alert" size={12} /><span className="vh">{trouble}</span></span>}</td>
      <td className="muted cut">{agent.queues.map((q) => policy?.queues.find((x) => x.id === q)?.name ?? q).join(', ')}</td>
    </tr>
  );
}

function Queues({ works, policy, now }: { works: ReadonlyMap<number, Work>; policy: Policy | null; now: number }) {
  const rows = useMemo(() => {
    const by = new Map((policy?.queues ?? []).map((q) => [q.id, { q, waiting: 0, oldest: 0, busy: 0 }]));
    for (const w of works.values()) {
      const row = by.get(w.queue);
      if (!row || !isOpen(w)) continue;
      if (!isWaiting(w)) row.busy++;
      else {
        row.waiting++;
        if (w.t0 && (!row.oldest || w.t0 < row.oldest)) row.oldest = w.t0;
      }
    }
    return [...by.values()];
  }, [works, policy]);
  return (
    <ul className="tiles" aria-label="Queues">
      {rows.map(({ q, waiting, oldest, busy }) => {
        const level = oldest ? sla(now - oldest, q.target_ms) : 'none';
        return (
          <li key={q.id}>
            <a className={`tile ${level}`} href={toView({ name: 'queue', queue: q.id })}>
              <span className="tile-name cut">{q.name}</span>
              <span className="tile-n num">{waiting}<span className="tile-unit"> waiting</span></span>
              <span className="tile-foot num">{oldest ? <>longest <b title={spoken(now - oldest)}>{clock(now - oldest)}</b></> : 'nobody waits'} · {busy} in work</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
