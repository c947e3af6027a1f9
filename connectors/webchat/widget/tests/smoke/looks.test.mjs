/* Keyboard, languages, themes, sizes, the API, and other people's pages. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { audit, begin, lab, missing, shot, until, violations } from './browser.mjs';

let l;
before(async () => {
  if (!missing) l = await lab();
});
after(() => l?.close());
const options = { skip: missing };
const active = (page) => page.evaluate(() => document.querySelector('tandem-widget')?.shadowRoot.activeElement?.className ?? '');
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

test('keyboard only', options, async () => {
  const ctx = await l.context({ reducedMotion: 'reduce' });
  const page = await l.page(ctx);
  await page.locator('tandem-widget .l').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Leaf & Kettle' });
  await dialog.waitFor();
  await until(async () => page.evaluate(() => document.querySelector('tandem-widget').shadowRoot.activeElement?.id === 'f0'), 'focus in the form');
  await page.keyboard.press('Escape');
  assert.equal(await dialog.isVisible(), false);
  assert.equal(await active(page), 'l');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Ada');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Hello');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.composer').waitFor();
  await until(async () => page.evaluate(() => document.querySelector('tandem-widget').shadowRoot.activeElement?.tagName === 'TEXTAREA'), 'focus in the composer');
  assert.equal(await page.getByRole('log').getAttribute('aria-live').then((x) => x !== null), true);
  await until(async () => (await page.locator('tandem-widget .rows').getAttribute('aria-live')) === 'polite', 'a live log');
  await ctx.close();
});

test('the form says what is missing', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await page.locator('tandem-widget .l').click();
  await page.locator('.form .primary').click();
  assert.equal(await page.locator('#f0').getAttribute('aria-invalid'), 'true');
  await page.locator('#f1').fill('nonsense');
  await page.locator('.form .primary').click();
  await page.getByText('This does not look like an email address.').waitFor();
  assert.deepEqual(await audit(page), []);
  await ctx.close();
});

for (const [name, more] of Object.entries({ desktop: {}, dark: { colorScheme: 'dark' }, phone, 'phone-dark': { ...phone, colorScheme: 'dark' } })) {
  test(`looks: ${name}`, options, async () => {
    const ctx = await l.context(more);
    const page = await l.page(ctx);
    await begin(page, 'Hello there');
    const v = l.server.last();
    l.server.visit(v, { state: 'active', agent: 'Anna' });
    for (let i = 0; i < 30; i++) l.server.line(v, i % 3 ? 'out' : 'in', `Line ${i} `.repeat(1 + (i % 7)), i % 3 ? 'Anna' : '');
    await page.getByText('Line 29').waitFor();
    await shot(page, `active-${name}`);
    const box = await page.locator('.p').boundingBox();
    if (more.isMobile) assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 390, 844]);
    else assert.ok(box.x > 0 && box.y > 0 && box.x + box.width <= 1440 && box.y + box.height <= 900);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    const inside = await page.locator('.p').evaluate((p) => p.scrollWidth <= p.clientWidth);
    assert.equal(inside, true);
    assert.deepEqual(await audit(page), []);
    assert.deepEqual(await violations(page).then((all) => all.filter((x) => !/axe/.test(x))), []);
    await ctx.close();
  });
}

for (const lang of ['de', 'es', 'fr', 'pt', 'ar']) {
  test(`language: ${lang}`, options, async () => {
    const ctx = await l.context();
    const page = await l.page(ctx, `${l.server.url}/bare?attributes=${encodeURIComponent(`data-lang="${lang}"`)}`);
    await begin(page, 'x');
    await shot(page, `lang-${lang}`);
    const box = await page.locator('.p').boundingBox();
    assert.equal(box.x < 100, lang === 'ar');
    assert.equal(await page.locator('.r').getAttribute('dir'), lang === 'ar' ? 'rtl' : 'ltr');
    assert.equal(await page.locator('.p').evaluate((p) => p.scrollWidth <= p.clientWidth), true);
    assert.deepEqual(await audit(page), []);
    await ctx.close();
  });
}

test('away: a message with an address is left', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  Object.assign(l.server.config, { open: false, opens_in_ms: 50_000_000 });
  try {
    await page.locator('tandem-widget .l').click();
    await page.getByText('We are away at the moment').waitFor();
    await page.getByText(/^Back: .*\d/).waitFor();
    await page.locator('#f0').fill('Ada');
    await page.locator('.form textarea').fill('Call me');
    await page.locator('.form .primary').click();
    assert.equal(await page.locator('#f1').getAttribute('aria-invalid'), 'true');
    await page.locator('#f1').fill('ada@example.org');
    await page.locator('.form .primary').click();
    await page.getByText('Thank you, we have your message').waitFor();
    await shot(page, 'left');
    assert.deepEqual(l.server.last().fields, { name: 'Ada', email: 'ada@example.org' });
  } finally {
    Object.assign(l.server.config, { open: true, opens_in_ms: undefined });
  }
  await ctx.close();
});

test('on the page of another origin, calls made early, events, destroy and boot', options, async () => {
  const other = await lab();
  try {
    const ctx = await l.context();
    await ctx.addInitScript(() => {
      window.heard = [];
      window.tandem = function () {
        (window.tandem.q = window.tandem.q || []).push(arguments);
      };
      for (const e of ['ready', 'open', 'close', 'message', 'unread', 'state', 'connection', 'destroy']) {
        window.tandem('on', e, (d) => window.heard.push([e, d && d.text ? d.text : d]));
      }
      window.tandem('open');
    });
    const page = await l.page(ctx, `${other.server.url}/bare?host=${l.server.host}`);
    await page.locator('#f0').fill('Ada');
    await page.evaluate(() => window.tandem('send', 'from the page'));
    await page.getByText('from the page').waitFor();
    assert.equal(other.server.sockets.size, 0);
    l.server.line(l.server.last(), 'out', 'answer', 'Anna');
    await page.locator('tandem-widget .rows').getByText('answer').waitFor();
    const heard = await page.evaluate(() => window.heard);
    for (const e of [['open', null], ['ready', null], ['connection', 'online'], ['state', 'waiting'], ['message', 'answer']]) {
      assert.ok(heard.some((h) => h[0] === e[0] && (e[1] === null || h[1] === e[1])), `${e} in ${JSON.stringify(heard)}`);
    }
    await page.evaluate(() => window.tandem('destroy'));
    assert.equal(await page.locator('tandem-widget').count(), 0);
    await until(() => l.server.sockets.size === 0, 'the socket closed');
    await page.evaluate(() => {
      window.tandem('boot');
      window.tandem('theme', 'dark');
      window.tandem('open');
    });
    await page.locator('tandem-widget .rows').getByText('from the page').waitFor();
    assert.equal(await page.locator('.r').getAttribute('data-theme'), 'dark');
    assert.deepEqual(await violations(page), []);
    await ctx.close();
  } finally {
    await other.close();
  }
});

test('the panel cannot be fetched: the launcher stays usable', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await page.route('**/panel.js', (r) => r.abort());
  await page.locator('tandem-widget .l').click();
  await until(async () => (await page.locator('tandem-widget .l').getAttribute('aria-expanded')) === 'false', 'closed again');
  await page.unroute('**/panel.js');
  await page.locator('tandem-widget .l').click();
  await page.locator('#f0').waitFor();
  await ctx.close();
});
