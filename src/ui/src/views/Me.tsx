/* Myself: presence, the phone, and how full I am. */
import { useEffect, useRef } from 'react';
import { context, perform } from '../actions/actions';
import { on } from '../actions/bus';
import { agentName, channelWord, presenceWord } from '../lib/names';
import { age, clock } from '../lib/time';
import { CHANNEL_KINDS, type Agent } from '../model/types';
import { Avatar, Button, Tip } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../parts/overlay';
import { applyTheme, theme } from '../lib/theme';
import { useClient, useMe, useNow, useStore } from '../store/context';
import { route } from '../store/route';
import { capacityOf, isMine } from '../store/select';
import { openDialog, setMuted, toast, useUi } from '../store/ui';
import { usesPhone } from '../lib/phone';
import { PhoneLines } from './PhoneLines';

export function Me() {
  const agent = useMe();
  const me = useStore((s) => s.me);
  const agents = useStore((s) => s.agents);
  return (
    <section className="me" aria-label="My status">
      <PhoneLines agent={agent} />
      <WrapUps />
      <Comeback agent={agent} />
      <Capacity agent={agent} />
      <PresenceMenu agent={agent} name={agentName(agents, me)} />
    </section>
  );
}

/* Offline, or an offer was let pass: one press brings the work back. */
function Comeback({ agent }: { agent: Agent | undefined }) {
  const client = useClient();
  if (agent?.presence !== 'out' && agent?.presence !== 'not-responding') return null;
  return (
    <div className="comeback">
      <p className="muted">{agent.presence === 'out' ? 'You get no work while you are offline.' : 'An offer was let pass, so no more come.'}</p>
      <Button small tone="primary" onClick={() => void perform(context(client, route()), 'presence.set', { presence: 'available' })}>
        {agent.presence === 'out' ? 'I’m available' : 'I’m back'}
      </Button>
    </div>
  );
}

/* Conversations that I have finished but may still note something on. */
function WrapUps() {
  const client = useClient();
  const works = useStore((s) => s.works);
  const me = useStore((s) => s.me);
  const now = useNow(1000);
  const wraps = [...works.values()].filter((w) => w.state === 'wrap' && w.kind !== 'call' && isMine(w, me));
  return wraps.slice(0, 2).map((w) => (
    <p className="voice-line" key={w.id}>
      <Icon name="check" />
      <a href={`#/c/${w.id}`} className="grow cut num">Wrap-up #{w.id} {w.wrap_until ? clock(Math.max(0, w.wrap_until - now)) : ''}</a>
      <Button small aria-label={`I’m done with #${w.id}`} onClick={() => void perform(context(client, route()), 'work.wrapped', { conv: w.id })}>I’m done</Button>
    </p>
  ));
}

export function Capacity({ agent, small }: { agent: Agent | undefined; small?: boolean }) {
  const policy = useStore((s) => s.policy);
  const total = capacityOf(agent, policy);
  const used = agent?.used ?? 0;
  const load = agent?.counts;
  const kinds = CHANNEL_KINDS.filter((k) => load && load[k] > 0);
  const words = kinds.map((k) => `${load![k]} ${channelWord[k]}`).join(', ') || 'nothing in work';
  const costs = policy?.profiles.find((p) => p.id === agent?.profile)?.kinds ?? policy?.profiles[0]?.kinds;
  const weight = kinds.map((k) => load![k] * (costs?.[k].cost || 20));
  const sum = weight.reduce((a, b) => a + b, 0) || 1;
  return (
    <Tip side="top" text={`${used} of ${total} units: ${words}`}>
      <div className={`capacity ${small ? 'small' : ''} ${used > total ? 'over' : ''}`} role="meter" aria-label="Capacity" aria-valuemin={0} aria-valuemax={total}
        aria-valuenow={used} aria-valuetext={`${used} of ${total} units, ${words}`} tabIndex={small ? undefined : 0}>
        <span className="capacity-bar" aria-hidden="true">
          {kinds.map((k, i) => <span key={k} className={`part ${k}`} style={{ width: `${Math.min(100, (used / total) * 100) * (weight[i]! / sum)}%` }} />)}
        </span>
        {!small && (
          <span className="capacity-words" aria-hidden="true">
            <span className="num">{used}/{total}</span>
            <span className="grow" />
            {kinds.map((k) => <span key={k} className={`load ${k} num`}><Icon name={k} size={12} />{load![k]}</span>)}
            {!kinds.length && <span className="muted">free</span>}
          </span>
        )}
      </div>
    </Tip>
  );
}

