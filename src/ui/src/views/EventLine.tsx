import { agentName } from '../lib/names';
import { fullTime, iso, timeOfDay } from '../lib/time';
import type { Message } from '../model/types';
import { Icon, type IconName } from '../parts/Icon';
import { useStore } from '../store/context';

const icons: Record<string, IconName> = {
  transferred: 'transfer', resolved: 'check', reopened: 'reopen', snoozed: 'snooze', parked: 'pause', accepted: 'hand',
  assigned: 'user', call: 'voice', 'call.ended': 'voice', tagged: 'tag', blocked: 'block', spam: 'spam', picked: 'hand',
};

export function EventLine({ message }: { message: Message }) {
  const agents = useStore((s) => s.agents);
  const text = message.text || `${message.event.replace(/[._-]/g, ' ')}${message.author ? ` by ${agentName(agents, message.author)}` : ''}`;
  return (
    <p className="event">
      <Icon name={icons[message.event] ?? 'right'} size={12} />
      <span>{text}</span>
      {message.at > 0 && <time className="num" dateTime={iso(message.at)} title={fullTime(message.at)}>{timeOfDay(message.at)}</time>}
    </p>
  );
}
