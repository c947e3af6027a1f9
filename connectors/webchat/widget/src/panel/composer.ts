/* Where the visitor writes. Enter sends, Shift+Enter breaks the line. */
import { byteLength, fitText, MAX_BYTES } from '../core/frames';
import type { Session } from '../core/session';
import { h, icon, setText } from '../shared/dom';
import type { Tongue } from '../words';
import { icons } from './icons';

const COUNT_FROM = MAX_BYTES - 600;

export function createComposer(s: Session, t: Tongue, sent: () => void) {
  const left = h('span', { class: 'left', role: 'status' });
  const area = h('textarea', {
    rows: 1,
    placeholder: t.words.write,
    'aria-label': t.words.write,
    autocomplete: 'off',
    input: (e: InputEvent) => {
      const fits = fitText(area.value);
      if (!e.isComposing && fits !== area.value) area.value = fits;
      fit();
      if (area.value.trim()) s.typing();
    },
    keydown: (e: KeyboardEvent) => {
      if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
      e.preventDefault();
      submit();
    },
  });
  const button = h('button', { class: 'go', type: 'submit', 'aria-label': t.words.send, title: t.words.send }, icon(icons.send));
  const el = h(
    'form',
    {
      class: 'composer',
      submit: (e: Event) => {
        e.preventDefault();
        submit();
        area.focus();
      },
    },
    h('div', { class: 'write' }, area, button),
    left,
  );

  function fit(): void {
    area.dir = area.value ? 'auto' : t.dir; // an empty field stands as its placeholder reads
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, 132)}px`;
    const bytes = byteLength(area.value);
    const room = Math.floor((MAX_BYTES - bytes) / (bytes / area.value.length)); // in characters such as these
    setText(left, bytes > COUNT_FROM ? t.say('charsLeft', { n: t.number(Math.max(0, room)) }) : '');
    button.setAttribute('aria-disabled', String(!area.value.trim()));
  }

  function submit(): void {
    if (!area.value.trim()) return;
    if (!s.converse(area.value)) {
      setText(left, t.words.tooMany);
      return;
    }
    area.value = '';
    fit();
    sent();
  }

  fit();
  return { el, area, fit };
}
