import { useState } from 'react';
import { context, perform } from '../actions/actions';
import { shortTime, snoozePresets } from '../lib/time';
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient } from '../store/context';
import { useRoute } from '../store/route';
import { closeDialog } from '../store/ui';

/* For <input type="datetime-local">, which knows no zone. */
function local(at: number): string {
  const d = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return d.toISOString().slice(0, 16);
}

export function SnoozeDialog({ conv }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const [now] = useState(() => Date.now());
  const [own, setOwn] = useState(() => local(now + 24 * 3_600_000));
  const until = new Date(own).getTime();
  const go = (at: number) => {
    closeDialog();
    void perform(context(client, current), 'work.snooze', { conv, until: at }, `Snoozed until ${shortTime(at)}.`);
  };
  return (
    <Dialog title={`Snooze #${conv}`} text="It leaves the desk, and comes back then, or as soon as the customer writes." onClose={closeDialog}>
      <ul className="choices">
        {snoozePresets(now).map((p, i) => (
          <li key={p.label}><button type="button" className="choice" data-first={i === 0 || undefined} onClick={() => go(p.at)}><span className="grow">{p.label}</span><span className="muted num">{shortTime(p.at)}</span></button></li>
        ))}
      </ul>
      <div className="row snooze-own">
        <label className="field grow"><span>Or at</span><input type="datetime-local" value={own} min={local(now)} onChange={(e) => setOwn(e.target.value)} /></label>
        <Button tone="primary" disabled={!(until > now)} onClick={() => go(until)}>Snooze</Button>
      </div>
    </Dialog>
  );
}
