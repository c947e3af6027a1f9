/* The tab's title: how many wait for me; it flashes while an offer waits, also in a hidden tab. */
import { useEffect, useMemo } from 'react';
import { contactName } from '../lib/names';
import { useClient, useStore } from '../store/context';
import { counts, offersFor } from '../store/select';

export function useTitle(): void {
  const client = useClient();
  const works = useStore((s) => s.works);
  const convs = useStore((s) => s.convs);
  const policy = useStore((s) => s.policy);
  const me = useStore((s) => s.me);
  const unread = useMemo(() => counts({ works, convs, policy, me }, client.now()).unreadMine, [client, works, convs, policy, me]);
  const offer = useMemo(() => offersFor(works, me)[0], [works, me]);
  const who = offer ? contactName(convs.get(offer.id), offer) : '';

  useEffect(() => {
    const plain = `${unread ? `(${unread}) ` : ''}Tandem`;
    document.title = plain;
    if (!who) return;
    let on = false;
    const flash = () => {
      on = !on;
      document.title = on ? `● Offer: ${who}` : plain;
    };
    flash();
    const timer = setInterval(flash, 1_000);
    return () => {
      clearInterval(timer);
      document.title = plain;
    };
  }, [unread, who]);
}
