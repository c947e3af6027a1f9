/* attach.js: files in the composer, by button, paste and drop. Fetched when a visitor is in a
 * conversation whose channel takes files; what it needs of the panel is handed to it.
 *
 * A file is uploaded, one after the other, and its token sent as a message: from then on it is a message
 * like any other. A page that is left in the middle of an upload has sent nothing. */
import type { AttachSeat } from '../shared/bridge';
import { adopt, h, icon, setText } from '../shared/dom';
import css from './attach.css';
import { wordsOf } from './words';

const CLIP = 'M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6';
const QUEUE_MAX = 10;
const SILENCE_MS = 60_000; // no byte went for so long
const sheets = new WeakSet<ShadowRoot>();

function attach(seat: AttachSeat): () => void {
  const { session: s, root } = seat;
  const w = wordsOf(seat.lang);
  const composer = root.querySelector('.composer');
  const write = root.querySelector('.write');
  const area = root.querySelector('.write textarea');
  const panel = root.querySelector('.p');
  if (!composer || !write || !area || !panel) return () => undefined;
  if (!sheets.has(root)) {
    sheets.add(root);
    adopt(root, css);
  }

  const waiting: File[] = [];
  let request: XMLHttpRequest | null = null;
  let silence = 0;

  const picker = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-label': w.attach, change: () => picked() });
  const button = h('button', { class: 'clip', type: 'button', 'aria-label': w.attach, title: w.attach, click: () => picker.click() }, icon(CLIP));
  const bar = h('progress', { max: 100, 'aria-label': w.uploading });
  const cancel = h('button', { class: 'link', type: 'button', click: stop }, w.cancel);
  const name = h('span', { class: 'name' });
  const row = h('div', { class: 'up', hidden: true }, name, bar, cancel);
  const said = h('span', { class: 'left', role: 'alert' });
  write.prepend(picker, button);
  composer.prepend(row);
  composer.append(said);

  function picked(): void {
    add(Array.from(picker.files ?? []));
    picker.value = ''; // the same file again is a change
  }

  function add(files: File[]): void {
    setText(said, '');
    const max = s.talk.config?.fileMax ?? 0;
    for (const f of files) {
      if (!f.size) setText(said, w.empty.replace('{name}', f.name));
      else if (f.size > max) setText(said, w.tooLarge.replace('{name}', f.name).replace('{n}', String(Math.floor(max / 1048576) || 1)));
      else if (waiting.length >= QUEUE_MAX) setText(said, w.tooMany);
      else waiting.push(f);
    }
    next();
  }

  function alive(): void {
    window.clearTimeout(silence);
    silence = window.setTimeout(() => request && over(request, w.failed), SILENCE_MS);
  }

  function next(): void {
    const file = waiting[0];
    row.hidden = !file;
    if (!file || request) return;
    const x = (request = new XMLHttpRequest());
    setText(name, file.name || 'file');
    bar.value = 0;
    x.upload.onprogress = (e) => {
      alive();
      if (e.lengthComputable) bar.value = (100 * e.loaded) / e.total;
    };
    x.onload = () => over(x, answer(x));
    x.onerror = () => over(x, w.failed);
    x.open('POST', s.filesAt(file.name || 'file'));
    x.setRequestHeader('Authorization', `Bearer ${s.token}`);
    x.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    alive();
    x.send(file);
  }

  /* '' when it was taken. */
  function answer(x: XMLHttpRequest): string {
    let token: unknown;
    try {
      token = (JSON.parse(x.responseText) as { file?: unknown }).file;
    } catch {
      /* no answer of the daemon's */
    }
    if (x.status === 201 && typeof token === 'string') return s.sendFile(token) ? '' : w.failed;
    return x.status === 429 ? w.tooMany : w.failed;
  }

  function over(x: XMLHttpRequest, problem: string): void {
    if (x !== request) return;
    window.clearTimeout(silence);
    request = null;
    x.onload = x.onerror = x.upload.onprogress = null;
    x.abort();
    const file = waiting.shift();
    if (problem) setText(said, problem.replace('{name}', file?.name ?? ''));
    next();
  }

  function stop(): void {
    waiting.length = request ? 1 : 0;
    if (request) over(request, '');
  }

  const filesOf = (t: DataTransfer | null): File[] => Array.from(t?.files ?? []);
  const on: [Element, string, (e: never) => void][] = [
    [area, 'paste', (e: ClipboardEvent) => {
      const files = filesOf(e.clipboardData);
      if (!files.length) return;
      e.preventDefault();
      add(files);
    }],
    [panel, 'dragover', (e: DragEvent) => {
      if (!e.dataTransfer?.types.includes('Files') || (composer as HTMLElement).hidden) return;
      e.preventDefault();
      panel.classList.add('over');
    }],
    [panel, 'dragleave', (e: DragEvent) => panel.contains(e.relatedTarget as Node | null) || panel.classList.remove('over')],
    [panel, 'drop', (e: DragEvent) => {
      panel.classList.remove('over');
      if (!filesOf(e.dataTransfer).length || (composer as HTMLElement).hidden) return;
      e.preventDefault();
      add(filesOf(e.dataTransfer));
    }],
  ];
  for (const [el, type, fn] of on) el.addEventListener(type, fn as EventListener);

  return () => {
    stop();
    for (const [el, type, fn] of on) el.removeEventListener(type, fn as EventListener);
    for (const el of [picker, button, row, said]) el.remove();
  };
}

window.tandem?.attach?.(attach);
