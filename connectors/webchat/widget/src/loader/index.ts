/* widget.js: what every page view pays for. It puts the launcher on the page, keeps the function
 * tandem(…) with what was called before it came, and fetches the panel on the first click (or at once
 * for somebody who has a conversation here, so that an answer shows on the launcher). No cookie, no
 * storage is written here; the only thing read is whether this visitor acted before. */
import type { Bridge, CallbackFactory, EventName, Panel, PanelFactory, TandemFunction } from '../shared/bridge';
import { fetchPart } from './fetch';
import { createLauncher, type Launcher } from './launcher';

type Listener = (data?: unknown) => void;

function start(script: HTMLScriptElement | null, early: ArrayLike<unknown>[]): void {
  const src = new URL(script?.src || location.href);
  const base = src.href.replace(/(\/widget\/[^/]+)?\/[^/]*$/, '');
  const option = (name: string): string => script?.dataset[name] || '';
  const channel = option('channel') || 'web';
  const key = `tandem:${src.host}:${channel}`;
  const listeners: Record<string, Set<Listener>> = {};
  let launcher: Launcher | null = null;
  let panel: Panel | null = null;
  let factory: PanelFactory | null = null;
  let part: CallbackFactory | null = null;
  let loading = false;
  let wanted = false; // open
  let waiting: [string, unknown[]][] = []; // for the panel
  let theme = option('theme');
  let lang = option('lang');

  const emit = (event: EventName, data?: unknown): void => {
    for (const fn of [...(listeners[event] ?? [])]) {
      try {
        fn(data);
      } catch (e) {
        setTimeout(() => {
          throw e; // the page's own mistake: reported there, not ours to stumble over
        });
      }
    }
  };

  const acted = (): boolean => {
    try {
      return localStorage.getItem(key) !== null;
    } catch {
      return false;
    }
  };

  function need(): void {
    if (panel || !launcher || loading) return;
    if (factory) return ready();
    loading = true;
    launcher.busy(true);
    fetchPart(base, 'panel', INTEGRITY, (ok) => {
      loading = false;
      launcher?.busy(false);
      if (ok && factory) return ready();
      if (wanted) toggle(false);
      emit('error', 'panel');
    });
  }

  function ready(): void {
    if (!launcher || !factory) return;
    const bridge: Bridge = {
      base,
      channel,
      key,
      root: launcher.root,
      box: launcher.box,
      lang: launcher.lang,
      unread: (n) => launcher?.unread(n),
      emit,
      close: () => toggle(false),
      fetchAttach: () => fetchPart(base, 'attach', ATTACH_INTEGRITY),
      part: (integrity, done) => (part ? done(part) : fetchPart(base, 'callback', integrity, () => part && done(part))),
    };
    panel = factory(bridge);
    for (const [name, args] of waiting) panel.command(name, args);
    waiting = [];
    if (wanted) panel.show();
    emit('ready');
  }

  function toggle(open: boolean): void {
    if (!launcher || open === wanted) return;
    wanted = open;
    launcher.expanded(open);
    if (open) need();
    if (panel) {
      if (open) panel.show();
      else panel.hide();
    }
    if (!open && launcher.root.activeElement) launcher.focus();
    emit(open ? 'open' : 'close');
  }

  function boot(): void {
    if (launcher) return;
    launcher = createLauncher({ lang, theme, side: option('side') }, () => toggle(!wanted));
    if (option('launcher') === 'none') launcher.hide(true);
    if (acted()) setTimeout(need, 300);
  }

  function destroy(): void {
    panel?.destroy();
    launcher?.destroy();
    panel = launcher = null;
    wanted = false;
    waiting = [];
    emit('destroy');
    Object.keys(listeners).forEach((k) => delete listeners[k]);
  }

  const commands: Record<string, (...args: never[]) => void> = {
    boot,
    destroy,
    open: () => toggle(true),
    close: () => toggle(false),
    toggle: () => toggle(!wanted),
    show: () => launcher?.hide(false),
    hide: () => launcher?.hide(true),
    on: (event: string, fn: Listener) => void (listeners[event] ??= new Set()).add(fn),
    off: (event: string, fn: Listener) => void listeners[event]?.delete(fn),
    theme: (t: string) => launcher?.theme((theme = t)),
    lang: (l: string) => {
      lang = l;
      const open = wanted;
      if (!launcher) return;
      panel?.destroy();
      launcher.destroy();
      panel = launcher = null;
      wanted = false;
      boot();
      toggle(open);
    },
  };

  const tandem: TandemFunction = (command, ...args) => {
    if (Object.prototype.hasOwnProperty.call(commands, command)) return commands[command](...(args as never[]));
    if (!launcher) return;
    if (panel) return panel.command(command, args);
    waiting.push([command, args]);
    need();
  };
  tandem.panel = (version, f) => {
    if (version === VERSION) factory = f;
  };
  tandem.part = (version, f) => {
    if (version === VERSION) part = f;
  };
  window.tandem = tandem;

  const go = (): void => {
    boot();
    for (const call of early) tandem(...(Array.from(call) as [string]));
  };
  if (document.body) go();
  else document.addEventListener('DOMContentLoaded', go, { once: true });
}

if (!window.tandem?.panel) {
  const script = document.currentScript ?? document.querySelector('script[data-channel][src*="widget"]');
  start(script as HTMLScriptElement | null, window.tandem?.q ?? []);
}
