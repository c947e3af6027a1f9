/* The panel's parts put together: which of them show, where the focus goes, what keys do. */
import type { Session } from '../core/session';
import { noticeOf, stageOf, type Stage } from '../core/stage';
import type { Entry } from '../core/outbox';
import type { Bridge, CallbackPart } from '../shared/bridge';
import { h } from '../shared/dom';
import type { Tongue } from '../words';
import { createBanner } from './banner';
import { createAsk, createClosing } from './closing';
import { createComposer } from './composer';
import { createForm } from './form';
import { createHead } from './head';
import { createLog } from './log';

export interface View {
  el: HTMLElement;
  update(): void;
  show(): void;
  hide(): void;
  visible(): boolean;
  prefill(values: Record<string, string>): void;
  problem(e: Entry): void; // it was not taken
  destroy(): void;
}

export function createView(s: Session, t: Tongue, b: Bridge): View {
  const close = () => b.close();
  let part: CallbackPart | undefined;
  let fetched = false;
  const filled: Record<string, string> = {};
  let stage: Stage | '' = '';
  let asking = false;
  let lostAt = 0;
  let shown = false;
  let timer = 0;
  const phone = matchMedia('(max-width: 480px), (max-height: 480px)');

  const head = createHead(s, t, { close, end: () => ask(true) });
  const banner = createBanner(s, t);
  const log = createLog(s, t);
  const form = createForm(s, t, filled);
  const composer = createComposer(s, t, () => log.toEnd());
  const closing = createClosing(s, t);
  const asker = createAsk(s, t, () => ask(false));
  const loading = h('div', { class: 'loading', role: 'status' }, h('i'), h('i'), h('i'), h('span', { class: 'vh' }, t.words.connecting));
  const body = h('div', { class: 'body' }, loading, h('div', { class: 'sheet' }, form.el), log.el);
  const foot = h('div', { class: 'foot' }, composer.el, asker.el, closing.el);
  const el = h(
    'div',
    { class: 'p', role: 'dialog', 'aria-labelledby': 'title', tabindex: -1, hidden: true, keydown: onKey },
    head.el,
    banner.el,
    body,
    foot,
  );
  const sheet = body.children[1] as HTMLElement;

  function ask(on: boolean): void {
    asking = on;
    update();
    if (on) asker.focus();
    else focusInside();
  }

  function update(): void {
    const now = Date.now();
    const up = s.link.state === 'up';
    if (up) lostAt = 0;
    else if (!lostAt) {
      lostAt = now;
      window.clearTimeout(timer);
      timer = window.setTimeout(update, 1600);
    }
    const next = stageOf(s);
    const notice = noticeOf(s, navigator.onLine, now, lostAt);
    const live = s.talk.visit?.state === 'waiting' || s.talk.visit?.state === 'active';
    if (!live) asking = false;
    const v = s.talk.visit;
    if (!fetched && (v?.callback || v?.callbackAt)) {
      fetched = true;
      b.part(CALLBACK_INTEGRITY, (make) => {
        part = make(s, t, filled);
        foot.prepend(part.el);
        update();
      });
    }
    part?.update(next, asking);
    const talk = next === 'chat' || next === 'closed' || next === 'left';
    head.update(next, notice);
    banner.update(next, notice);
    loading.hidden = next !== 'loading';
    sheet.hidden = next !== 'form' && next !== 'away';
    log.el.hidden = !talk;
    composer.el.hidden = next !== 'chat' || asking;
    asker.el.hidden = !asking;
    closing.el.hidden = next !== 'closed' && next !== 'left';
    if (!sheet.hidden) form.update(next === 'away');
    if (!closing.el.hidden) closing.update(next === 'left', Boolean(part && v?.callbackAt));
    if (talk) log.update();
    if (next !== stage) moved(next);
  }

  /* The stage changed under the visitor: keep the focus inside, at the sensible place. */
  function moved(next: Stage): void {
    const before = stage;
    stage = next;
    if (next !== 'closed') closing.reset();
    log.toEnd();
    composer.fit();
    if (!shown || !before) return;
    const root = el.getRootNode() as ShadowRoot;
    if (!root.activeElement || root.activeElement === el || !(root.activeElement as HTMLElement).offsetParent) focusInside();
  }

  function focusInside(): void {
    if (!shown) return;
    const touch = matchMedia('(pointer: coarse)').matches; // no keyboard over the page unasked
    const target = touch ? el : stage === 'chat' ? composer.area : stage === 'form' || stage === 'away' ? form.first() : el;
    (target ?? el).focus({ preventScroll: true });
  }

  function onKey(e: KeyboardEvent): void {
    if (e.key === 'Escape' && !e.isComposing) {
      e.stopPropagation();
      if (asking) ask(false);
      else close();
    } else if (e.key === 'Tab' && phone.matches) trap(e);
  }

  /* Full screen on a phone it is modal: Tab goes round inside. */
  function trap(e: KeyboardEvent): void {
    const all = Array.from(el.querySelectorAll<HTMLElement>('a[href],button,textarea,input,select,[tabindex="0"]'));
    const seen = all.filter((x) => x.offsetParent);
    const at = (el.getRootNode() as ShadowRoot).activeElement;
    const [first, last] = [seen[0], seen[seen.length - 1]];
    if (e.shiftKey ? at === first || at === el : at === last) {
      e.preventDefault();
      (e.shiftKey ? last : first)?.focus();
    }
  }

  /* The keyboard of a phone covers the page; the panel takes what is left. */
  function viewport(): void {
    const v = window.visualViewport;
    if (v && phone.matches) {
      el.style.height = `${v.height}px`;
      el.style.top = `${v.offsetTop}px`;
    } else {
      el.style.height = el.style.top = '';
    }
    if (phone.matches) el.setAttribute('aria-modal', 'true');
    else el.removeAttribute('aria-modal');
  }

  window.visualViewport?.addEventListener('resize', viewport);
  window.visualViewport?.addEventListener('scroll', viewport);
  return {
    el,
    update,
    show() {
      shown = true;
      el.hidden = false;
      viewport();
      update();
      log.toEnd();
      composer.fit();
      focusInside();
    },
    hide() {
      shown = false;
      el.hidden = true;
    },
    visible: () => shown && document.visibilityState === 'visible' && log.seen() && !log.el.hidden,
    prefill(values) {
      for (const k in values) filled[k] = String(values[k]);
      update();
    },
    problem(e) {
      if (e.t === 'open') form.problem(e.error);
      if (e.t === 'callback') part?.problem(e.error);
    },
    destroy() {
      log.destroy();
      window.clearTimeout(timer);
      window.visualViewport?.removeEventListener('resize', viewport);
      window.visualViewport?.removeEventListener('scroll', viewport);
      el.remove();
    },
  };
}
