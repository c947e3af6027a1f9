/* Hand over to a queue or an agent, with a note for whoever takes it. For a supervisor's assignment
 * the same list, agents only. */
import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { presenceWord } from '../lib/names';
import { rank } from '../lib/fuzzy';
import { Avatar, Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { capacityOf, counts } from '../store/select';
import { closeDialog } from '../store/ui';

interface Target { key: string; queue?: string; agent?: string; name: string; detail: string; presence?: 'out' | 'available' | 'draining' | 'paused' | 'not-responding' }

const ORDER = ['available', 'draining', 'paused', 'not-responding', 'out'];

export function TransferDialog({ conv, assign }: { conv: number; assign: boolean }) {
  const client = useClient();
  const current = useRoute();
  const state = useStore((s) => s);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState('');
  const [note, setNote] = useState('');
  const work = state.works.get(conv);

  const n = counts(state, client.now());
  const queues: Target[] = assign ? [] : (state.policy?.queues ?? []).filter((q) => q.id !== work?.queue || work?.agent).map((q) => ({
    key: `q:${q.id}`, queue: q.id, name: q.name, detail: `${n.queues.get(q.id) ?? 0} waiting`,
  }));
  const agents: Target[] = [...state.agents.values()]
    .filter((a) => !a.disabled && a.id !== work?.agent && (assign ? a.presence !== 'out' : a.id !== state.me))
    .sort((a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || a.name.localeCompare(b.name))
    .map((a) => ({ key: `a:${a.id}`, agent: a.id, name: a.name || a.id, presence: a.presence, detail: `${presenceWord[a.presence]} · ${a.used}/${capacityOf(a, state.policy)}` }));
  const list = rank(query, [...queues, ...agents], (t) => t.name);
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
      <label className="search wide"><Icon name="search" /><span className="vh">{assign ? 'Find an agent' : 'Find a queue or an agent'}</span>
        <input value={query} onChange={(e) => setQuery(e.target.value)} placeholder={assign ? 'Find an agent' : 'Find a queue or an agent'} autoFocus
          onKeyDown={(e) => {
            const move = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
            if (move && list.length) {
              e.preventDefault();
              const at = list.findIndex((t) => t.key === chosen);
              setChosen(list[(at + move + list.length) % list.length]!.key);
            } else if (e.key === 'Enter') {
              e.preventDefault();
              if (target) go();
              else if (list[0]) setChosen(list[0].key);
            }
          }} />
      </label>
      <div className="targets" role="radiogroup" aria-label={assign ? 'Agent' : 'Queue or agent'}>
        {list.map((t) => (
          <label key={t.key} className="target">
            <input type="radio" name="target" checked={t.key === chosen} onChange={() => setChosen(t.key)} />
            {t.agent ? <Avatar name={t.name} size={24} presence={t.presence} /> : <span className="target-queue"><Icon name="queue" /></span>}
            <span className="grow cut">{t.name}</span>
            <span className="muted num">{t.detail}</span>
          </label>
        ))}
        {!list.length && <p className="muted targets-none">Nobody and nothing of that name.</p>}
      </div>
      <label className="field"><span>Note <span className="muted">(optional, only for colleagues)</span></span>
        <textarea rows={2} value={note} onChange={(e) => setNote(e.target.value)} maxLength={10_000} />
      </label>
    </Dialog>
  );
}
