/* Chromium with pages that remember what must never happen: errors, policy violations, requests elsewhere. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const missing = existsSync(path) ? false : 'there is no Chromium here (set CHROMIUM)';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'];

export const launch = () => chromium.launch({ executablePath: path, args: flags });

export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(20000 * Number(process.env.TANDEM_PATIENCE ?? 1));
  const page = await context.newPage();
  await watch(page);
  return page;
}

export async function watch(page) {
  page.problems = [];
  page.on('pageerror', (e) => page.problems.push(`error: ${e.message}`));
  page.on('request', (r) => {
    if (!/^(https?|wss?):\/\/127\.0\.0\.1[:/]|^(data|blob|about):/.test(r.url())) page.problems.push(`request: ${r.url()}`);
  });
  await page.exposeFunction('violated', (text) => page.problems.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => window.violated(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
}

export async function shot(page, name) {
  const folder = process.env.TANDEM_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/* ---- the agent's desktop ---- */

export class Desk {
  static async open(browser, url, { id, password }) {
    const d = new Desk();
    d.page = await newPage(browser);
    await d.page.goto(url);
    await d.page.getByLabel('User name').fill(id);
    await d.page.getByLabel('Password').fill(password);
    await d.page.getByRole('button', { name: 'Log in' }).click();
    await d.page.getByRole('button', { name: /Presence/ }).waitFor();
    return d;
  }

  available() {
    return this.page.getByRole('button', { name: /I.m (available|back)/ }).first().click();
  }

  offer() {
    return this.page.getByRole('alertdialog');
  }

  async accept() {
    await this.offer().waitFor();
    const before = this.page.url();
    await this.offer().getByRole('button', { name: /Accept/ }).click();
    await this.page.waitForURL((u) => u.href !== before && /#\/c\/\d+$/.test(u.href));
    await this.log().waitFor();
  }

  log() {
    return this.page.getByRole('log');
  }

  async say(text) {
    await this.page.getByRole('textbox', { name: /^Reply to/ }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  count(text) {
    return this.log().getByText(text, { exact: true }).count();
  }
}

/* ---- the visitor's widget ---- */

export class Guest {
  static async open(browser, url, page) {
    const g = new Guest();
    g.page = page ?? (await newPage(browser));
    await g.page.goto(`${url}/demo`);
    await g.page.locator('tandem-widget .l').waitFor();
    return g;
  }

  async begin(text, name) {
    await this.page.locator('tandem-widget .l').click();
    if (name) await this.page.locator('#f0').fill(name);
    await this.say(text);
    await this.line(text).waitFor();
  }

  async say(text) {
    const box = this.page.locator('tandem-widget textarea:visible').first();
    await box.fill(text);
    await box.press('Enter');
  }

  line(text) {
    return this.page.locator('tandem-widget .rows .b').filter({ hasText: new RegExp(`(^|: )${text.replace(/[.?]/g, '\\$&')}$`) });
  }

  count(text) {
    return this.line(text).count();
  }
}
