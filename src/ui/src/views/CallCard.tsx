/* A call in the list: the phone system carries it, Tandem shows it. */
import { agentName } from '../lib/names';
import { clock, fullTime } from '../lib/time';
import type { Work } from '../model/types';
import { Chip } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useNow, useStore } from '../store/context';

export function CallCard({ work }: { work: Work }) {
  const agents = useStore((s) => s.agents);
  const queue = useStore((s) => s.policy?.queues.find((q) => q.id === work.queue)?.name ?? work.queue);
  const now = useNow(1000);
  const talking = work.state === 'active' || work.state === 'held';
  const since = talking ? work.answered_at || work.accepted_at : work.t0;
  const facts: [string, string][] = [
    ['From', work.from], ['To', work.to], ['Queue', queue], ['Agent', agentName(agents, work.agent)],
    ['Since', work.t0 ? fullTime(work.t0) : ''], ['Answered', work.answered_at ? fullTime(work.answered_at) : ''], ['Why', work.reason || work.waits_for],
  ];
  return (
    <div className="call-card">
      <span className="empty-icon"><Icon name="voice" size={24} /></span>
      <h2>{work.from || 'Unknown caller'}</h2>
      <p className="row"><Chip tone={talking ? 'good' : 'accent'}>{talking ? 'On the phone' : work.state === 'wrap' ? 'Wrap-up' : 'Ringing or waiting'}</Chip><span className="num strong">{since ? clock(now - since) : ''}</span></p>
      <dl className="facts">
        {facts.filter(([, v]) => v).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}
      </dl>
      <p className="muted">The call is answered and ended on the phone.</p>
    </div>
  );
}
