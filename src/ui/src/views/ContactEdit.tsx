/* What is known of a contact, changed by hand; and one more address. */
import { useState } from 'react';
import { context, perform } from '../actions/actions';
import type { Contact, KeyValue } from '../model/types';
import { Button, IconButton } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useClient } from '../store/context';
import { useRoute } from '../store/route';

interface Props { contact: Contact; onClose(): void; onDone(): void }

export function ContactEdit({ contact, onClose, onDone }: Props) {
  const client = useClient();
  const current = useRoute();
  const [name, setName] = useState(contact.name);
  const [language, setLanguage] = useState(contact.language);
  const [note, setNote] = useState(contact.note);
  const [fields, setFields] = useState<KeyValue[]>(contact.fields);
  const change = (i: number, patch: Partial<KeyValue>) => setFields(fields.map((f, k) => (k === i ? { ...f, ...patch } : f)));
  const save = () => {
    const before = new Map(contact.fields.map((f) => [f.key, f.value]));
    const changed = fields.filter((f) => f.key.trim() && before.get(f.key.trim()) !== f.value);
    const body = {
      contact: contact.id,
      ...(name.trim() !== contact.name ? { name: name.trim() } : {}), ...(language.trim() !== contact.language ? { language: language.trim() } : {}),
      ...(note.trim() !== contact.note ? { note: note.trim() } : {}), ...(changed.length ? { fields: changed.flatMap((f) => [f.key.trim(), f.value]) } : {}),
    };
    onClose();
    if (Object.keys(body).length > 1) void perform(context(client, current), 'contact.set', body, 'Saved.').then((ok) => ok && onDone());
  };
  return (
    <Dialog title={`Contact #${contact.id}`} onClose={onClose} footer={<><Button onClick={onClose}>Cancel</Button><Button tone="primary" onClick={save}>Save</Button></>}>
      <label className="field"><span>Name</span><input value={name} autoFocus maxLength={200} onChange={(e) => setName(e.target.value)} /></label>
      <label className="field"><span>Language</span><input value={language} maxLength={40} onChange={(e) => setLanguage(e.target.value)} /></label>
      <label className="field"><span>About</span><textarea rows={3} value={note} maxLength={4000} onChange={(e) => setNote(e.target.value)} /></label>
      <fieldset className="contact-fields">
        <legend>Details</legend>
        {fields.map((f, i) => (
          <div key={i} className="row">
            <input aria-label={`Name of detail ${i + 1}`} value={f.key} maxLength={60} readOnly={contact.fields.some((x) => x.key === f.key)} onChange={(e) => change(i, { key: e.target.value })} />
            <input aria-label={f.key ? `Value of ${f.key}` : `Value of detail ${i + 1}`} className="grow" value={f.value} maxLength={400} onChange={(e) => change(i, { value: e.target.value })} />
            {!contact.fields.some((x) => x.key === f.key) && <IconButton icon="x" label={`Leave out detail ${i + 1}`} onClick={() => setFields(fields.filter((_, k) => k !== i))} />}
          </div>
        ))}
        <Button small icon="plus" onClick={() => setFields([...fields, { key: '', value: '' }])}>Add a detail</Button>
      </fieldset>
    </Dialog>
  );
}

const TYPES: [string, string][] = [['email', 'Email'], ['sms', 'Mobile number'], ['tel', 'Telephone']];

export function ContactLink({ contact, onClose, onDone }: Props) {
  const client = useClient();
  const current = useRoute();
  const [type, setType] = useState('email');
  const [addr, setAddr] = useState('');
  const fits = type === 'email' ? /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(addr.trim()) : /^\+?[\d\s()/-]{5,}$/.test(addr.trim());
  const clean = type === 'email' ? addr.trim().toLowerCase() : addr.replace(/[\s()/-]/g, '');
  const save = () => {
    if (!fits) return;
    onClose();
    void perform(context(client, current), 'contact.link', { contact: contact.id, identity: { type, addr: clean } }, 'Address added.').then((ok) => ok && onDone());
  };
  return (
    <Dialog title="Add an address" text={`${contact.name || `Contact #${contact.id}`} can be reached there, and what comes from there is theirs. It counts as not verified.`} onClose={onClose}
      footer={<><Button onClick={onClose}>Cancel</Button><Button tone="primary" disabled={!fits} onClick={save}>Add</Button></>}>
      <label className="field"><span>Kind</span>
        <select value={type} onChange={(e) => setType(e.target.value)}>{TYPES.map(([id, text]) => <option key={id} value={id}>{text}</option>)}</select>
      </label>
      <label className="field"><span>Address</span>
        <input value={addr} autoFocus maxLength={200} onChange={(e) => setAddr(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter') { e.preventDefault(); save(); } }} />
      </label>
    </Dialog>
  );
}
