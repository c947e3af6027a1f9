/* npm test: the pure logic, bundled by esbuild (Node 18 reads no TypeScript) and run by node --test;
 * then the page itself in Chromium against the stand-in server. --unit leaves the second part out. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const out = join(root, 'node_modules/.cache/tandem-tests');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const units = readdirSync(join(here, 'unit')).filter((f) => f.endsWith('.test.ts'));
await build({
  entryPoints: units.map((f) => join(here, 'unit', f)), outdir: out, outExtension: { '.js': '.mjs' },
  bundle: true, platform: 'node', format: 'esm', target: 'node18', logLevel: 'warning',
});
const files = units.map((f) => join(out, f.replace(/\.ts$/, '.mjs')));

if (!process.argv.includes('--unit')) {
  if (!existsSync(join(root, 'dist/index.html'))) await (await import('vite')).build({ root, logLevel: 'warn' });
  files.push(join(here, 'smoke.test.mjs'));
}
process.exit(spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit' }).status ?? 1);
