/* The round button in the corner, in a shadow root of its own. */
import { adopt, h, icon, setText } from '../shared/dom';
import css from './launcher.css';
import { words } from './words';

export interface Launcher {
  root: ShadowRoot;
  box: HTMLElement;
  lang: string;
  expanded(open: boolean): void;
  unread(n: number): void;
  busy(on: boolean): void;
  hide(on: boolean): void;
  theme(t: string): void;
  focus(): void;
  destroy(): void;
}

const BUBBLE = 'M20 11.5a7.5 7.5 0 0 1-7.5 7.5 8 8 0 0 1-3-.6L4.5 20l1.5-4.3a7.5 7.5 0 1 1 14-4.2z';
const DOWN = 'M6 9.5l6 6 6-6';

export function createLauncher(o: { lang: string; theme: string; side: string }, click: () => void): Launcher {
  const lang = o.lang || document.documentElement.lang || navigator.language || 'en';
  const base = lang.toLowerCase().split(/[-_]/)[0];
  const [open, close, unread] = words[base] ?? words.en;
  const rtl = base === 'ar';
  const host = document.createElement('tandem-widget');
  const root = host.attachShadow({ mode: 'open' });
  adopt(root, css);
  const badge = h('span', { class: 'n', 'aria-hidden': 'true' });
  const button = h(
    'button',
    { class: 'l', type: 'button', 'aria-expanded': 'false', 'aria-haspopup': 'dialog', click },
    icon(BUBBLE),
    icon(DOWN),
    badge,
  );
  const side = o.side === 'left' || o.side === 'right' ? o.side : rtl ? 'left' : 'right';
  const box = h(
    'div',
    { class: 'r', lang: base in words ? lang : 'en', dir: rtl ? 'rtl' : 'ltr', 'data-side': side },
    button,
  );
  const live = h('span', { class: 'vh', role: 'status' });
  box.append(live);
  root.append(box);
  document.body.append(host);

  const dark = matchMedia('(prefers-color-scheme: dark)');
  let theme = o.theme;
  let n = 0;
  let expanded = false;
  const paint = (): void => {
    box.dataset.theme = theme === 'dark' || theme === 'light' ? theme : dark.matches ? 'dark' : 'light';
  };
  const label = (): void => {
    button.setAttribute('aria-label', (expanded ? close : open) + (n ? `, ${n} ${unread}` : ''));
    button.setAttribute('aria-expanded', String(expanded));
    badge.textContent = n && !expanded ? (n > 9 ? '9+' : String(n)) : '';
    setText(live, badge.textContent && `${n} ${unread}`);
  };
  dark.addEventListener('change', paint);
  paint();
  label();

  return {
    root,
    box,
    lang,
    expanded(on) {
      expanded = on;
      label();
    },
    unread(count) {
      n = count;
      label();
    },
    busy: (on) => button.setAttribute('aria-busy', String(on)),
    hide: (on) => (button.hidden = on),
    theme(t) {
      theme = t;
      paint();
    },
    focus: () => button.focus(),
    destroy() {
      dark.removeEventListener('change', paint);
      host.remove();
    },
  };
}
