import { createRoot } from 'react-dom/client';
import { App } from './views/App';
import { takeOAuthReturn } from './views/Channels';
import { Client } from './store/client';
import { applyTheme } from './lib/theme';
import { TipProvider } from './parts/basic';
import { ClientProvider } from './store/context';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/overlay.css';
import './styles/shell.css';
import './styles/list.css';
import './styles/conversation.css';
import './styles/composer.css';
import './styles/panels.css';
import './styles/triage.css';

/* Names this page to the daemon for as long as it lives; two tabs are two senders. */
function tabId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

takeOAuthReturn();
applyTheme();
const socketUrl = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/agent/ws`;
const client = new Client(socketUrl, tabId());

createRoot(document.getElementById('root')!).render(
  <ClientProvider value={client}>
    <TipProvider>
      <App />
    </TipProvider>
  </ClientProvider>,
);
