/* "Call me back": offered while one waits, asked for, confirmed; its part is fetched only then. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { audit, begin, lab, missing, shot, until, violations } from './browser.mjs';

let l;
before(async () => {
  if (!missing) l = await lab();
});
after(() => l?.close());
const options = { skip: missing };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const waits = { state: 'waiting', position: 2, expected_wait_ms: 120_000, callback: true };

test('offered, a time is chosen, confirmed, and still said after a reload', options, async () => {
  const ctx = await l.context({ timezoneId: 'Europe/London' });
  const page = await l.page(ctx);
  await begin(page, 'Hello');
  await page.waitForTimeout(300);
  assert.ok(!page.requests.some((u) => u.includes('callback.js')), 'only where it is offered');
  const v = l.server.last();
  l.server.visit(v, waits);
  await page.getByRole('button', { name: 'Call me back instead' }).click();
  const form = page.getByRole('form', { name: 'Ask for a call' });
  await form.getByLabel('Phone number or email').fill('call me');
  await form.getByRole('button', { name: 'Ask for a call' }).click();
  await page.getByText('Please give a phone number or an email address.').waitFor();
  await form.getByLabel('Phone number or email').fill('+44 131 496 0199');
  await form.getByLabel('Not before').check();
  await form.getByLabel('Date and time').fill('2001-01-01T10:00');
  await form.getByRole('button', { name: 'Ask for a call' }).click();
  await page.getByText('within the next 30 days').waitFor();
  assert.equal(v.callback, undefined);
  const at = await page.evaluate(() => Math.ceil(Date.now() / 3_600_000 + 24) * 3_600_000);
  const local = await page.evaluate((x) => new Date(x - new Date(x).getTimezoneOffset() * 60_000).toISOString().slice(0, 16), at);
  await form.getByLabel('Date and time').fill(local);
  assert.deepEqual(await audit(page), []);
  await form.getByRole('button', { name: 'Ask for a call' }).click();
  await page.getByText('We will get back to you').waitFor();
  assert.deepEqual([v.callback.at, v.callback.fields], [at, { phone: '+44 131 496 0199' }]);
  assert.equal(await page.getByText('we have your message').isVisible(), false);
  l.server.terse = false;
  await page.reload();
  await until(async () => l.server.sockets.size > 0, 'a connection');
  await page.locator('tandem-widget .l').click();
  await page.getByText('not before this time').waitFor();
  l.server.visit(v, { state: 'active', agent: 'Anna' });
  await page.getByText('We will get back to you').waitFor({ state: 'hidden' });
  l.server.terse = true;
  assert.deepEqual((await violations(page)).filter((x) => !/axe/.test(x)), []);
  await ctx.close();
});

test('not offered any more, refused, given up', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await begin(page, 'Hello');
  const v = l.server.last();
  l.server.visit(v, waits);
  const offer = page.getByRole('button', { name: 'Call me back instead' });
  await offer.click();
  await page.keyboard.press('Escape');
  await offer.waitFor();
  l.server.visit(v, { ...waits, callback: false });
  await offer.waitFor({ state: 'hidden' });
  l.server.visit(v, waits);
  await offer.click();
  await page.getByLabel('Phone number or email').fill('ada@example.org');
  l.server.refuse = 'This queue does not call back.';
  await page.getByRole('button', { name: 'Ask for a call' }).click();
  await page.getByText('This queue does not call back.').waitFor();
  l.server.refuse = '';
  await page.getByRole('button', { name: 'Ask for a call' }).click();
  await page.getByText('We will call or write as soon as we can.').waitFor();
  assert.deepEqual(v.callback.fields, { email: 'ada@example.org' });
  assert.equal('at' in v.callback, false);
  await ctx.close();
});

for (const [name, more] of Object.entries({ desktop: {}, dark: { colorScheme: 'dark' }, phone, 'phone-dark': { ...phone, colorScheme: 'dark' } })) {
  test(`looks of a call back: ${name}`, options, async () => {
    const ctx = await l.context(more);
    const page = await l.page(ctx);
    await begin(page, 'My delivery has not come');
    const v = l.server.last();
    l.server.visit(v, waits);
    await page.getByRole('button', { name: 'Call me back instead' }).waitFor();
    await shot(page, `callback-offer-${name}`);
    await page.getByRole('button', { name: 'Call me back instead' }).click();
    await page.getByLabel('Phone number or email').fill('+44 131 496 0199');
    await page.getByLabel('Not before').check();
    await shot(page, `callback-form-${name}`);
    assert.equal(await page.locator('.p').evaluate((p) => p.scrollWidth <= p.clientWidth), true);
    assert.deepEqual(await audit(page), []);
    l.server.visit(v, { state: 'left-message', callback_at: Date.now() + 90_000_000 });
    await page.getByText('We will get back to you').waitFor();
    await shot(page, `callback-done-${name}`);
    assert.deepEqual(await audit(page), []);
    await ctx.close();
  });
}

test('right to left', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx, `${l.server.url}/bare?attributes=${encodeURIComponent('data-lang="ar"')}`);
  await begin(page, 'x');
  l.server.visit(l.server.last(), waits);
  await page.locator('.cb > .secondary').click();
  await shot(page, 'callback-ar');
  assert.equal(await page.locator('.p').evaluate((p) => p.scrollWidth <= p.clientWidth), true);
  await ctx.close();
});
