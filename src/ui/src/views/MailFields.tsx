/* Above a mail's text: to whom it goes, and its subject. Folded into one line until it is opened. */
import { useState } from 'react';
import { mailFields, others, type MailDraft } from '../lib/mail';
import type { Conv, Message } from '../model/types';
import { Button } from '../parts/basic';

interface Props { conv: Conv; messages: readonly Message[]; draft: MailDraft | undefined; disabled: boolean; onChange: (next: MailDraft) => void }

export function MailFields({ conv, messages, draft, disabled, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const more = others(conv, messages);
  const fields = mailFields(conv, messages, draft);
  const choice = more.to.length + more.cc.length > 0;
  const all = draft?.all !== false;
  const also = [fields.to, fields.cc, fields.bcc].filter(Boolean).join(', ');

  const row = (key: 'to' | 'cc' | 'bcc' | 'subject', label: string) => (
    <label className="mail-field">
      <span className="muted">{label}</span>
      <input value={fields[key]} disabled={disabled} maxLength={key === 'subject' ? 900 : 10_000} spellCheck={key === 'subject'}
        onChange={(e) => onChange({ ...draft, [key]: e.target.value })} />
    </label>
  );

  return (
    <div className="mail-fields">
      <div className="mail-line">
        {choice && (
          <span role="group" aria-label="Who gets the answer" className="composer-tabs">
            <button type="button" aria-pressed={all} disabled={disabled} onClick={() => onChange({ ...draft, all: true, to: undefined, cc: undefined })}>Reply all</button>
            <button type="button" aria-pressed={!all} disabled={disabled} onClick={() => onChange({ ...draft, all: false, to: undefined, cc: undefined })}>Customer only</button>
          </span>
        )}
        {!open && <span className="muted cut grow">{fields.subject}{also && ` · also to ${also}`}</span>}
        {open && <span className="grow" />}
        <Button small tone="ghost" aria-expanded={open} disabled={disabled} onClick={() => setOpen(!open)}>{open ? 'Fewer fields' : 'Subject, cc, bcc'}</Button>
      </div>
      {open && <>{row('to', 'Also to')}{row('cc', 'Cc')}{row('bcc', 'Bcc')}{row('subject', 'Subject')}</>}
    </div>
  );
}
