/* Words among colleagues about a conversation: a question to one of them, and a supervisor's whisper to
 * whoever has it. */
import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { agentName } from '../lib/names';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { closeDialog } from '../store/ui';
import { agentTargets, Targets } from './Targets';

const MAX_WORDS = 10_000;

export function ConsultDialog({ conv }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const agents = useStore((s) => s.agents);
  const policy = useStore((s) => s.policy);
  const me = useStore((s) => s.me);
  const work = useStore((s) => s.works.get(conv));
  const [chosen, setChosen] = useState('');
  const [text, setText] = useState('');
  const targets = agentTargets(agents, policy, (a) => a.presence !== 'out' && a.id !== me && a.id !== work?.agent);
  const target = targets.find((t) => t.key === chosen);
  const question = text.trim();

  const go = () => {
    if (!target || !question) return;
    closeDialog();
    void perform(context(client, current), 'work.consult', { conv, agent: target.agent, text: question }, `${target.name} is asked.`);
  };

  return (
    <Dialog title={`Ask a colleague about #${conv}`} text="Your colleague sees the conversation and writes notes in it. You keep it; the customer sees nothing of this." onClose={closeDialog} footer={
      <>
        <Button onClick={closeDialog}>Cancel</Button>
        <Button tone="primary" disabled={!target || !question} onClick={go}>{target ? `Ask ${target.name}` : 'Ask'}</Button>
      </>
    }>
      <Targets targets={targets} chosen={chosen} onChoose={setChosen} onGo={go} find="Find an agent" label="Agent" />
      {work?.consult && <p className="banner warn">{agentName(agents, work.consult)} is being asked now; that ends with a new question.</p>}
      <label className="field"><span>Question</span>
        <textarea rows={3} value={text} onChange={(e) => setText(e.target.value)} maxLength={MAX_WORDS} />
      </label>
    </Dialog>
  );
}

export function WhisperDialog({ conv }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const agents = useStore((s) => s.agents);
  const agent = useStore((s) => s.works.get(conv)?.agent ?? '');
  const [to] = useState(agent); // whom it was meant for; the daemon refuses if somebody else has it by now
  const [text, setText] = useState('');
  const words = text.trim();
  const who = agentName(agents, to);

  const go = () => {
    if (!words) return;
    closeDialog();
    void perform(context(client, current), 'note.add', { conv, agent: to, text: words }, `Whispered to ${who}.`);
  };

  return (
    <Dialog title={`Whisper to ${who}`} text={`A private note about #${conv} that is marked as meant for ${who}. The customer sees nothing of it.`} onClose={closeDialog} footer={
      <>
        <Button onClick={closeDialog}>Cancel</Button>
        <Button tone="primary" disabled={!words} onClick={go}>Whisper</Button>
      </>
    }>
      <label className="field"><span>Whisper</span>
        <textarea rows={4} value={text} onChange={(e) => setText(e.target.value)} maxLength={MAX_WORDS} autoFocus
          onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); go(); } }} />
      </label>
    </Dialog>
  );
}
