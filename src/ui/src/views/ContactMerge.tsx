/* Two contacts are one person: who, what comes together, and one click to undo it. */
import { useEffect, useMemo, useState } from 'react';
import { context, perform } from '../actions/actions';
import { candidates, together } from '../lib/contacts';
import type { Contact } from '../model/types';
import * as rest from '../net/rest';
import { Avatar, Button, Spinner } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { toast } from '../store/ui';

const RECENT = 200; // closed conversations that are looked through, too

export function ContactMerge({ contact, onClose, onDone }: { contact: Contact; onClose(): void; onDone(): void }) {
  const client = useClient();
  const current = useRoute();
  const convs = useStore((s) => s.convs);
  const fetched = useStore((s) => s.fetched);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const [other, setOther] = useState<Contact | null>(null);
  useEffect(() => {
    void rest.conversations({ view: 'closed', limit: RECENT }).then((list) => client.keepFetched(list)).catch(() => undefined);
  }, [client]);
  useEffect(() => {
    let here = true;
    setOther(null);
    if (chosen) rest.contact(chosen).then((c) => here && setOther(c)).catch(() => here && setChosen(0));
    return () => { here = false; };
  }, [chosen]);
  const list = useMemo(() => candidates(query, [...convs.values(), ...fetched.values()], new Set([contact.id])), [query, convs, fetched, contact.id]);
  const merge = () => {
    if (!other) return;
    const ctx = context(client, current);
    onClose();
    void perform(ctx, 'contact.merge', { contact: contact.id, other: other.id }).then((ok) => {
      if (!ok) return;
      onDone();
      toast(`#${contact.id} belongs to ${other.name || `#${other.id}`} now.`, 'good', {
        label: 'Undo', run: () => void perform(ctx, 'contact.unmerge', { contact: contact.id }, 'They are two again.').then((undone) => undone && onDone()),
      });
    });
  };
  return (
    <Dialog title="The same person as…" text={`${contact.name || `#${contact.id}`} and whom you choose become one: addresses and conversations come together. It can be undone.`} wide onClose={onClose}
      footer={<><Button onClick={onClose}>Cancel</Button><Button tone="primary" disabled={!other} onClick={merge}>Merge</Button></>}>
      <label className="field"><span>Name, address or number</span><input value={query} autoFocus onChange={(e) => setQuery(e.target.value)} /></label>
      <ul className="contact-choices" aria-label="Contacts">
        {list.map((c) => (
          <li key={c.id}>
            <button type="button" className="other" aria-pressed={chosen === c.id} onClick={() => setChosen(c.id)}>
              <Avatar name={c.name} size={24} /><span className="cut">{c.name}</span><span className="grow cut muted">{c.detail}</span>
              {chosen === c.id && <Icon name="check" />}
            </button>
          </li>
        ))}
        {!list.length && <li className="muted">Nobody among the recent conversations. A merge by number is possible over the API.</li>}
      </ul>
      {chosen > 0 && (
        <section className="contact-preview" aria-label="What it will be">
          {!other ? <Spinner label="Loading" /> : (
            <>
              <h3>{other.name || contact.name || `#${other.id}`}</h3>
              <ul className="stack tight">
                {together(contact, other).map((i) => <li key={`${i.address.type}:${i.address.addr}`} className="row identity"><span className="muted identity-type">{i.address.type}</span><span className="cut grow">{i.address.addr}</span></li>)}
              </ul>
              {other.note && <p className="muted">{other.note}</p>}
            </>
          )}
        </section>
      )}
    </Dialog>
  );
}
