/* One conversation: who and what on top, the timeline, the composer; the contact beside it. */
import { useEffect, useState } from 'react';
import { isCall } from '../lib/calls';
import { Empty, Spinner } from '../parts/basic';
import { useClient, useStore } from '../store/context';
import { toView } from '../store/route';
import { isMine, isOpen, type View } from '../store/select';
import { useUi } from '../store/ui';
import { CallStrip } from './CallStrip';
import { Composer } from './Composer';
import { ContactCard } from './ContactCard';
import { ConvHeader } from './ConvHeader';
import { Timeline } from './Timeline';

const VIEWING_MS = 4_000; // others forget it after six seconds

export function Conversation({ id, view }: { id: number; view: View }) {
  const client = useClient();
  const conv = useStore((s) => s.convs.get(id) ?? s.fetched.get(id));
  const work = useStore((s) => s.works.get(id));
  const me = useStore((s) => s.me);
  const card = useUi((u) => u.card);
  const drawer = useUi((u) => u.drawer);
  const [missing, setMissing] = useState(false);

  useEffect(() => {
    void client.open(id).then((found) => setMissing(!found));
    const look = () => {
      if (document.visibilityState === 'visible') client.sign('viewing', id);
    };
    look();
    const timer = setInterval(look, VIEWING_MS);
    return () => clearInterval(timer);
  }, [client, id]);

  if (!conv) {
    return missing
      ? <Empty icon="question" title={`Conversation #${id} is not here`} text="It does not exist, or you may not see it."><a className="btn plain" href={toView(view)}>Back to the list</a></Empty>
      : <div className="center"><Spinner label="Loading the conversation" /></div>;
  }
  const open = isOpen(work);
  return (
    <div className="conv">
      <div className="conv-main">
        <ConvHeader conv={conv} work={work} view={view} />
        {work && isCall(work) && <CallStrip work={work} />}
        <Timeline conv={conv} />
        <Composer conv={conv} work={work} open={open} mine={isMine(work, me)} />
      </div>
      {(card || drawer === 'card') && <ContactCard conv={conv} work={work} />}
    </div>
  );
}
