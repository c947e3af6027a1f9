/* Elements without markup: nothing here parses HTML, so a strict Content-Security-Policy with Trusted
 * Types has nothing to object to, and no text can become an element. */

type Child = Node | string | null | false | undefined;
type Attrs = Record<string, string | number | boolean | null | undefined | ((e: never) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attrs?: Attrs | null, ...children: Child[]): HTMLElementTagNameMap[K] {
  const el = document.createElement(tag);
  for (const name in attrs) {
    const v = attrs[name];
    if (typeof v === 'function') el.addEventListener(name, v as EventListener);
    else if (v === true) el.setAttribute(name, '');
    else if (v !== false && v != null) el.setAttribute(name, String(v));
  }
  for (const c of children) if (c) el.append(c);
  return el;
}

/* A 24 × 24 outline icon. */
export function icon(path: string, fill = false): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  const p = document.createElementNS(ns, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', fill ? 'i f' : 'i');
  p.setAttribute('d', path);
  svg.append(p);
  return svg;
}

/* Style sheets that no style-src speaks about. */
export function adopt(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

export function setText(el: Element, text: string): void {
  if (el.textContent !== text) el.textContent = text;
}
