/* The questions before a conversation (or instead of one, when nobody is there). The fields come from
 * the channel's configuration; the message itself is always the last. */
import { fitText, type Field } from '../core/frames';
import type { Session } from '../core/session';
import { h, icon, setText } from '../shared/dom';
import type { Tongue } from '../words';
import { icons } from './icons';

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const TYPES: Record<string, string> = { email: 'email', tel: 'tel', phone: 'tel', url: 'url', number: 'number', checkbox: 'checkbox' };
const AUTO: Record<string, string> = { name: 'name', email: 'email', phone: 'tel', tel: 'tel', company: 'organization' };
const MESSAGE = 'message';

export function createForm(s: Session, t: Tongue, filled: Record<string, string>) {
  const title = h('h3');
  const intro = h('p', { class: 'intro' });
  const until = h('p', { class: 'until', role: 'status' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const button = h('button', { class: 'primary', type: 'submit' });
  const fields = h('div', { class: 'fields' });
  const el = h('form', { class: 'form', novalidate: true, submit }, title, intro, until, fields, problem, button);
  let inputs: { field: Field; input: Input; bad: HTMLElement }[] = [];
  let built = '';

  function label(f: Field): string {
    if (f.label) return f.label;
    const own: Record<string, string> = { name: t.words.name, email: t.words.email, phone: t.words.phone, [MESSAGE]: t.words.question };
    return own[f.id] || f.id;
  }

  function control(f: Field, id: string): Input {
    const shared = { id, name: f.id, required: f.required, 'aria-describedby': `${id}-bad`, autocomplete: AUTO[f.id] ?? null };
    const most = f.id === MESSAGE ? undefined : 2000;
    const keep = () => {
      if (input.tagName === 'TEXTAREA' && fitText(input.value, most) !== input.value) input.value = fitText(input.value, most);
      filled[f.id] = value(input);
    };
    let input: Input;
    if (f.options.length || f.type === 'select') {
      input = h('select', { ...shared, change: keep }, h('option', { value: '' }, t.words.choose));
      for (const o of f.options) input.append(h('option', { value: o }, o));
    } else if (f.type === 'textarea') {
      input = h('textarea', { ...shared, rows: 4, dir: 'auto', input: keep });
    } else {
      const type = TYPES[f.type] ?? 'text';
      const dir = type === 'text' ? 'auto' : type === 'checkbox' ? null : 'ltr';
      input = h('input', { ...shared, type, dir, maxlength: 500, input: keep });
    }
    if (filled[f.id]) {
      if (input instanceof HTMLInputElement && input.type === 'checkbox') input.checked = filled[f.id] === 'yes';
      else input.value = filled[f.id];
    }
    return input;
  }

  function build(list: Field[]): void {
    inputs = [];
    fields.replaceChildren();
    list.forEach((f, i) => {
      const id = `f${i}`;
      const input = control(f, id);
      const bad = h('p', { class: 'bad', id: `${id}-bad` });
      const name = h('label', { for: id }, label(f), f.required ? null : h('span', null, ` (${t.words.optional})`));
      const check = f.type === 'checkbox';
      fields.append(h('div', { class: check ? 'field check' : 'field' }, ...(check ? [input, name] : [name, input]), bad));
      inputs.push({ field: f, input, bad });
    });
  }

  function value(input: Input): string {
    if (input instanceof HTMLInputElement && input.type === 'checkbox') return input.checked ? 'yes' : '';
    return input.value.trim();
  }

  function check(): boolean {
    let first: Input | null = null;
    for (const { field, input, bad } of inputs) {
      const v = value(input);
      let text = '';
      if (!v && field.required) text = t.words.needed;
      else if (v && field.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(v)) text = t.words.badEmail;
      setText(bad, text);
      input.setAttribute('aria-invalid', String(Boolean(text)));
      if (text) first ??= input;
    }
    first?.focus();
    return !first;
  }

  function submit(e: Event): void {
    e.preventDefault();
    setText(problem, '');
    if (!check()) return;
    const answers: Record<string, string> = {};
    let text = '';
    for (const { field, input } of inputs) {
      if (field.id === MESSAGE) text = value(input);
      else if (value(input)) answers[field.id] = value(input);
    }
    if (!s.converse(text, answers)) return setText(problem, t.words.tooMany);
    filled[MESSAGE] = '';
    built = '';
  }

  function update(away: boolean): void {
    const form = (s.talk.config?.form ?? []).filter((f) => f.id !== MESSAGE);
    const list = away && !form.some((f) => f.type === 'email') ? [...form, field('email', 'email')] : form;
    const asked = [...list.map((f) => (away && f.type === 'email' ? { ...f, required: true } : f)), field(MESSAGE, 'textarea')];
    const sign = JSON.stringify([away, asked]);
    setText(until, away && s.backAt() ? t.say('awayUntil', { t: t.when(s.backAt(), Date.now()) }) : '');
    if (sign === built) return;
    built = sign;
    setText(title, away ? t.words.awayTitle : s.talk.config?.greeting || t.words.hello);
    setText(intro, away ? t.words.awayText : t.words.intro);
    button.replaceChildren(away ? t.words.leave : t.words.start, icon(icons.send));
    build(asked);
  }

  return {
    el,
    update,
    first: () => inputs.find((x) => !value(x.input))?.input ?? inputs[0]?.input,
    problem: (text: string) => setText(problem, t.say('notTaken', { text })),
  };
}

function field(id: string, type: string): Field {
  return { id, type, label: '', required: true, options: [] };
}
