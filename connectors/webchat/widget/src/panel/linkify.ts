/* Plain text with its addresses made into links. The pieces are pure; the nodes are text nodes and
 * anchors with an http(s) address, nothing else. */
import { h } from '../shared/dom';

export interface Piece {
  text: string;
  href: string; // '' : plain
}

const URL_LIKE = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+/gi;
const TRAILING = /[.,;:!?…»”’'"\]}]+$/;

function trim(url: string): string {
  for (;;) {
    const before = url;
    url = url.replace(TRAILING, '');
    if (url.endsWith(')') && url.split('(').length < url.split(')').length) url = url.slice(0, -1);
    if (url === before) return url;
  }
}

function target(text: string): string {
  try {
    const url = new URL(/^www\./i.test(text) ? `https://${text}` : text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : '';
  } catch {
    return '';
  }
}

export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const m of text.matchAll(URL_LIKE)) {
    const shown = trim(m[0]);
    const href = target(shown);
    if (!href || !/[^/:.]/.test(shown.replace(/^(https?:\/\/|www\.)/i, ''))) continue;
    if (m.index! > at) out.push({ text: text.slice(at, m.index), href: '' });
    out.push({ text: shown, href });
    at = m.index! + shown.length;
  }
  if (at < text.length) out.push({ text: text.slice(at), href: '' });
  return out;
}

export function linked(text: string, newTab: string): Node[] {
  return pieces(text).map((p) =>
    p.href
      ? h('a', { href: p.href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, p.text, h('span', { class: 'vh' }, ` (${newTab})`))
      : document.createTextNode(p.text),
  );
}
