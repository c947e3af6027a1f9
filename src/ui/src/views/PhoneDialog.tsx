/* Which phone is mine: with desks that anybody may take, another one every day. */
import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { deskExtension, extensionError, holderOf, keepDesk, MAX_EXTENSION } from '../lib/phone';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient, useMe, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { closeDialog } from '../store/ui';

export function PhoneDialog() {
  const client = useClient();
  const current = useRoute();
  const agent = useMe();
  const agents = useStore((s) => s.agents);
  const me = useStore((s) => s.me);
  const mine = agent?.extension ?? '';
  const [text, setText] = useState(() => mine || deskExtension(localStorage));
  const [error, setError] = useState('');
  const extension = text.trim();
  const holder = holderOf(agents, extension);
  const calling = (agent?.calls.length ?? 0) > 0;

  const set = (to: string, done: string) => {
    closeDialog();
    if (to) keepDesk(localStorage, to);
    if (to !== mine) void perform(context(client, current), 'extension.set', to ? { extension: to } : {}, done);
  };
  const go = () => {
    const wrong = extensionError(extension);
    if (wrong) setError(wrong);
    else set(extension, `Your phone is ${extension}.`);
  };

  return (
    <Dialog title="My phone" text="Calls to this extension are yours, and keep other work away while they last." onClose={closeDialog} footer={
      <>
        {mine && <Button tone="ghost" className="foot-start" onClick={() => set('', 'You have no phone now.')}>Give it up</Button>}
        <Button onClick={closeDialog}>Cancel</Button>
        <Button tone="primary" type="submit" form="phone">{holder && holder.id !== me ? 'Take it' : 'Use it'}</Button>
      </>
    }>
      <form id="phone" noValidate onSubmit={(e) => { e.preventDefault(); go(); }}>
        <label className="field"><span>Extension</span>
          <input value={text} autoFocus autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={MAX_EXTENSION * 2}
            aria-invalid={error ? true : undefined} aria-describedby="phone-error"
            onFocus={(e) => e.target.select()} onChange={(e) => { setText(e.target.value); setError(''); }} />
        </label>
        <p id="phone-error" className="field-error" role="alert">{error}</p>
        {holder && holder.id !== me && <p className="banner warn">{holder.name || holder.id} has this phone, and will be without one.</p>}
        {calling && extension !== mine && <p className="banner warn">A call that you are on stays with the phone that you leave.</p>}
      </form>
    </Dialog>
  );
}
