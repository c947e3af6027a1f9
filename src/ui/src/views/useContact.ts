import { useCallback, useEffect, useState } from 'react';
import type { Contact, Conv } from '../model/types';
import * as rest from '../net/rest';
import { useClient } from '../store/context';

/* own: the contact of the conversation itself, when it was merged into the one that is shown. */
export interface ContactData { contact: Contact | null; own: Contact | null; others: Conv[]; loading: boolean }

const NONE: ContactData = { contact: null, own: null, others: [], loading: false };
const HOPS = 5;

/* Whom it was merged into, and so on; the last one that may be seen. */
async function follow(id: number): Promise<{ contact: Contact; own: Contact | null }> {
  const first = await rest.contact(id);
  let last = first;
  for (let i = 0; i < HOPS && last.merged_into; i++) {
    const next = await rest.contact(last.merged_into).catch(() => null);
    if (!next?.id) break;
    last = next;
  }
  return { contact: last, own: last === first ? null : first };
}

/* Read again when a line comes in (a form may have been filled in meanwhile), and when asked. */
export function useContact(conv: Conv): ContactData & { reload(): void } {
  const client = useClient();
  const [data, setData] = useState<ContactData>({ ...NONE, loading: true });
  const [again, setAgain] = useState(0);
  const id = conv.contact;
  const seen = conv.last_customer_at;
  useEffect(() => {
    if (!id) return setData(NONE);
    let current = true;
    setData((d) => ((d.own ?? d.contact)?.id === id ? d : { ...NONE, loading: true }));
    void (async () => {
      const found = await follow(id).catch(() => null);
      const list = await rest.contactConversations(found?.contact.id ?? id).catch(() => [] as Conv[]);
      if (!current) return;
      const others = list.filter((x) => x.id !== conv.id).sort((a, b) => b.last_at - a.last_at);
      client.keepFetched(others);
      setData({ contact: found?.contact ?? null, own: found?.own ?? null, others, loading: false });
    })();
    return () => { current = false; };
  }, [client, id, conv.id, seen, again]);
  const reload = useCallback(() => setAgain((n) => n + 1), []);
  return { ...data, reload };
}