function PresenceMenu({ agent, name }: { agent: Agent | undefined; name: string }) {
  const client = useClient();
  const policy = useStore((s) => s.policy);
  const link = useStore((s) => s.link.state);
  const muted = useUi((u) => u.muted);
  const now = useNow(10_000);
  const trigger = useRef<HTMLButtonElement>(null);
  useEffect(() => on('presence', () => {
    // Radix opens on pointer or key, not on click().
    trigger.current?.focus();
    trigger.current?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  }), []);

  const set = (presence: string, reason = '') =>
    void perform(context(client, route()), 'presence.set', { presence, ...(reason ? { reason } : {}) });
  const presence = agent?.presence ?? 'out';
  const reason = policy?.reasons.find((r) => r.id === agent?.presence_reason)?.name ?? agent?.presence_reason;
  const word = presence === 'paused' && reason ? reason : presenceWord[presence];
  const inState = agent?.presence_since ? now - agent.presence_since : 0;

  return (
    <Menu label="Presence" side="top" align="start" trigger={
      <button ref={trigger} type="button" className="me-button">
        <Avatar name={name} presence={presence} />
        <span className="grow stack tight">
          <span className="strong cut">{name}</span>
          <span className="muted cut"><span className="vh">Presence: </span>{word}{inState >= 60_000 && ` · ${age(inState)}`}</span>
        </span>
        <Icon name="down" size={12} />
      </button>
    }>
      <MenuItem dot="available" checked={presence === 'available'} onSelect={() => set('available')}>Available</MenuItem>
      <MenuItem dot="draining" checked={presence === 'draining'} onSelect={() => set('draining')}>Finish up, no new work</MenuItem>
      <MenuLine />
      <MenuLabel>Pause</MenuLabel>
      {(policy?.reasons ?? []).map((r) => (
        <MenuItem key={r.id} dot="paused" checked={presence === 'paused' && agent?.presence_reason === r.id} onSelect={() => set('paused', r.id)}>{r.name}</MenuItem>
      ))}
      {!policy?.reasons.length && <MenuItem dot="paused" checked={presence === 'paused'} onSelect={() => set('paused')}>Paused</MenuItem>}
      <MenuItem dot="out" checked={presence === 'out'} onSelect={() => set('out')}>Offline</MenuItem>
      <MenuLine />
      {usesPhone(agent, policy) && <MenuItem icon="voice" keys="X" onSelect={() => openDialog('phone')}>{agent?.extension ? `Phone ${agent.extension}…` : 'Choose a phone…'}</MenuItem>}
      <MenuItem icon={muted ? 'bellOff' : 'bell'} checked={!muted} onSelect={() => setMuted(!muted)}>Sound of offers</MenuItem>
      <MenuItem icon="sun" onSelect={() => {
        const next = theme() === 'system' ? 'light' : theme() === 'light' ? 'dark' : 'system';
        applyTheme(next);
        toast(`Colours: ${next === 'system' ? 'as the system' : next}.`);
      }}>Light or dark</MenuItem>
      <MenuItem icon="logout" disabled={link === 'idle'} onSelect={() => void client.logout().catch((e: Error) => toast(e.message, 'bad'))}>Log out</MenuItem>
    </Menu>
  );
}
