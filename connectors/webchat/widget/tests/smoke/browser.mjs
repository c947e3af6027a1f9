/* One browser for a file of tests, and pages that remember everything a strict policy objected to. */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { standin } from '../standin/server.mjs';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const missing = existsSync(path) ? false : 'no Chromium (set CHROMIUM)';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function lab(config) {
  const server = await standin({ config });
  const browser = await chromium.launch({ executablePath: path, args: flags });
  return {
    server,
    browser,
    async context(options = {}) {
      const ctx = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      ctx.setDefaultTimeout(10_000);
      await ctx.addInitScript(() => {
        window.violations = [];
        document.addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`));
      });
      return ctx;
    },
    async page(ctx, url = `${server.url}/demo/`) {
      const page = await ctx.newPage();
      page.errors = [];
      page.requests = [];
      page.on('pageerror', (e) => page.errors.push(String(e)));
      page.on('console', (m) => /policy|trusted/i.test(m.text()) && page.errors.push(m.text()));
      page.on('request', (r) => page.requests.push(r.url()));
      await page.goto(url);
      await page.locator('tandem-widget .l').waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

export const violations = async (page) => [...page.errors, ...(await page.evaluate(() => window.violations))];

export const stored = (page) =>
  page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(document.cookie ? [document.cookie] : []),
    ...((await indexedDB.databases?.()) ?? []).map((d) => d.name),
  ]);

/* WCAG 2.2 A and AA, as far as a machine can tell, of the widget only. */
export async function audit(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() =>
    window.axe.run('tandem-widget', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false } } }),
  );
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.flat().join(' ')} ${n.failureSummary}`).join(' | ')}`);
}

export async function shot(page, name) {
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

export async function begin(page, text = 'Hello') {
  await page.locator('tandem-widget .l').click();
  await page.locator('#f0').fill('Ada');
  await page.locator('.form textarea').fill(text);
  await page.locator('.form .primary').click();
  await page.locator('.m.mine').first().waitFor();
}

export async function say(page, text) {
  await page.locator('.composer textarea').fill(text);
  await page.keyboard.press('Enter');
}

export const bubbles = (page) => page.locator('.rows .m .b').evaluateAll((all) => all.map((b) => b.textContent.replace(/^[^:]*: /, '')));

export async function until(check, what, ms = 10_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((ok) => setTimeout(ok, 40));
  }
}
