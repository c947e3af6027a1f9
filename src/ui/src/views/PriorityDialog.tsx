/* Which of the queue's bands it waits in; all of a band go before all of the next. */
import { context, perform } from '../actions/actions';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { priorities } from '../store/select';
import { closeDialog } from '../store/ui';

export function PriorityDialog({ conv }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const policy = useStore((s) => s.policy);
  const now = useStore((s) => s.works.get(conv)?.priority ?? 0);
  const queue = useStore((s) => s.policy?.queues.find((q) => q.id === s.works.get(conv)?.queue));
  const choose = (priority: number) => {
    closeDialog();
    if (priority !== now) void perform(context(client, current), 'work.priority', { conv, priority }, `#${conv} has priority ${priority} now.`);
  };
  return (
    <Dialog title={`Priority of #${conv}`} text="0 goes first. Whoever waits with a lower number is served before everybody with a higher one." onClose={closeDialog}>
      <ul className="choices">
        {priorities(policy, now).map((p) => (
          <li key={p}>
            <button type="button" className="choice" data-first={p === now || undefined} aria-current={p === now ? 'true' : undefined} onClick={() => choose(p)}>
              <span className="grow num">{p === 0 ? '0, before all others' : p}</span>
              <span className="muted">{[p === now && 'as it is', p === queue?.priority && `usual in ${queue.name}`].filter(Boolean).join(' · ')}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
