import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { closeDialog } from '../store/ui';
import type { Code } from '../model/types';

const NONE: Code[] = [];

export function ResolveDialog({ conv }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const codes = useStore((s) => s.policy?.dispositions ?? NONE);
  const found = useStore((s) => s.convs.get(conv) ?? s.fetched.get(conv));
  const wrap = useStore((s) => s.works.get(conv)?.state === 'wrap') || found?.kind === 'voice';
  const before = found?.disposition;
  const [code, setCode] = useState(before || codes[0]?.id || '');
  const [note, setNote] = useState('');
  const go = () => {
    closeDialog();
    const text = note.trim();
    const ctx = context(client, current);
    if (text) void perform(ctx, 'note.add', { conv, text });
    void perform(ctx, 'work.resolve', { conv, ...(code ? { disposition: code } : {}) });
  };
  return (
    <Dialog title={wrap ? `Outcome of #${conv}` : `Resolve #${conv}`} onClose={closeDialog} footer={
      <><Button onClick={closeDialog}>Cancel</Button><Button tone="primary" type="submit" form="resolve">{wrap ? 'Save' : 'Resolve'}</Button></>
    }>
      <form id="resolve" onSubmit={(e) => { e.preventDefault(); go(); }} onKeyDown={(e) => {
        // A number chooses, so that resolving is E, 2, Enter.
        const n = Number(e.key);
        if (n >= 1 && n <= codes.length && (e.target as HTMLElement).tagName !== 'TEXTAREA') setCode(codes[n - 1]!.id);
        if (e.key === 'Enter' && (e.target as HTMLElement).tagName !== 'TEXTAREA') { e.preventDefault(); go(); }
      }}>
        {codes.length > 0 && (
          <fieldset className="targets">
            <legend className="vh">How did it end?</legend>
            {codes.map((c, i) => (
              <label key={c.id} className="target">
                <input type="radio" name="disposition" checked={c.id === code} onChange={() => setCode(c.id)} autoFocus={c.id === (before || codes[0]!.id)} />
                <span className="grow">{c.name}</span>{i < 9 && <kbd aria-hidden="true">{i + 1}</kbd>}
              </label>
            ))}
          </fieldset>
        )}
        <label className="field"><span>Note <span className="muted">(optional, only for colleagues)</span></span>
          <textarea rows={2} value={note} onChange={(e) => setNote(e.target.value)} maxLength={10_000} autoFocus={!codes.length} />
        </label>
      </form>
    </Dialog>
  );
}
