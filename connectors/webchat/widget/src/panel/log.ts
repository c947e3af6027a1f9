/* The conversation: rows kept by key, so that a screen reader hears what is new and nothing twice. */
import type { Session } from '../core/session';
import { h, icon, setText } from '../shared/dom';
import type { Tongue } from '../words';
import { icons } from './icons';
import { linked } from './linkify';
import { rowsOf, type Row } from './rows';

const PAGE = 120;
const NEAR_PX = 48;

interface Shown {
  el: HTMLElement;
  sign: string;
  row: Row;
}

export function createLog(s: Session, t: Tongue) {
  const shown = new Map<string, Shown>();
  let limit = PAGE;
  let era = -1;
  let atEnd = true;
  let settled = false; // the history is in; from here on it is news
  const earlier = h('button', { class: 'earlier', type: 'button', hidden: true, click: more }, t.words.earlier);
  const hello = h('div', { class: 'm theirs first last' });
  const list = h('div', { class: 'rows', role: 'log', 'aria-label': t.words.log, 'aria-live': 'off' });
  const typing = h('div', { class: 'typing', hidden: true });
  const typingText = h('span', { class: 'vh', role: 'status' });
  const scroller = h('div', { class: 'log', tabindex: 0, role: 'group', 'aria-label': t.words.log }, earlier, hello, list, typing, typingText);
  const pill = h('button', { class: 'pill', type: 'button', hidden: true, click: () => toEnd() }, icon(icons.down), t.words.newLines);
  const el = h('div', { class: 'talk' }, scroller, pill);
  typing.append(h('i'), h('i'), h('i'));
  typing.setAttribute('aria-hidden', 'true');

  scroller.addEventListener('scroll', () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
    if (atEnd && !pill.hidden) {
      pill.hidden = true;
      s.viewed();
    }
  });

  const resized = new ResizeObserver(() => atEnd && toEnd()); // a keyboard, the rating, a longer draft
  resized.observe(scroller);

  function more(): void {
    const from = scroller.scrollHeight - scroller.scrollTop;
    limit += PAGE;
    atEnd = false;
    update();
    scroller.scrollTop = scroller.scrollHeight - from;
  }

  function toEnd(): void {
    scroller.scrollTop = scroller.scrollHeight;
    atEnd = true;
    pill.hidden = true;
  }

  function time(at: number): string {
    return new Intl.DateTimeFormat(t.lang, { hour: 'numeric', minute: '2-digit' }).format(at);
  }

  function day(at: number): string {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
    if (days === 0 || days === 1) {
      const word = new Intl.RelativeTimeFormat(t.lang, { numeric: 'auto' }).format(-days, 'day');
      return word[0].toLocaleUpperCase(t.lang) + word.slice(1);
    }
    return new Intl.DateTimeFormat(t.lang, { weekday: 'short', day: 'numeric', month: 'long' }).format(at);
  }

  function foot(r: Row): Node[] {
    if (r.mark === 'failed') {
      return [
        h('span', { class: 'bad' }, r.error.includes(' ') ? `${t.words.failed}: ${r.error}` : t.words.failed),
        h('button', { type: 'button', class: 'link', click: () => s.retry(r.id) }, t.words.retry),
        h('button', { type: 'button', class: 'link', click: () => s.discard(r.id) }, t.words.discard),
      ];
    }
    const parts: Node[] = [];
    if (r.at && r.mark !== 'queued' && r.mark !== 'sending') parts.push(h('span', null, time(r.at)));
    if (r.mark) parts.push(h('span', { class: `mark ${r.mark}` }, icon(icons[markIcon(r.mark)]), t.words[r.mark]));
    return parts;
  }

  function build(r: Row): HTMLElement {
    if (r.kind === 'day') return h('div', { class: 'day' }, h('span', null, day(r.at)));
    const who = r.kind === 'mine' ? t.words.you : r.name;
    return h(
      'div',
      { class: 'm' },
      h('div', { class: 'who' }),
      h('div', { class: 'b', dir: 'auto' }, h('span', { class: 'vh' }, `${who}: `), ...linked(r.text, t.words.newTab),
        ...r.files.map((f) => h('a', { class: 'f', href: s.at(f.url), target: '_blank', rel: 'noopener' }, f.name))),
      h('div', { class: 'st' }),
    );
  }

  function paint(x: Shown, r: Row): void {
    const sign = [r.kind, r.first, r.last, r.mark, r.name, r.id].join();
    x.row = r;
    if (x.sign === sign || r.kind === 'day') return;
    x.sign = sign;
    x.el.className = `m ${r.kind}${r.first ? ' first' : ''}${r.last ? ' last' : ''}${r.mark === 'failed' ? ' failed' : ''}`;
    setText(x.el.children[0], r.kind === 'theirs' && r.first ? r.name : '');
    x.el.children[2].replaceChildren(...(r.last ? foot(r) : []));
  }

  /* The line of an entry has come: its row stays where it is and takes the line's name. */
  function takeOver(rows: Row[]): void {
    const keys = new Set(rows.map((r) => r.key));
    for (const r of rows) {
      if (r.kind !== 'mine' || r.files[0] || shown.has(r.key) || r.key[0] !== 's') continue;
      for (const [key, x] of shown) {
        if (key[0] !== 'e' || keys.has(key) || x.row.text !== r.text.trim()) continue;
        shown.delete(key);
        shown.set(r.key, x);
        break;
      }
    }
  }

  function greet(on: boolean): void {
    hello.hidden = !on;
    if (!on || hello.childElementCount) return;
    hello.append(h('div', { class: 'b', dir: 'auto' }, ...linked(s.talk.config?.greeting || t.words.hello, t.words.newTab)));
  }

  function clear(): void {
    era = s.talk.era;
    shown.clear();
    list.replaceChildren();
    limit = PAGE;
    atEnd = true;
  }

  function update(): void {
    const { lines } = s.talk;
    if (era !== s.talk.era) clear();
    const entries = s.outbox.visible(s.talk.has);
    const cut = Math.max(0, lines.length - limit);
    const rows = rowsOf(lines.slice(cut), entries, s.talk.deliveredSeq, s.talk.readSeq, s.talk.config?.name || t.words.support);
    earlier.hidden = cut === 0;
    greet(rows.length === 0 && !s.talk.syncing);
    takeOver(rows);
    const keys = new Set(rows.map((r) => r.key));
    for (const [key, x] of shown) {
      if (keys.has(key)) continue;
      x.el.remove();
      shown.delete(key);
    }
    let fresh = false;
    let ours = false;
    rows.forEach((r, i) => {
      let x = shown.get(r.key);
      if (!x) {
        x = { el: build(r), sign: '', row: r };
        shown.set(r.key, x);
        fresh ||= r.kind === 'theirs';
        ours ||= r.kind === 'mine' && r.key[0] === 'e';
      }
      paint(x, r);
      if (list.children[i] !== x.el) list.insertBefore(x.el, list.children[i] ?? null);
    });
    const name = s.typingNow();
    typing.hidden = name === null;
    setText(typingText, name === null ? '' : t.say('typing', { name: name || s.talk.visit?.agent || t.words.support }));
    if (atEnd || ours || !settled) toEnd();
    else if (fresh) pill.hidden = false;
    if (!settled && !s.talk.syncing) {
      settled = true;
      setTimeout(() => list.setAttribute('aria-live', 'polite'), 500);
    }
  }

  return { el, update, toEnd, seen: () => atEnd, destroy: () => resized.disconnect() };
}

function markIcon(mark: Row['mark']): keyof typeof icons {
  if (mark === 'queued' || mark === 'sending') return 'clock';
  return mark === 'sent' ? 'tick' : 'ticks';
}
