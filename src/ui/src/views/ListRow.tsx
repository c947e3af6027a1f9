import { memo } from 'react';
import { agentName, channelWord } from '../lib/names';
import { sla } from '../lib/sla';
import { age, iso, listTime, shortTime, spoken } from '../lib/time';
import type { Agent } from '../model/types';
import { Avatar } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { toConv } from '../store/route';
import type { Row, View } from '../store/select';

export const ROW_HEIGHT = 72;

interface Props {
  row: Row; view: View; queue: string; me: string; agents: ReadonlyMap<string, Agent>; now: number; selected: boolean; onFocus(id: number): void;
}

export const ListRow = memo(function ListRow({ row, view, queue, me, agents, now, selected, onFocus }: Props) {
  const waited = row.waitingSince ? Math.max(0, now - row.waitingSince) : 0;
  const level = row.waitingSince ? sla(waited, row.target) : 'none';
  const status = statusOf(row, me, agents);
  const unread = row.unread > 0;
  return (
    <a className={`list-row ${unread ? 'unread' : ''} ${row.state}`} href={toConv(row.id, view)} data-id={row.id}
      aria-current={selected ? 'true' : undefined} onFocus={() => onFocus(row.id)}>
      <span className="row-face">
        <Avatar name={row.name} size={32} />
        <span className={`row-kind ${row.kind}`} title={channelWord[row.kind]}><Icon name={row.kind} size={12} /><span className="vh">{channelWord[row.kind]}</span></span>
      </span>
      <span className="row-body">
        <span className="row-line">
          <span className="row-name cut">{row.name}</span>
          {row.waitingSince > 0
            ? <span className={`row-age num ${level}`} title={`Waits ${spoken(waited)}`}><Icon name="clock" size={12} />{age(waited)}<span className="vh"> waiting{level === 'late' ? ', late' : ''}</span></span>
            : row.talkingSince > 0
            ? <span className="row-age num talking" title={`Talks for ${spoken(now - row.talkingSince)}`}><Icon name="voice" size={12} />{age(Math.max(0, now - row.talkingSince))}<span className="vh"> on the phone</span></span>
            : row.at > 0 && <time className="row-time num" dateTime={iso(row.at)}>{listTime(row.at, now)}</time>}
        </span>
        <span className="row-line">
          <span className="row-preview cut">{row.outbound && <span className="muted">{'↩ '}<span className="vh">Replied: </span></span>}{row.preview || <span className="muted">No message yet</span>}</span>
          {unread && <span className="row-unread num"><span className="vh">Unread: </span>{row.unread > 99 ? '99+' : row.unread}</span>}
        </span>
        <span className="row-line row-foot">
          <span className="cut">#{row.id}{queue && ` · ${queue}`}{status && ` · ${status}`}</span>
          {row.tags.slice(0, 2).map((t) => <span key={t} className="row-tag cut">{t}</span>)}
        </span>
      </span>
    </a>
  );
});

/* Who asks whom stands in front of everything else. */
function statusOf(row: Row, me: string, agents: ReadonlyMap<string, Agent>): string {
  if (row.consult === me) return `${agentName(agents, row.agent)} asks you`;
  const state = stateOf(row, me, agents);
  return row.consult ? [`asked ${agentName(agents, row.consult)}`, state].filter(Boolean).join(' · ') : state;
}

function stateOf(row: Row, me: string, agents: ReadonlyMap<string, Agent>): string {
  const who = row.agent && row.agent !== me ? agentName(agents, row.agent) : '';
  if (row.kind === 'voice') return callStatus(row, who);
  switch (row.state) {
    case 'queued': return row.callback ? ['call back', row.waitsFor].filter(Boolean).join(' · ') : row.waitsFor;
    case 'reserved':
    case 'offered': return who ? `offered to ${who}` : 'offered';
    case 'parked': return who ? `parked, ${who}` : 'parked';
    case 'held': return who ? `held, ${who}` : 'held';
    case 'snoozed': if (row.callback) return row.wakeAt ? `call back from ${shortTime(row.wakeAt)}` : 'call back'; return row.wakeAt ? `snoozed until ${shortTime(row.wakeAt)}` : 'snoozed';
    case 'wrap': return who ? `wrap-up, ${who}` : 'wrap-up';
    case 'callback': return 'call back';
    default: return who;
  }
}

function callStatus(row: Row, who: string): string {
  switch (row.state) {
    case 'queued': return 'waits on the phone';
    case 'offered': return who ? `rings at ${who}` : 'rings';
    case 'active': return who ? `talks with ${who}` : 'you talk';
    case 'held': return who ? `on hold by ${who}` : 'on hold';
    case 'wrap': return who ? `wrap-up, ${who}` : 'wrap-up';
    default: return who;
  }
}
