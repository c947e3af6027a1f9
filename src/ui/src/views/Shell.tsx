/* The desktop: navigation, list, conversation, contact; on a phone one of them at a time. */
import { useEffect } from 'react';
import { useKeys } from '../actions/useKeys';
import { Empty, Spinner } from '../parts/basic';
import { useStore } from '../store/context';
import { useRoute } from '../store/route';
import { setDrawer, useUi } from '../store/ui';
import { Agents } from './Agents';
import { ChannelBanner, Channels } from './Channels';
import { Conversation } from './Conversation';
import { Dialogs } from './Dialogs';
import { HoldBanner } from './HoldBanner';
import { LinkBanner } from './LinkBanner';
import { List } from './List';
import { Offers } from './Offers';
import { Rail } from './Rail';
import { Toasts } from './Toasts';
import { Triage } from './Triage';
import { useAsked } from './useAsked';
import { useTitle } from './useTitle';

export function Shell() {
  const { view, conv } = useRoute();
  const ready = useStore((s) => s.ready);
  const drawer = useUi((u) => u.drawer);
  useKeys();
  useTitle();
  useAsked();
  useEffect(() => setDrawer(null), [view, conv]);

  return (
    <div className={`shell ${conv ? 'has-conv' : ''}`} data-drawer={drawer ?? undefined}>
      <a className="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById('main')?.focus(); }}>Skip to the conversation</a>
      <Rail />
      {drawer && <div className="drawer-scrim" onClick={() => setDrawer(null)} />}
      <div className="work">
        <LinkBanner />
        <ChannelBanner />
        <HoldBanner />
        <div className={`panes ${view.name === 'social' ? 'is-board' : ''}`}>
          {view.name === 'agents' && !conv ? <Agents /> : view.name === 'channels' && !conv ? <Channels /> : (
            <>
              {view.name === 'social' ? <Triage selected={conv} />
                : <List view={view.name === 'agents' || view.name === 'channels' ? { name: 'all' } : view} selected={conv} />}
              <main id="main" className="main" tabIndex={-1}>
                {!ready ? <div className="center"><Spinner label="Loading your work" /></div>
                  : conv ? <Conversation key={conv} id={conv} view={view} />
                  : <Empty icon="chat" title="No conversation is open" text="Choose one from the list, or press ? for the keys." />}
              </main>
            </>
          )}
        </div>
      </div>
      <Offers />
      <Dialogs />
      <Toasts />
    </div>
  );
}
