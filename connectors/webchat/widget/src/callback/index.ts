/* callback.js: "call me back", for who waits in a queue that offers it. Fetched by the panel when that is
 * so (or when a call back is due), because most visitors never see it. */
import type { Session } from '../core/session';
import type { CallbackPart } from '../shared/bridge';
import { adopt, h, setText } from '../shared/dom';
import type { Tongue } from '../words';
import css from './callback.css';
import { callbackWords } from './words';

export const MAX_MS = 30 * 86_400_000; // the daemon takes no later time
const SOON_MS = 15 * 60_000; // what is proposed for a start: a round quarter of an hour

/* "phone" or "email", as the daemon names it; '': it is neither. */
export function kindOf(contact: string): '' | 'phone' | 'email' {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(contact)) return 'email';
  return /^[+\d][\d\s()./-]*$/.test(contact) && contact.replace(/\D/g, '').length >= 5 ? 'phone' : '';
}

/* As a datetime-local field says it, in the visitor's own time. */
export function localTime(ms: number): string {
  const d = new Date(ms);
  return new Date(ms - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const sheets = new WeakSet<Node>();

function create(s: Session, t: Tongue, filled: Record<string, string>): CallbackPart {
  const w = callbackWords(t.lang);
  const contact = h('input', { id: 'cb0', type: 'text', dir: 'ltr', maxlength: 200, autocomplete: 'tel', 'aria-describedby': 'cb0-bad' });
  const badContact = h('p', { class: 'bad', id: 'cb0-bad' });
  const time = h('input', { id: 'cb1', type: 'datetime-local', 'aria-label': w.time, 'aria-describedby': 'cb1-bad', disabled: true });
  const badTime = h('p', { class: 'bad', id: 'cb1-bad' });
  const soon = h('input', { type: 'radio', name: 'cb', id: 'cb2', checked: true, change: choose });
  const later = h('input', { type: 'radio', name: 'cb', id: 'cb3', change: choose });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const submit = h('button', { class: 'primary', type: 'submit' }, w.submit);
  const offer = h('button', { class: 'secondary', type: 'button', click: () => open(true) }, w.offer);
  const form = h(
    'form',
    { hidden: true, novalidate: true, 'aria-label': w.submit, submit: send, keydown: onKey },
    h('div', { class: 'field' }, h('label', { for: 'cb0' }, w.contact), contact, badContact),
    h(
      'fieldset',
      null,
      h('legend', null, w.when),
      h('div', { class: 'cbrow' }, soon, h('label', { for: 'cb2' }, w.soon)),
      h('div', { class: 'cbrow' }, later, h('label', { for: 'cb3' }, w.later), time),
      badTime,
    ),
    problem,
    h('div', { class: 'pair' }, h('button', { class: 'secondary', type: 'button', click: () => open(false) }, w.keep), submit),
  );
  const title = h('p', { class: 'over' });
  const sub = h('p', { class: 'oversub' });
  const done = h('div', { class: 'cbdone', role: 'status' }, title, sub);
  const el = h('div', { class: 'cb', hidden: true }, offer, form, done);
  let asked = false; // sent, and not answered yet

  function open(on: boolean): void {
    form.hidden = !on;
    offer.hidden = on;
    problem.textContent = '';
    if (!on) return offer.focus();
    contact.value ||= filled.phone || filled.tel || filled.email || '';
    contact.focus();
  }

  function choose(): void {
    time.disabled = soon.checked;
    if (time.disabled) return;
    const now = Date.now();
    time.min = localTime(now);
    time.max = localTime(now + MAX_MS);
    time.value ||= localTime(Math.ceil((now + 4 * SOON_MS) / SOON_MS) * SOON_MS);
    time.focus();
  }

  function onKey(e: KeyboardEvent): void {
    if (e.key !== 'Escape') return;
    e.stopPropagation();
    open(false);
  }

  function send(e: Event): void {
    e.preventDefault();
    const text = contact.value.trim();
    const kind = kindOf(text);
    const at = later.checked ? new Date(time.value).getTime() : 0;
    const wrong = later.checked && !(at > Date.now() && at < Date.now() + MAX_MS);
    setText(badContact, kind ? '' : w.badContact);
    setText(badTime, wrong ? w.badTime : '');
    contact.setAttribute('aria-invalid', String(!kind));
    time.setAttribute('aria-invalid', String(wrong));
    if (!kind) return contact.focus();
    if (wrong) return time.focus();
    asked = submit.disabled = true;
    setText(problem, '');
    s.callBack(at, { [kind]: text });
  }

  return {
    el,
    update(stage, asking) {
      const v = s.talk.visit;
      const root = el.getRootNode();
      if (root instanceof ShadowRoot && !sheets.has(root)) {
        sheets.add(root);
        adopt(root, css);
      }
      const due = stage === 'left' ? (v?.callbackAt ?? 0) : 0;
      const offered = stage === 'chat' && v?.state === 'waiting' && v.callback && !asking;
      el.hidden = !due && !offered;
      done.hidden = !due;
      if (due) {
        const far = due > Date.now() + 60_000;
        setText(title, w.doneTitle);
        setText(sub, far ? w.doneAt.replace('{t}', t.when(due, Date.now())) : w.doneSoon);
      }
      if (!offered && asked) asked = submit.disabled = false;
      if (due || (!offered && !form.hidden && !asking)) form.hidden = true;
      offer.hidden = !offered || !form.hidden;
    },
    problem(text) {
      asked = submit.disabled = false;
      setText(problem, t.say('notTaken', { text }));
    },
  };
}

window.tandem?.part?.(VERSION, create);
