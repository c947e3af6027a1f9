/* What is shipped: sizes, integrity, and nothing that a strict policy would refuse. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../dist');
const demo = join(here, '../../demo');
const read = (...path) => readFileSync(join(...path), 'utf8');
const manifest = JSON.parse(read(dist, 'manifest.json'));
const loader = read(dist, 'widget.js');
const panel = read(dist, manifest.panel.path);
const attach = read(dist, manifest.attach.path);
const callback = read(dist, manifest.callback.path);

test('sizes', () => {
  assert.ok(gzipSync(loader).length <= 4 * 1024, `loader ${gzipSync(loader).length}`);
  assert.ok(gzipSync(panel).length <= 25 * 1024, `panel ${gzipSync(panel).length}`);
  assert.ok(gzipSync(attach).length <= 4 * 1024, `attach ${gzipSync(attach).length}`);
  assert.ok(gzipSync(callback).length <= 5 * 1024, `callback ${gzipSync(callback).length}`);
});

test('one version, its integrity known to the loader', () => {
  assert.deepEqual(readdirSync(join(dist, 'widget')), [manifest.version]);
  const sri = 'sha384-' + createHash('sha384').update(panel).digest('base64');
  assert.equal(manifest.panel.integrity, sri);
  assert.ok(loader.includes('sha384-' + createHash('sha384').update(attach).digest('base64')));
  assert.ok(loader.includes(sri) && loader.includes(manifest.version));
  assert.equal(read(dist, manifest.loader.path), loader);
  assert.equal(manifest.callback.integrity, 'sha384-' + createHash('sha384').update(callback).digest('base64'));
  assert.ok(panel.includes(manifest.callback.integrity) && callback.includes(manifest.version));
});

test('no markup is parsed, no style tag, no inline style or handler, no cookie', () => {
  const banned = [
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML/,
    /createElement\(["']style["']\)|<style/,
    /setAttribute\(["'](style|on\w+)["']/,
    /\beval\(|new Function\(/,
    /document\.cookie|indexedDB|sessionStorage/,
  ];
  for (const pattern of banned) {
    assert.doesNotMatch(loader, pattern);
    assert.doesNotMatch(panel, pattern);
    assert.doesNotMatch(attach, pattern);
    assert.doesNotMatch(callback, pattern);
  }
  assert.doesNotMatch(loader, /setItem/);
});

test('the demo page obeys its own policy', () => {
  const html = read(demo, 'index.html');
  assert.doesNotMatch(html, /\sstyle=|<style|\son\w+=|javascript:|<link[^>]+stylesheet|http:\/\/|https:\/\//);
  const scripts = html.match(/<script[^>]*>/g);
  assert.ok(scripts.length >= 2 && scripts.every((s) => s.includes('nonce="{{nonce}}"') && s.includes('src=')));
  assert.ok(html.includes('src="//{{host}}/widget.js" data-channel="{{channel}}"'));
});
