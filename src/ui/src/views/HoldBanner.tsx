/* While a supervisor holds what goes out, everybody knows. */
import { agentName } from '../lib/names';
import { timeOfDay } from '../lib/time';
import { heldChans } from '../lib/posts';
import { Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useStore } from '../store/context';
import { hold } from '../store/hold';

export function HoldBanner() {
  const client = useClient();
  const chans = useStore((s) => s.chans);
  const agents = useStore((s) => s.agents);
  const lead = useStore((s) => s.role !== 'agent');
  const held = heldChans(chans);
  if (!held.length) return null;
  const first = held[0]!;
  return (
    <div className="link-banner warn" role="status">
      <Icon name="pause" />
      <span className="grow">
        <b>Nothing goes out on {held.map((c) => c.id).join(', ')}.</b>{' '}
        {first.held_by && <>Held by {agentName(agents, first.held_by)}{first.held_at > 0 && ` since ${timeOfDay(first.held_at)}`}. </>}
        <span className="wide-only">What you write waits and follows later.</span>
      </span>
      {lead && <Button small icon="play" onClick={() => void hold(client, 'all', true)}>Release</Button>}
    </div>
  );
}
