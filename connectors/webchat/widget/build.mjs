/* Builds dist/widget.js (the loader), dist/widget/<version>/panel.js with its parts attach.js and callback.js, …/widget.js
 * (the same loader under an immutable address) and dist/manifest.json (sizes and integrity). <version> ends in a hash of
 * the panel and its parts, so that one address never has two contents. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { css } from './css-plugin.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const pkg = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const dist = join(here, 'dist');
const sri = (bytes) => 'sha384-' + createHash('sha384').update(bytes).digest('base64');

async function bundle(entry, define) {
  const result = await build({
    entryPoints: [join(here, 'src', entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2020', 'chrome90', 'firefox101', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
    define,
    plugins: [css],
  });
  return result.outputFiles[0].text;
}

const PLACE = '@@VERSION@@';
const SRI = '@@CALLBACK@@';
const part = await bundle('callback/index.ts', { VERSION: JSON.stringify(PLACE) });
const attach = await bundle('attach/index.ts', {});
const draft = await bundle('panel/index.ts', { VERSION: JSON.stringify(PLACE), CALLBACK_INTEGRITY: JSON.stringify(SRI) });
const version = `${pkg.version}-${createHash('sha256').update(draft).update(part).update(attach).digest('hex').slice(0, 8)}`;
const callback = part.replace(PLACE, version);
const panel = draft.replace(PLACE, version).replace(SRI, sri(callback));
const loader = await bundle('loader/index.ts', { VERSION: JSON.stringify(version), INTEGRITY: JSON.stringify(sri(panel)), ATTACH_INTEGRITY: JSON.stringify(sri(attach)) });

const folder = join(dist, 'widget', version);
rmSync(dist, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'panel.js'), panel);
writeFileSync(join(folder, 'attach.js'), attach);
writeFileSync(join(folder, 'callback.js'), callback);
writeFileSync(join(folder, 'widget.js'), loader);
writeFileSync(join(dist, 'widget.js'), loader);
const about = (path, text) => ({ path, integrity: sri(text), bytes: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length });
const manifest = {
  version,
  loader: about(`widget/${version}/widget.js`, loader),
  panel: about(`widget/${version}/panel.js`, panel),
  attach: about(`widget/${version}/attach.js`, attach),
  callback: about(`widget/${version}/callback.js`, callback),
};
writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
console.log(`widget ${version}: loader ${manifest.loader.gzip} B, panel ${manifest.panel.gzip} B, files ${manifest.attach.gzip} B, call back ${manifest.callback.gzip} B (gzip)`);
