/* Who this is: addresses and who can be written to there, what is known, what else is open; and why it
 * came to whom. */
import { useState } from 'react';
import { byId, context, perform } from '../actions/actions';
import { channelsFor } from '../lib/contacts';
import { agentName, channelWord, contactName } from '../lib/names';
import { listTime, shortTime } from '../lib/time';
import type { Address, Conv, Work } from '../model/types';
import { Avatar, Button, Channel, Chip, IconButton, Spinner } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useNow, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { isOpen } from '../store/select';
import { setDrawer } from '../store/ui';
import { Menu, MenuItem } from '../parts/overlay';
import { ContactEdit, ContactLink } from './ContactEdit';
import { ContactHistory } from './ContactHistory';
import { ContactMerge } from './ContactMerge';
import { ContactWrite } from './ContactWrite';
import { useContact } from './useContact';
import { useWhy } from './useWhy';

export function ContactCard({ conv, work }: { conv: Conv; work?: Work }) {
  const client = useClient();
  const current = useRoute();
  const policy = useStore((s) => s.policy);
  const agents = useStore((s) => s.agents);
  const works = useStore((s) => s.works);
  const now = useNow(60_000);
  const { contact, own, others, loading, reload } = useContact(conv);
  const convs = useStore((s) => s.convs);
  const fetched = useStore((s) => s.fetched);
  const [dialog, setDialog] = useState<'edit' | 'link' | 'merge' | 'history' | Address | null>(null);
  const close = () => setDialog(null);
  const known = [...convs.values(), ...fetched.values()];
  const reach = (a: Address) => channelsFor(a, policy, known).filter((p) => !(p.id === conv.channel && a.addr === conv.peer.addr));
  const divide = () => own && void perform(context(client, current), 'contact.unmerge', { contact: own.id }, 'They are two again.').then((ok) => ok && reload());
  const why = useWhy(work);
  const name = contact?.name || contactName(conv, work);
  const identities = contact?.identities.length ? contact.identities
    : [{ address: conv.peer, verified: false, source: '' }].filter((i) => i.address.addr);
  const fields = [...(contact?.fields ?? []), ...conv.fields.filter((f) => !contact?.fields.some((x) => x.key === f.key))];
  const queue = policy?.queues.find((q) => q.id === work?.queue)?.name ?? work?.queue;
  const routing: [string, string][] = [
    ['Queue', queue ?? ''], ['Agent', agentName(agents, work?.agent || conv.last_agent)],
    ['Began', conv.created_at ? shortTime(conv.created_at) : ''], ['Language', conv.language],
    ['Closed as', policy?.dispositions.find((d) => d.id === conv.disposition)?.name ?? conv.disposition],
    ['Rating', conv.csat ? `${conv.csat} of 5${conv.csat_text ? `: ${conv.csat_text}` : ''}` : ''],
  ];

  return (
    <aside className="card" aria-label="Contact">
      <header className="card-head">
        <Avatar name={name} size={40} />
        <div className="grow"><h2 className="cut">{name}</h2><p className="muted cut">{contact?.language || conv.language || 'Contact'}{conv.contact ? ` · #${conv.contact}` : ''}</p></div>
        {contact && (
          <Menu label="Contact" trigger={<IconButton icon="more" label="More about the contact" />}>
            <MenuItem icon="note" onSelect={() => setDialog('edit')}>Edit…</MenuItem>
            <MenuItem icon="plus" onSelect={() => setDialog('link')}>Add an address…</MenuItem>
            <MenuItem icon="people" onSelect={() => setDialog('merge')}>The same person as…</MenuItem>
            {own && <MenuItem icon="reopen" onSelect={divide}>Undo the merge of #{own.id}</MenuItem>}
          </Menu>
        )}
        <IconButton icon="x" label="Close the contact" className="only-drawer" onClick={() => setDrawer(null)} />
      </header>
      {own && <p className="banner card-merged"><Icon name="people" /><span className="grow">#{own.id} was merged into this contact.</span><Button small tone="ghost" onClick={divide}>Undo</Button></p>}
      <section aria-labelledby="card-ids">
        <h3 id="card-ids">Addresses</h3>
        <ul className="stack tight">
          {identities.map((i) => (
            <li key={`${i.address.type}:${i.address.addr}`} className="row identity">
              <span className="muted identity-type">{i.address.type}</span>
              <span className="cut grow" title={i.address.addr}>{i.address.addr}</span>
              {i.verified && <span className="verified" title={i.source ? `Verified by ${i.source}` : 'Verified'}><Icon name="shield" size={12} /><span className="vh">Verified</span></span>}
              {reach(i.address).length > 0 && <IconButton icon="send" label={`Write to ${i.address.addr}`} onClick={() => setDialog(i.address)} />}
            </li>
          ))}
          {!identities.length && <li className="muted">None known</li>}
        </ul>
      </section>
      <section aria-labelledby="card-tags">
        <h3 id="card-tags" className="row"><span className="grow">Tags</span><Button small tone="ghost" onClick={() => byId.get('tags')!.run(context(client, current))}>Edit</Button></h3>
        <p className="tags">{conv.tags.map((t) => <Chip key={t}>{t}</Chip>)}{!conv.tags.length && <span className="muted">No tags</span>}</p>
      </section>
      {fields.length > 0 && (
        <section aria-labelledby="card-fields">
          <h3 id="card-fields">Details</h3>
          <dl className="facts">{fields.map((f) => <div key={f.key}><dt>{f.key}</dt><dd>{f.value}</dd></div>)}</dl>
        </section>
      )}
      {contact?.note && <section aria-labelledby="card-note"><h3 id="card-note">About</h3><p>{contact.note}</p></section>}
      <section aria-labelledby="card-routing">
        <h3 id="card-routing">This conversation</h3>
        <dl className="facts">{routing.filter(([, v]) => v).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>
        {why && <p className="why"><Icon name="question" size={12} /><span>{why}</span></p>}
      </section>
      <section aria-labelledby="card-others">
        <h3 id="card-others" className="row"><span className="grow">Other conversations</span>{others.length > 0 && <Button small tone="ghost" onClick={() => setDialog('history')}>All channels</Button>}</h3>
        {loading && !others.length ? <Spinner label="Loading" /> : (
          <ul className="stack tight">
            {others.map((c) => (
              <li key={c.id}>
                <a className="other" href={`#/c/${c.id}`}>
                  <Channel kind={c.kind} />
                  <span className="grow cut">{c.subject || c.last_text || channelWord[c.kind]}</span>
                  {isOpen(works.get(c.id)) && <Chip tone="accent">open</Chip>}
                  <span className="muted num">{c.last_at ? listTime(c.last_at, now) : ''}</span>
                </a>
              </li>
            ))}
            {!others.length && <li className="muted">None</li>}
          </ul>
        )}
      </section>
      {contact && dialog === 'edit' && <ContactEdit contact={contact} onClose={close} onDone={reload} />}
      {contact && dialog === 'link' && <ContactLink contact={contact} onClose={close} onDone={reload} />}
      {contact && dialog === 'merge' && <ContactMerge contact={contact} onClose={close} onDone={reload} />}
      {dialog === 'history' && <ContactHistory name={name} convs={[conv, ...others]} onClose={close} />}
      {dialog && typeof dialog === 'object' && <ContactWrite address={dialog} name={contact?.name || dialog.name} channels={reach(dialog)} subject={conv.subject} onClose={close} />}
    </aside>
  );
}
