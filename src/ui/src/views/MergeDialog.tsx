/* This conversation goes on in another: the two concern one matter. */
import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { channelWord, contactName } from '../lib/names';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { go, toConv, useRoute } from '../store/route';
import { mergeable } from '../store/select';
import { closeDialog } from '../store/ui';
import { Targets, type Target } from './Targets';

export function MergeDialog({ conv }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const state = useStore((s) => s);
  const [chosen, setChosen] = useState('');
  const own = state.convs.get(conv)?.contact ?? 0;
  const targets: Target[] = mergeable(state, conv).map((c) => ({
    key: String(c.id), name: `${contactName(c, state.works.get(c.id))} #${c.id}`, icon: c.kind,
    detail: c.contact && c.contact === own ? `${channelWord[c.kind]} · the same contact` : channelWord[c.kind],
  }));
  const target = targets.find((t) => t.key === chosen);

  const merge = () => {
    if (!target) return;
    closeDialog();
    const other = Number(target.key);
    void perform(context(client, current), 'conv.merge', { conv, other }, `#${conv} goes on in #${other}.`)
      .then((ok) => ok && go(toConv(other, current.view)));
  };

  return (
    <Dialog title={`Merge #${conv} into another`} text="This one closes and refers to the other, where the work goes on. Its lines stay where they are, and it can be separated again." onClose={closeDialog} footer={
      <>
        <Button onClick={closeDialog}>Cancel</Button>
        <Button tone="primary" disabled={!target} onClick={merge}>{target ? `Merge into #${target.key}` : 'Merge'}</Button>
      </>
    }>
      <Targets targets={targets} chosen={chosen} onChoose={setChosen} onGo={merge} find="Find by name or number" label="Conversation" />
    </Dialog>
  );
}
