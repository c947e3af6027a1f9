/* What stands below a conversation that is over: the rating, and a new start. Also the question before
 * the visitor ends one. */
import type { Session } from '../core/session';
import { h, icon, setText } from '../shared/dom';
import type { Tongue } from '../words';
import { icons } from './icons';

export function createClosing(s: Session, t: Tongue) {
  let rating = 0;
  const thanks = h('p', { class: 'thanks', role: 'status' });
  const text = h('textarea', { rows: 2, maxlength: 1000, placeholder: t.words.rateText, 'aria-label': t.words.rateText });
  const send = h('button', { class: 'primary', type: 'submit' }, t.words.rateSend);
  const more = h('div', { class: 'more', hidden: true }, text, send);
  const stars = h('div', { class: 'stars' });
  for (let n = 1; n <= 5; n++) {
    const input = h('input', { type: 'radio', name: 'stars', value: n, id: `star${n}`, change: () => pick(n) });
    const label = h('label', { for: `star${n}` }, icon(icons.star, true), h('span', { class: 'vh' }, t.say('stars', { n: t.number(n) })));
    stars.append(input, label);
  }
  const form = h('form', { class: 'csat', submit }, h('fieldset', null, h('legend', null, t.words.rate), stars), more);
  const again = h('button', { class: 'secondary', type: 'button', click: () => s.again() });
  const title = h('p', { class: 'over' });
  const sub = h('p', { class: 'oversub' });
  const el = h('div', { class: 'closing' }, title, sub, form, thanks, again);

  function pick(n: number): void {
    rating = n;
    stars.dataset.n = String(n);
    more.hidden = false;
  }

  function submit(e: Event): void {
    e.preventDefault();
    if (!rating) return;
    s.rate(rating, text.value);
    again.focus();
  }

  function reset(): void {
    rating = 0;
    text.value = '';
    more.hidden = true;
    stars.removeAttribute('data-n');
    form.reset();
  }

  /* `called`: what stands here instead is said by the call back's own part. */
  function update(left: boolean, called: boolean): void {
    const rated = s.rated();
    el.dataset.is = left ? 'left' : 'closed';
    title.hidden = sub.hidden = called;
    setText(title, left ? t.words.leftTitle : t.words.closed);
    const back = left ? s.backAt() : 0;
    setText(sub, left ? [t.words.leftText, back ? t.say('awayUntil', { t: t.when(back, Date.now()) }) : ''].join(' ').trim() : '');
    setText(again, left ? t.words.leftAgain : t.words.again);
    form.hidden = left || rated || !s.talk.lines.length;
    setText(thanks, !left && rated ? t.words.thanks : '');
  }
  return { el, update, reset };
}

export function createAsk(s: Session, t: Tongue, done: () => void) {
  const no = h('button', { class: 'secondary', type: 'button', click: done }, t.words.endNo);
  const yes = h('button', {
    class: 'primary danger',
    type: 'button',
    click: () => {
      s.end();
      done();
    },
  });
  yes.append(t.words.end);
  const el = h('div', { class: 'ask', role: 'group', 'aria-label': t.words.endAsk, hidden: true }, h('p', null, t.words.endAsk), h('div', { class: 'pair' }, no, yes));
  return { el, focus: () => no.focus() };
}
