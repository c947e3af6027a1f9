import type { Conv } from '../model/types';
import { Icon } from '../parts/Icon';
import { useStore } from '../store/context';

const words: Record<string, string> = {
  down: 'cannot reach its provider', auth: 'was refused by its provider: the login must be renewed',
  misconfigured: 'is not set up correctly', 'rate-limited': 'is held back by its provider for a while',
};

/* A channel that cannot send says so before somebody writes. */
export function ChannelNotice({ conv }: { conv: Conv }) {
  const chan = useStore((s) => s.chans.get(conv.channel));
  if (conv.blocked) return <div className="banner bad"><Icon name="block" /><span>This sender is blocked.</span></div>;
  if (!chan || (!chan.paused && !words[chan.state])) return null;
  return (
    <div className="banner warn" role="status">
      <Icon name="alert" />
      <span><b>{conv.channel}</b> {words[chan.state] ?? 'is paused'}{chan.error && `: ${chan.error}`}. Replies wait and go out afterwards.</span>
    </div>
  );
}
