/* npm test: builds, bundles the unit tests (Node 18 knows no TypeScript), runs everything.
 * --unit leaves the browser out. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { css } from '../css-plugin.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../node_modules/.cache/tests');
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: join(here, '..') });
  if (status) process.exit(status);
};

run('build.mjs');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const unit = readdirSync(join(here, 'unit')).filter((f) => f.endsWith('.test.ts'));
await build({
  entryPoints: unit.map((f) => join(here, 'unit', f)),
  bundle: true,
  platform: 'node',
  format: 'esm',
  outdir: out,
  outExtension: { '.js': '.mjs' },
  sourcemap: 'inline',
  plugins: [css],
});
const files = unit.map((f) => join(out, f.replace(/\.ts$/, '.mjs')));
files.push(join(here, 'build.test.mjs'));
if (!process.argv.includes('--unit')) {
  files.push(...readdirSync(join(here, 'smoke')).filter((f) => f.endsWith('.test.mjs')).map((f) => join(here, 'smoke', f)));
}
run('--enable-source-maps', '--test', ...files);
