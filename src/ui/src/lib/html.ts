/* A stranger's HTML, made harmless twice: DOMPurify here, then a sandboxed frame without scripts (and
 * the daemon sanitizes before it stores). Inline styles would break the page's policy, so they travel
 * as data and come back through the style object, which the policy allows; remote images never load. */
import DOMPurify from 'dompurify';

const STYLES = new Set([
  'color', 'background-color', 'font-weight', 'font-style', 'font-size', 'text-align', 'text-decoration', 'width', 'max-width',
  'padding', 'padding-left', 'padding-right', 'padding-top', 'padding-bottom', 'border', 'border-left', 'border-collapse',
  'vertical-align', 'line-height', 'list-style-type', 'white-space',
]);

export interface Mail { html: string; blocked: number }

export function allowedStyle(css: string): string {
  return css.split(';')
    .map((d) => d.trim())
    .filter((d) => STYLES.has(d.slice(0, d.indexOf(':')).trim().toLowerCase()) && !/url\(|expression|@import|var\(/i.test(d))
    .join(';');
}

/* Even a document that is only parsed answers to the page's policy, so the attribute is renamed
 * before anything parses it. Within tags only; DOMPurify has the last word on the rest. */
export function shelveStyles(dirty: string): string {
  return dirty.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'])style\s*=/gi, '$1data-style='));
}

/* "cid:a%40b" → "a@b" (RFC 2392); "" for anything else. */
function contentId(src: string): string {
  if (!/^cid:/i.test(src)) return '';
  try {
    return decodeURIComponent(src.slice(4));
  } catch {
    return src.slice(4);
  }
}

/* inner: content id → where the picture of the mail itself is read. */
export function cleanMail(dirty: string, inner: ReadonlyMap<string, string> = new Map()): Mail {
  let blocked = 0;
  const purify = DOMPurify(window);
  purify.addHook('uponSanitizeAttribute', (node, data) => {
    if (data.attrName === 'data-style') {
      data.attrValue = allowedStyle(data.attrValue);
      data.keepAttr = data.attrValue !== '';
    }
    if (data.attrName === 'data-remote-src') {
      blocked++; /* the daemon has taken its source away already */
      data.keepAttr = false;
    }
    const own = data.attrName === 'src' ? inner.get(contentId(data.attrValue)) : undefined;
    if (own) {
      node.setAttribute('src', own); // DOMPurify does not write what is kept by force
      data.forceKeepAttr = true; // ours: a path, not a scheme that a mail may use
    } else if ((data.attrName === 'src' || data.attrName === 'background' || data.attrName === 'srcset') && !/^(data:image\/|blob:)/i.test(data.attrValue)) {
      blocked++;
      data.keepAttr = false;
    }
  });
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'A') {
      node.setAttribute('target', '_blank');
      node.setAttribute('rel', 'noopener noreferrer nofollow');
    }
  });
  const html = purify.sanitize(shelveStyles(dirty), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'link', 'meta', 'base', 'form', 'input', 'button', 'select', 'textarea', 'iframe', 'object', 'embed', 'svg', 'math', 'audio', 'video', 'source'],
    FORBID_ATTR: ['style', 'id', 'class', 'name', 'action', 'formaction', 'ping'],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|data:image\/|blob:)/i,
  });
  return { html, blocked };
}
