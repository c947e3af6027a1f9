/* Chromium, where there is one: $CHROMIUM or the usual places. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const executable = places.find((p) => p && existsSync(p));

export function openBrowser() {
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/* Collects what must never happen: policy violations, uncaught errors, <style> elements, requests elsewhere. */
export function watch(page) {
  const problems = [];
  page.on('pageerror', (e) => problems.push(`error: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(m.text())) problems.push(`console: ${m.text()}`);
  });
  page.on('request', (r) => {
    if (!/^(https?|wss?):\/\/127\.0\.0\.1[:/]|^(data|blob|about):/.test(r.url())) problems.push(`request: ${r.url()}`);
  });
  void page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  return problems;
}

export async function login(page, url, user = 'anna', hash = '') {
  await page.goto(url + hash);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('form', { name: 'Log in' }).waitFor({ state: 'detached' });
}
