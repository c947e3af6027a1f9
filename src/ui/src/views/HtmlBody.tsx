import { useMemo, useRef, useState } from 'react';
import { cleanMail } from '../lib/html';
import type { Shown } from './Files';

const MAX_HEIGHT = 640;

function pairs(text: string): Map<string, string> {
  const words = text ? text.split('\n') : [];
  return new Map(words.flatMap((w, i) => (i % 2 ? [] : [[w, words[i + 1]!] as const])));
}

/* The frame may not run scripts; "same origin" only lets this page dress it and learn its height. */
export function HtmlBody({ html, title, files }: { html: string; title: string; files: readonly Shown[] }) {
  // Pictures of the mail itself come from the store; the frame is of this page's origin.
  const inner = files.filter((f) => f.contentId && f.state === 'stored').map((f) => `${f.contentId}\n${f.url}`).join('\n');
  const mail = useMemo(() => cleanMail(html, pairs(inner)), [html, inner]);
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(24);
  const [all, setAll] = useState(false);

  const dress = () => {
    const doc = frame.current?.contentDocument;
    if (!doc) return;
    const look = getComputedStyle(frame.current!.parentElement!);
    Object.assign(doc.body.style, {
      margin: '0', font: look.font, color: look.color, overflowWrap: 'anywhere', colorScheme: 'light dark', background: 'transparent',
    });
    for (const el of doc.querySelectorAll<HTMLElement>('[data-style]')) el.style.cssText = el.dataset.style!;
    for (const el of doc.querySelectorAll<HTMLElement>('img, table')) el.style.maxWidth = '100%';
    for (const el of doc.querySelectorAll<HTMLElement>('a')) el.style.color = look.getPropertyValue('--accent');
    const measure = () => setHeight(Math.ceil(doc.documentElement.scrollHeight));
    for (const el of doc.querySelectorAll<HTMLImageElement>('img')) el.addEventListener('load', measure);
    measure();
  };

  const tall = height > MAX_HEIGHT;
  return (
    <>
      <iframe ref={frame} className="mail-frame" title={title} sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        srcDoc={mail.html} onLoad={dress} style={{ height: tall && !all ? MAX_HEIGHT : height }} />
      {tall && <button type="button" className="link" onClick={() => setAll(!all)}>{all ? 'Show less' : 'Show all'}</button>}
      {mail.blocked > 0 && <p className="muted mail-blocked">{mail.blocked} remote {mail.blocked === 1 ? 'image is' : 'images are'} not loaded</p>}
    </>
  );
}
