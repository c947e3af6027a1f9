/* Plain text with its web addresses made links. Trailing punctuation stays outside. */
import { Fragment, type ReactNode } from 'react';

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+/g;

export function Linked({ text }: { text: string }) {
  const out: ReactNode[] = [];
  let at = 0;
  for (const m of text.matchAll(ADDRESS)) {
    const url = m[0].replace(/[.,;:!?)\]}]+$/, '');
    out.push(<Fragment key={at}>{text.slice(at, m.index)}</Fragment>,
      <a key={`l${m.index}`} href={url} target="_blank" rel="noopener noreferrer nofollow">{url}</a>);
    at = m.index + url.length;
  }
  out.push(<Fragment key="end">{text.slice(at)}</Fragment>);
  return <>{out}</>;
}
