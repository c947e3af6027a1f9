import { agentName } from '../lib/names';
import { fullTime, iso, timeOfDay } from '../lib/time';
import type { Message } from '../model/types';
import { Icon, type IconName } from '../parts/Icon';
import { useStore } from '../store/context';

const icons: Record<string, IconName> = {
  transferred: 'transfer', resolved: 'check', reopened: 'reopen', snoozed: 'snooze', parked: 'pause', accepted: 'hand',
  assigned: 'user', call: 'voice', 'call.queued': 'clock', 'call.offered': 'bell', 'call.answered': 'voice', 'call.ended': 'check',
  'call.transferred': 'transfer', 'call.abandoned': 'x', 'call.missed': 'x', 'call.lost': 'question', callback: 'voice', consulted: 'people', merged: 'transfer', unmerged: 'reopen', tagged: 'tag', blocked: 'block', spam: 'spam', picked: 'hand',
};

const bad = new Set(['call.abandoned', 'call.missed', 'call.lost']);

export function EventLine({ message }: { message: Message }) {
  const agents = useStore((s) => s.agents);
  const text = message.text || `${message.event.replace(/[._-]/g, ' ')}${message.author ? ` by ${agentName(agents, message.author)}` : ''}`;
  return (
    <p className={`event ${bad.has(message.event) ? 'bad' : ''}`}>
      <Icon name={icons[message.event] ?? 'right'} size={12} />
      <span>{text}</span>
      {message.at > 0 && <time className="num" dateTime={iso(message.at)} title={fullTime(message.at)}>{timeOfDay(message.at)}</time>}
    </p>
  );
}
