/* The panel's head: who you talk to, how it stands, end and close. */
import type { Notice, Stage } from '../core/stage';
import type { Session } from '../core/session';
import { h, icon, setText } from '../shared/dom';
import type { Tongue } from '../words';
import { icons } from './icons';

export function createHead(s: Session, t: Tongue, on: { close(): void; end(): void }) {
  const face = h('div', { class: 'face', 'aria-hidden': 'true' });
  const dot = h('span', { class: 'dot' });
  const title = h('h2', { id: 'title' });
  const sub = h('p', { class: 'sub' });
  const end = h('button', { class: 'ib', type: 'button', 'aria-label': t.words.end, title: t.words.end, click: on.end }, icon(icons.end));
  const close = h('button', { class: 'ib', type: 'button', 'aria-label': t.words.minimise, title: t.words.minimise, click: on.close }, icon(icons.close));
  const el = h('div', { class: 'head' }, h('div', { class: 'faces' }, face, dot), h('div', { class: 'names' }, title, sub), end, close);

  /* Who is to be called back while we are open left nobody's absence behind. */
  const away = (stage: Stage): boolean => stage === 'away' || (stage === 'left' && !(s.talk.visit?.callbackAt && s.open()));

  function line(stage: Stage): string {
    const v = s.talk.visit;
    if (away(stage)) return t.words.awayNow;
    if (stage === 'closed') return t.words.closed;
    if (v?.state === 'active') return t.say('joined', { name: v.agent || t.words.team });
    if (v?.state === 'waiting' || s.starting()) return t.words.inQueue;
    return s.talk.config ? t.words.ready : '';
  }

  function update(stage: Stage, notice: Notice): void {
    const name = s.talk.config?.name || t.words.chat;
    const v = s.talk.visit;
    const live = v?.state === 'active' || v?.state === 'waiting';
    setText(title, name);
    setText(face, Array.from((v?.state === 'active' && v.agent) || name)[0]?.toLocaleUpperCase(t.lang) ?? '');
    setText(sub, line(stage));
    end.hidden = !live;
    dot.dataset.is = notice !== 'none' ? 'off' : away(stage) || stage === 'closed' ? 'away' : 'on';
  }
  return { el, title, update };
}
