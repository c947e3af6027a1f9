/* A lost connection is visible, with what it means and when we try again. */
import { Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useNow, useStore } from '../store/context';

export function LinkBanner() {
  const client = useClient();
  const link = useStore((s) => s.link);
  const storeUp = useStore((s) => s.storeUp);
  const ready = useStore((s) => s.ready);
  const waiting = useStore((s) => s.queue.items.length);
  useNow(1000);

  if (link.state === 'open' && !storeUp) {
    return (
      <div className="link-banner warn" role="status">
        <Icon name="alert" />
        <span><b>The store is away.</b> You can read; what you send waits here and goes out when it is back.</span>
        {waiting > 0 && <span className="muted num">{waiting} waiting</span>}
      </div>
    );
  }
  if (link.state === 'refused') {
    return <div className="link-banner bad" role="alert"><Icon name="wifiOff" /><span><b>Not connected.</b> {link.text}</span></div>;
  }
  if (link.state === 'waiting' || (link.state === 'connecting' && (link.attempt > 0 || !ready))) {
    const seconds = link.state === 'waiting' ? Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)) : 0;
    if (link.state === 'connecting' && link.attempt === 0) return null;
    return (
      <div className="link-banner bad" role="status">
        <Icon name="wifiOff" />
        <span className="grow">
          <b>No connection.</b> <span className="wide-only">Nothing is lost: </span>What you send waits here<span className="wide-only">, and what comes in meanwhile follows</span>.
          {waiting > 0 && <span className="num"> {waiting} waiting.</span>}
        </span>
        <span className="num" aria-hidden="true">{seconds > 0 ? `Next try in ${seconds} s` : 'Connecting…'}</span>
        <Button small onClick={() => client.retryNow()} disabled={seconds === 0}>Try now</Button>
      </div>
    );
  }
  return null;
}

/* The dot beside the name: always there, quiet while all is well. */
export function LinkDot() {
  const link = useStore((s) => s.link.state);
  const storeUp = useStore((s) => s.storeUp);
  const [tone, text] = link === 'open'
    ? storeUp ? ['good', 'Connected'] : ['warn', 'Store away']
    : link === 'connecting' ? ['warn', 'Connecting'] : ['bad', 'Not connected'];
  return <span className={`link-dot ${tone}`} title={text}><span className="vh">{text}</span></span>;
}
