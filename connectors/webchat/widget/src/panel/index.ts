/* panel.js: the conversation. Fetched by the loader when it is needed; hands its factory over. */
import { Session } from '../core/session';
import type { Bridge, Panel } from '../shared/bridge';
import { adopt } from '../shared/dom';
import { tongue } from '../words';
import { browserEnv, randomId } from './browser';
import forms from './forms.css';
import log from './log.css';
import shell from './panel.css';
import tokens from './tokens.css';
import { createView } from './view';

const sheets = new WeakSet<ShadowRoot>();

function create(b: Bridge): Panel {
  const t = tongue(b.lang);
  let unread = -1;
  let state = '';
  let link = '';
  let drawn = 0;
  let idle = 0;
  let asked = false; // for the part for files
  let detach = () => {};

  const session = new Session(browserEnv(b.base), {
    channel: b.channel,
    key: b.key,
    tab: randomId(),
    changed: () => {
      drawn ||= window.setTimeout(draw, 0);
    },
    arrived: (lines) => lines.forEach((l) => b.emit('message', { ...l })),
    failed: (e) => view.problem(e),
  });
  const view = createView(session, t, b);

  /* Once for all that happened in this turn of the event loop. */
  function draw(): void {
    drawn = 0;
    view.update();
    if (view.visible()) session.viewed();
    if (session.unread() !== unread) {
      unread = session.unread();
      b.unread(unread);
      b.emit('unread', unread);
    }
    const v = session.talk.visit;
    if (v && v.state !== state) b.emit('state', (state = v.state));
    if (!asked && session.talk.config?.fileMax && (v?.state === 'waiting' || v?.state === 'active')) {
      asked = true;
      window.tandem!.attach = (attach) => (detach = attach({ root: b.root, lang: b.lang, session }));
      b.fetchAttach();
    }
    const now = session.link.state === 'up' ? 'online' : 'offline';
    if (now !== link) b.emit('connection', (link = now));
  }

  const on: [EventTarget, string, (e: never) => void][] = [
    [window, 'storage', (e: StorageEvent) => (e.key === b.key || e.key === null) && session.stored()],
    [window, 'online', () => session.link.hurry()],
    [window, 'offline', () => session.link.lost(0)],
    [window, 'pagehide', () => session.link.stop()], // a page with a socket is not kept for "back"
    [window, 'pageshow', (e: PageTransitionEvent) => e.persisted && session.link.start()],
    [
      document,
      'visibilitychange',
      () => {
        if (document.visibilityState !== 'visible') return;
        session.link.probe(4000);
        draw();
      },
    ],
  ];
  for (const [target, name, fn] of on) target.addEventListener(name, fn as EventListener);

  if (!sheets.has(b.root)) {
    sheets.add(b.root);
    adopt(b.root, tokens + shell + log + forms);
  }
  b.box.prepend(view.el);
  session.start();

  return {
    show() {
      window.clearTimeout(idle);
      session.link.start();
      view.show();
      draw();
    },
    hide() {
      view.hide();
      // Somebody who only looked holds no connection; a visitor's stays, for the badge.
      idle = window.setTimeout(() => session.acted() || session.link.stop(), 30_000);
    },
    command(name, args) {
      session.link.start();
      if (name === 'send') session.converse(String(args[0] ?? ''));
      else if (name === 'end') session.end();
      else if (name === 'identify') session.identify(String(args[0] ?? ''));
      else if (name === 'forget') session.forget();
      else if (name === 'prefill') view.prefill((args[0] ?? {}) as Record<string, string>);
    },
    destroy() {
      for (const [target, name, fn] of on) target.removeEventListener(name, fn as EventListener);
      window.clearTimeout(drawn);
      window.clearTimeout(idle);
      detach();
      session.destroy();
      view.destroy();
    },
  };
}

window.tandem?.panel?.(VERSION, create);
