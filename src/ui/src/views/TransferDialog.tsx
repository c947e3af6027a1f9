/* Hand over to a queue or an agent, with a note for whoever takes it. For a supervisor's assignment
 * the same list, agents only. */
import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { counts } from '../store/select';
import { closeDialog } from '../store/ui';
import { agentTargets, Targets, type Target } from './Targets';

export function TransferDialog({ conv, assign }: { conv: number; assign: boolean }) {
  const client = useClient();
  const current = useRoute();
  const state = useStore((s) => s);
  const [chosen, setChosen] = useState('');
  const [note, setNote] = useState('');
  const work = state.works.get(conv);

  const n = counts(state, client.now());
  const queues: Target[] = assign ? [] : (state.policy?.queues ?? []).filter((q) => q.id !== work?.queue || work?.agent).map((q) => ({
    key: `q:${q.id}`, queue: q.id, name: q.name, detail: `${n.queues.get(q.id) ?? 0} waiting`,
  }));
  const list = [...queues, ...agentTargets(state.agents, state.policy, (a) => a.id !== work?.agent && (assign ? a.presence !== 'out' : a.id !== state.me))];
  const target = list.find((t) => t.key === chosen);

  const go = () => {
    if (!target) return;
    closeDialog();
    const to = target.queue ? { queue: target.queue } : { agent: target.agent };
    const text = note.trim();
    const ctx = context(client, current);
    if (assign && text) void perform(ctx, 'note.add', { conv, text });
    void perform(ctx, assign ? 'work.assign' : 'work.transfer', { conv, ...to, ...(text && !assign ? { text } : {}) },
      assign ? `Assigned to ${target.name}.` : `Transferred to ${target.name}.`);
  };

  return (
    <Dialog title={assign ? `Assign #${conv}` : `Transfer #${conv}`} onClose={closeDialog} footer={
      <>
        <Button onClick={closeDialog}>Cancel</Button>
        <Button tone="primary" disabled={!target} onClick={go}>{target ? `${assign ? 'Assign' : 'Transfer'} to ${target.name}` : assign ? 'Assign' : 'Transfer'}</Button>
      </>
    }>
      <Targets targets={list} chosen={chosen} onChoose={setChosen} onGo={go}
        find={assign ? 'Find an agent' : 'Find a queue or an agent'} label={assign ? 'Agent' : 'Queue or agent'} />
      <label className="field"><span>Note <span className="muted">(optional, only for colleagues)</span></span>
        <textarea rows={2} value={note} onChange={(e) => setNote(e.target.value)} maxLength={10_000} />
      </label>
    </Dialog>
  );
}
