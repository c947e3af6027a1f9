/* Who is here? Nobody: the login page. Somebody: the desktop, and the socket. */
import { useCallback, useEffect, useState } from 'react';
import { Button, Empty, Spinner } from '../parts/basic';
import * as rest from '../net/rest';
import { useClient, useStore } from '../store/context';
import { Login } from './Login';
import { Shell } from './Shell';

type Who = 'asking' | 'nobody' | 'here' | 'unreachable';

export function App() {
  const client = useClient();
  const [who, setWho] = useState<Who>('asking');
  const [notice, setNotice] = useState('');
  const link = useStore((s) => s.link);

  const ask = useCallback(() => {
    setWho('asking');
    rest.me().then((a) => setWho(a ? 'here' : 'nobody'), () => setWho('unreachable'));
  }, []);

  useEffect(ask, [ask]);
  useEffect(() => {
    if (who === 'here') client.start();
  }, [client, who]);

  // The session ended elsewhere: what was being written stays in its draft.
  useEffect(() => {
    if (who === 'here' && link.state === 'refused' && link.code === 4401) {
      client.reset();
      setNotice('You were logged out. Your drafts are kept until this tab is closed.');
      setWho('nobody');
    }
  }, [client, link, who]);

  // Logged out by the menu, the palette or a key.
  useEffect(() => client.onLogout(() => setWho('nobody')), [client]);

  if (who === 'asking') return <main className="center"><Spinner label="Loading" /></main>;
  if (who === 'unreachable') {
    return (
      <main className="center">
        <Empty icon="wifiOff" title="Tandem cannot be reached" text="The server does not answer. Your work there is safe.">
          <Button tone="primary" onClick={ask}>Try again</Button>
        </Empty>
      </main>
    );
  }
  if (who === 'nobody') return <Login notice={notice} onDone={() => { setNotice(''); setWho('here'); void rest.me().catch(() => null); }} />;
  return <Shell />;
}
