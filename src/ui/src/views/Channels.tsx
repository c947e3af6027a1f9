/* For administrators: the channels, how they are, and the button that connects one to its account. */
import { useCallback, useEffect, useState } from 'react';
import { channelWord } from '../lib/names';
import * as rest from '../net/rest';
import type { ChannelKind } from '../model/types';
import { Button, Empty, IconButton, Spinner } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useStore } from '../store/context';
import { setDrawer } from '../store/ui';
import { toView } from '../store/route';

const EVERY_MS = 5_000;
const word: Record<string, string> = {
  up: 'Works', down: 'Cannot reach its provider', auth: 'Must be connected', misconfigured: 'Not set up correctly', paused: 'Paused',
};

/* What the provider sent the browser back with; taken out of the address at once, used once. */
let returned: rest.OAuthReturn | null = null;
export function takeOAuthReturn(): void {
  if (location.pathname !== '/oauth/callback') return;
  const q = new URLSearchParams(location.search);
  returned = { state: q.get('state') ?? '', code: q.get('code') ?? undefined, error: q.get('error') ?? undefined, error_description: q.get('error_description') ?? undefined };
  history.replaceState(null, '', `/${toView({ name: 'channels' })}`);
}

export function Channels() {
  const [list, setList] = useState<rest.ChannelList | null>(null);
  const [problem, setProblem] = useState('');
  const [done, setDone] = useState('');
  const [busy, setBusy] = useState('');
  const admin = useStore((s) => s.role) === 'admin';
  const fail = (e: unknown) => setProblem(e instanceof Error ? e.message : 'It did not work.');
  const read = useCallback(() => rest.channels().then(setList, fail), []);

  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), EVERY_MS);
    return () => clearInterval(timer);
  }, [read]);
  useEffect(() => {
    const back = returned;
    returned = null;
    if (back) rest.finishConnecting(back).then((c) => { setDone(`${c} is connected.`); void read(); }, fail);
  }, [read]);

  const connect = (id: string) => {
    setBusy(id);
    setProblem('');
    rest.connectChannel(id).then((url) => location.assign(url), (e) => { setBusy(''); fail(e); });
  };

  return (
    <main id="main" className="board" tabIndex={-1}>
      <header className="board-head">
        <IconButton icon="menu" label="Lists and status" className="only-narrow" onClick={() => setDrawer('nav')} />
        <h1>Channels</h1>
      </header>
      {problem && <div className="banner bad" role="alert"><Icon name="alert" /><span className="grow">{problem}</span></div>}
      {done && <div className="banner info" role="status"><Icon name="check" /><span className="grow">{done}</span></div>}
      {!list && !problem && <Spinner label="Loading the channels" />}
      {list?.channels.some((c) => c.oauth) && <Callback url={list.callback} />}
      {list && !list.channels.length && <Empty icon="inbox" title="No channels are set up" />}
      {list && list.channels.length > 0 && (
        <div className="table-wrap" tabIndex={0} role="region" aria-label="Channels, table">
          <table className="table">
            <thead><tr><th scope="col">Channel</th><th scope="col">Kind</th><th scope="col">State</th><th scope="col">Waiting</th><th scope="col"><span className="vh">What to do</span></th></tr></thead>
            <tbody>
              {list.channels.map((c) => (
                <tr key={c.id}>
                  <th scope="row"><b>{c.id}</b> <span className="muted">{c.connector}</span></th>
                  <td>{channelWord[c.kind as ChannelKind] ?? c.kind}</td>
                  <td>{word[c.state] ?? (c.state || 'Not begun')}{c.paused && c.state === 'up' && ', paused'}{c.error && <div className="muted">{c.error}</div>}</td>
                  <td className="num">{c.waiting || ''}</td>
                  <td>{c.oauth && admin && <Button small tone={c.state === 'auth' ? 'primary' : 'plain'} disabled={busy !== ''} onClick={() => connect(c.id)}>{c.state === 'auth' ? 'Connect' : 'Connect again'}</Button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}

/* What to register at Google or Microsoft. */
function Callback({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  if (!url) return <div className="banner warn"><Icon name="alert" /><span className="grow"><b>server.public_url is not set.</b> The provider must know where to send you back to.</span></div>;
  return (
    <div className="banner info">
      <span className="grow">Register this callback URL at the provider: <code>{url}</code></span>
      <Button small onClick={() => void navigator.clipboard.writeText(url).then(() => setCopied(true), () => setCopied(false))}>{copied ? 'Copied' : 'Copy'}</Button>
    </div>
  );
}

/* Above everything, for those who can do something about it: a channel whose login is over. */
export function ChannelBanner() {
  const chans = useStore((s) => s.chans);
  const lead = useStore((s) => s.role !== 'agent');
  const cut = [...chans.values()].filter((c) => c.state === 'auth');
  if (!lead || !cut.length) return null;
  return (
    <div className="link-banner bad" role="alert">
      <Icon name="alert" />
      <span className="grow"><b>{cut.map((c) => c.id).join(', ')}</b> must be connected again: no mail comes in, answers wait.</span>
      <a href={toView({ name: 'channels' })}>Channels</a>
    </div>
  );
}
