/* The strip below the head: trouble with the connection first, else the place in the queue or the call
 * that the agent is on. */
import type { Notice, Stage } from '../core/stage';
import type { Session } from '../core/session';
import { h, icon, setText } from '../shared/dom';
import type { Tongue } from '../words';
import { icons } from './icons';

interface Message {
  kind: 'none' | 'warn' | 'wait' | 'call';
  icon: keyof typeof icons;
  main: string;
  more: string;
}

export function bannerOf(s: Session, t: Tongue, stage: Stage, notice: Notice): Message {
  const v = s.talk.visit;
  if (notice !== 'none' && notice !== 'connecting') {
    const sign = notice === 'offline' || notice === 'reconnecting' ? 'cloud' : 'alert';
    return { kind: 'warn', icon: sign, main: t.words[notice], more: '' };
  }
  if (stage !== 'chat') return { kind: 'none', icon: 'alert', main: '', more: '' };
  const wait = v ? v.expectedWaitMs : -1;
  if (v?.onCall) {
    const name = v.agent || t.words.support;
    const main = wait > 0 ? t.say('onCall', { name, t: t.minutes(wait) }) : t.say('onCallPlain', { name });
    return { kind: 'call', icon: 'phone', main, more: t.words.onCallStay };
  }
  if (v?.state === 'waiting') {
    const n = v.position;
    const main = n === 1 ? t.words.next : n > 1 ? t.say('position', { n: t.number(n) }) : t.words.soon;
    const more = wait <= 0 ? '' : wait < 45_000 ? t.words.waitShort : t.say('wait', { t: t.minutes(wait) });
    return { kind: 'wait', icon: 'people', main, more };
  }
  if (v?.state !== 'active' && s.starting()) return { kind: 'wait', icon: 'people', main: t.words.starting, more: '' };
  return { kind: 'none', icon: 'alert', main: '', more: '' };
}

export function createBanner(s: Session, t: Tongue) {
  const main = h('strong');
  const more = h('span');
  const sign = h('div', { class: 'sign' });
  const el = h('div', { class: 'banner', role: 'status', 'aria-live': 'polite' }, sign, h('div', { class: 'lines' }, main, more));
  let shown = '';
  return {
    el,
    update(stage: Stage, notice: Notice): void {
      const m = bannerOf(s, t, stage, notice);
      el.dataset.is = m.kind;
      if (shown !== m.icon) sign.replaceChildren(icon(icons[(shown = m.icon) as keyof typeof icons]));
      setText(main, m.main);
      setText(more, m.more);
    },
  };
}
