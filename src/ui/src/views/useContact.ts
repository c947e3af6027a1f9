import { useEffect, useState } from 'react';
import type { Contact, Conv } from '../model/types';
import * as rest from '../net/rest';
import { useClient } from '../store/context';

export interface ContactData { contact: Contact | null; others: Conv[]; loading: boolean }

const NONE: ContactData = { contact: null, others: [], loading: false };

/* Read again when a line comes in: a form may have been filled in meanwhile. */
export function useContact(conv: Conv): ContactData {
  const client = useClient();
  const [data, setData] = useState<ContactData>({ ...NONE, loading: true });
  const id = conv.contact;
  const seen = conv.last_customer_at;
  useEffect(() => {
    if (!id) return setData(NONE);
    let current = true;
    setData((d) => (d.contact?.id === id ? d : { ...NONE, loading: true }));
    void Promise.allSettled([rest.contact(id), rest.contactConversations(id)]).then(([c, list]) => {
      if (!current) return;
      const others = list.status === 'fulfilled' ? list.value.filter((x) => x.id !== conv.id).sort((a, b) => b.last_at - a.last_at) : [];
      client.keepFetched(others);
      setData({ contact: c.status === 'fulfilled' ? c.value : null, others, loading: false });
    });
    return () => { current = false; };
  }, [client, id, conv.id, seen]);
  return data;
}
