/* Navigation and myself. */
import { useMemo } from 'react';
import { Icon, type IconName } from '../parts/Icon';
import { useClient, useNow, useStore } from '../store/context';
import { toView, useRoute, viewPath } from '../store/route';
import { counts, type View } from '../store/select';
import { openDialog } from '../store/ui';
import { IconButton } from '../parts/basic';
import { LinkDot } from './LinkBanner';
import { Brand } from './Login';
import { Me } from './Me';

export function Rail() {
  const client = useClient();
  const { view } = useRoute();
  const works = useStore((s) => s.works);
  const convs = useStore((s) => s.convs);
  const policy = useStore((s) => s.policy);
  const me = useStore((s) => s.me);
  const role = useStore((s) => s.role);
  const agents = useStore((s) => s.agents);
  const tick = Math.floor(useNow(5_000) / 5_000);
  const n = useMemo(() => counts({ works, convs, policy, me }, client.now()), [client, works, convs, policy, me, tick]);
  const mine = agents.get(me)?.queues ?? [];
  const queues = (policy?.queues ?? []).filter((q) => role !== 'agent' || mine.includes(q.id));
  const here = viewPath(view);
  const social = policy?.channels.some((c) => c.kind === 'social') ?? false;

  const link = (v: View, icon: IconName, label: string, count: number, extra = '') => (
    <li>
      <a className="nav-link" href={toView(v)} aria-current={viewPath(v) === here ? 'page' : undefined}>
        <Icon name={icon} />
        <span className="grow cut">{label}</span>
        {count > 0 && <span className={`count num ${extra}`} aria-label={extra ? `${count} unread` : `${count}`}>{count > 9999 ? '9999+' : count}</span>}
      </a>
    </li>
  );

  return (
    <div className="rail">
      <header className="rail-head">
        <Brand />
        <span className="strong grow cut">{policy?.name || 'Tandem'}</span>
        <LinkDot />
      </header>
      <nav className="rail-nav" aria-label="Lists">
        <ul>
          {link({ name: 'mine' }, 'inbox', 'Mine', n.unreadMine || n.mine, n.unreadMine ? 'accent' : '')}
          {(n.asked > 0 || view.name === 'asked') && link({ name: 'asked' }, 'ask', 'Asked', n.asked)}
          {link({ name: 'queues' }, 'clock', role === 'agent' ? 'My queues' : 'Waiting', n.waiting)}
          {link({ name: 'all' }, 'layers', 'All open', n.all)}
          {social && link({ name: 'social' }, 'social', 'Social', n.social)}
          {link({ name: 'closed' }, 'archive', 'Closed', 0)}
          {role !== 'agent' && link({ name: 'agents' }, 'people', 'Agents', 0)}
          {role === 'admin' && link({ name: 'channels' }, 'panel', 'Channels', 0)}
        </ul>
        {queues.length > 0 && (
          <>
            <h2 className="nav-title" id="nav-queues">Queues</h2>
            <ul aria-labelledby="nav-queues">
              {queues.map((q) => (
                <li key={q.id}>
                  <a className="nav-link" href={toView({ name: 'queue', queue: q.id })} aria-current={here === viewPath({ name: 'queue', queue: q.id }) ? 'page' : undefined}>
                    <span className={`sla-dot ${n.worst.get(q.id) ?? 'none'}`} aria-hidden="true" />
                    <span className="grow cut">{q.name}</span>
                    {(n.queues.get(q.id) ?? 0) > 0 && <span className="count num" aria-label={`${n.queues.get(q.id)} waiting`}>{n.queues.get(q.id)}</span>}
                  </a>
                </li>
              ))}
            </ul>
          </>
        )}
      </nav>
      <div className="rail-tools">
        <button type="button" className="nav-link" onClick={() => openDialog('palette')}>
          <Icon name="command" /><span className="grow">Commands</span>
        </button>
        <IconButton icon="keyboard" label="Keyboard shortcuts" keys="?" side="top" onClick={() => openDialog('shortcuts')} />
      </div>
      <Me />
    </div>
  );
}
