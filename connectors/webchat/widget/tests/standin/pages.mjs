/* The pages beside the socket: the demo shop under the strict policy, the built widget, and a bare page
 * that embeds the widget from another origin. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../../dist');
const demo = join(here, '../../../demo');
const TYPES = { js: 'text/javascript; charset=utf-8', html: 'text/html; charset=utf-8', json: 'application/json', svg: 'image/svg+xml' };

export const policy = (host, nonce) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'none'",
    `connect-src http://${host} ws://${host}`,
    `img-src http://${host} blob:`,
    "require-trusted-types-for 'script'",
    'trusted-types tandem',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const bare = (host, attributes) => `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Page</title>
<body><h1>Page</h1><p><a href="#x">A link before the widget</a></p>
<script nonce="{{nonce}}" async src="http://${host}/widget.js" data-channel="web" ${attributes}></script></body></html>`;

export async function pages(req, res) {
  const url = new URL(req.url, `http://${req.headers.host}`);
  const path = normalize(decodeURIComponent(url.pathname));
  try {
    if (path === '/demo' || path === '/demo/') return html(req, res, await readFile(join(demo, 'index.html'), 'utf8'));
    if (path === '/bare') {
      const widget = url.searchParams.get('host') ?? req.headers.host;
      return html(req, res, bare(widget, url.searchParams.get('attributes') ?? ''), widget);
    }
    const file = path.startsWith('/demo/') ? join(demo, path.slice(6)) : join(dist, path);
    const body = await readFile(file);
    res.setHeader('Content-Type', TYPES[file.split('.').pop()] ?? 'application/octet-stream');
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    res.setHeader('Cache-Control', path.startsWith('/widget/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    res.end(body);
  } catch {
    res.statusCode = 404;
    res.end('not found');
  }
}

function html(req, res, text, host = req.headers.host) {
  const nonce = randomBytes(12).toString('base64');
  const filled = text.replaceAll('{{nonce}}', nonce).replaceAll('{{host}}', host).replaceAll('{{channel}}', 'web');
  res.setHeader('Content-Type', TYPES.html);
  res.setHeader('Content-Security-Policy', policy(host, nonce));
  res.end(filled);
}
