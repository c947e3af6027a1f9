/* My phone, above my name: the call of the moment, what is wrong, and whose phone it is. */
import { context, moreTime, perform } from '../actions/actions';
import { callOf } from '../lib/calls';
import { deskExtension, holderOf, keepDesk, pausedBeside, phoneTrouble, usesPhone } from '../lib/phone';
import { clock } from '../lib/time';
import type { Agent } from '../model/types';
import { Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useNow, useStore } from '../store/context';
import { route } from '../store/route';
import { openDialog } from '../store/ui';

export function PhoneLines({ agent }: { agent: Agent | undefined }) {
  const policy = useStore((s) => s.policy);
  if (!agent || !usesPhone(agent, policy)) return null;
  const trouble = agent.extension || agent.voice !== 'none' ? phoneTrouble(agent) : '';
  return (
    <>
      <CallLine agent={agent} />
      {trouble && (
        <p className="voice-line warn" role="status"><Icon name="alert" /><span className="grow">{trouble}</span>
          {agent.gate === 'nobody' && !agent.voice_link_lost && <Button small onClick={() => openDialog('phone')}>Change</Button>}</p>
      )}
      {agent.phone_paused && agent.presence !== 'out' && (
        <p className="voice-line" role="status"><Icon name="pause" /><span className="grow">{pausedBeside(agent) ? 'No calls come: your phone is paused' : 'Paused on the phone; end it there'}{agent.phone_reason && ` (${agent.phone_reason})`}</span></p>
      )}
      {!agent.extension && agent.presence !== 'out' && <NoPhone />}
    </>
  );
}

/* One press takes the phone of this desk. */
function NoPhone() {
  const client = useClient();
  const agents = useStore((s) => s.agents);
  const lost = useStore((s) => s.lostPhone);
  const desk = deskExtension(localStorage);
  const taker = lost ? holderOf(agents, lost) : undefined;
  const free = desk && !holderOf(agents, desk);
  const take = () => {
    keepDesk(localStorage, desk);
    void perform(context(client, route()), 'extension.set', { extension: desk });
  };
  return (
    <p className={`voice-line ${lost ? 'warn' : ''}`} role={lost ? 'alert' : undefined}>
      <Icon name="voice" />
      <span className="grow">{lost ? `${taker ? taker.name || taker.id : 'A colleague'} now has the phone ${lost}` : 'You have no phone'}</span>
      {free ? <Button small onClick={take}>Use {desk}</Button> : <Button small onClick={() => openDialog('phone')}>Choose</Button>}
    </p>
  );
}

/* "On a call 2:14": while it lasts everything else waits politely. It leads to the call. */
function CallLine({ agent }: { agent: Agent }) {
  const client = useClient();
  const works = useStore((s) => s.works);
  const now = useNow(1000);
  const call = agent.calls.find((c) => c.state === agent.voice) ?? agent.calls[0];
  const work = callOf(works, agent);
  const since = call?.since || agent.voice_since;
  const line = (text: string, time: string, tone: string) => (
    <p className={`voice-line ${tone}`} role={tone === 'ringing' ? 'status' : undefined}>
      <Icon name="voice" />
      {work ? <a className="grow cut" href={`#/c/${work.id}`} title={text}>{text}</a> : <span className="grow cut" title={text}>{text}</span>}
      <span className="num strong">{time}</span>
    </p>
  );
  const who = call?.from ? ` with ${call.from}` : '';
  if (agent.voice === 'ringing') return line(`Phone is ringing${call?.from ? `: ${call.from}` : ''}`, '', 'ringing');
  if (agent.voice === 'active') return line(`On a call${who}`, since ? clock(now - since) : '', 'active');
  if (agent.voice === 'hold') return line(`Call on hold${who}`, since ? clock(now - since) : '', 'active');
  if (agent.voice !== 'wrap') return null;
  const ctx = context(client, route());
  const more = moreTime(ctx);
  const words = `Wrap-up ${agent.voice_wrap_until ? clock(Math.max(0, agent.voice_wrap_until - now)) : ''}`;
  return (
    <p className="voice-line two-rows">
      <Icon name="voice" />
      {work ? <a className="grow cut num" href={`#/c/${work.id}`}>{words}</a> : <span className="grow cut num">{words}</span>}
      {more && <Button small aria-label="More time for the wrap-up" onClick={() => void perform(ctx, 'work.wrapped', more)}>+1 min</Button>}
      <Button small onClick={() => void perform(ctx, 'work.wrapped', work ? { conv: work.id } : {})}>I’m done</Button>
    </p>
  );
}
