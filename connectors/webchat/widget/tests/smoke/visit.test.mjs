/* A visit from the first click to the rating, under the strict policy. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { audit, begin, bubbles, lab, missing, say, shot, stored, until, violations } from './browser.mjs';

let l;
before(async () => {
  if (!missing) l = await lab();
});
after(() => l?.close());
const options = { skip: missing };

test('nothing before the click, nothing kept before the first message, then one key', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await page.waitForTimeout(600);
  assert.ok(!page.requests.some((u) => u.includes('panel.js')));
  assert.equal(l.server.sockets.size, 0);
  assert.deepEqual(await stored(page), []);
  await shot(page, 'launcher');

  await page.locator('tandem-widget .l').click();
  await page.locator('#f0').fill('Ada');
  await page.waitForTimeout(300);
  await shot(page, 'form');
  assert.deepEqual(await stored(page), []);
  assert.deepEqual(await ctx.cookies(), []);
  await page.keyboard.press('Escape');
  assert.deepEqual(await stored(page), []);

  await begin(page);
  assert.deepEqual(await stored(page), [`tandem:${l.server.host}:web`]);
  assert.deepEqual(await ctx.cookies(), []);
  assert.deepEqual(l.server.last().fields, { name: 'Ada' });
  assert.deepEqual(await violations(page), []);
  await ctx.close();
});

test('a whole visit', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await begin(page, 'Which tea has no caffeine?');
  await page.getByText('You are number 2 in the queue').waitFor();
  await page.getByText('about 2 minutes').waitFor();
  await shot(page, 'waiting');
  const v = l.server.last();
  l.server.visit(v, { state: 'active', agent: 'Anna', read_seq: 1 });
  await page.getByText('You are chatting with Anna').waitFor();
  await page.locator('.mark.read').waitFor();
  l.server.frame(v, { t: 'typing', name: 'Anna' });
  await page.locator('.typing').waitFor();
  l.server.line(v, 'out', 'Rooibos: https://example.org/r?a=1&b=2. <img src=x onerror="window.hacked=1">', 'Anna');
  const link = page.locator('.b a');
  assert.equal(await link.getAttribute('href'), 'https://example.org/r?a=1&b=2');
  assert.match(await link.getAttribute('rel'), /noopener/);
  assert.equal(await page.locator('.b img').count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('.typing').isVisible(), false);

  l.server.raw('{"t":"messages","items":{}}');
  l.server.raw('not json');
  l.server.raw('{"t":"visit","state":"<b>"}');
  await page.locator('.composer textarea').pressSequentially('Thank');
  await say(page, 'Thank you');
  await until(() => v.lines.length === 3, 'the line');
  assert.ok(l.server.frames.some((f) => f.t === 'typing'));
  await until(() => l.server.frames.some((f) => f.t === 'seen' && f.read >= 2), 'seen');
  l.server.visit(v, { state: 'active', agent: 'Anna', on_call: true, expected_wait_ms: 180_000 });
  await page.getByText('Anna is on a call, about 3 minutes').waitFor();
  await shot(page, 'on-call');
  assert.deepEqual(await audit(page), []);

  await page.getByLabel('End chat').click();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('tandem-widget .ask').isVisible(), false);
  await page.getByLabel('End chat').first().click();
  await page.locator('tandem-widget .ask .danger').click();
  await page.locator('label[for=star4]').click();
  await shot(page, 'rating');
  assert.deepEqual(await audit(page), []);
  await page.getByText('Send rating').click();
  await page.getByText('Thank you for your rating').waitFor();
  await until(() => v.rating === 4, 'rating');
  await shot(page, 'closed');
  await page.getByText('Start a new conversation').click();
  assert.equal(await page.locator('#f0').inputValue(), 'Ada');
  l.server.fresh = true;
  await page.locator('.form textarea').fill('Another thing');
  await page.locator('.form .primary').click();
  await page.getByText('You are number 2 in the queue').waitFor();
  await until(async () => (await bubbles(page)).join() === 'Another thing', 'the new conversation alone');
  l.server.fresh = false;
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(l.server.faults, []);
  await ctx.close();
});

test('typed while the server is away, reloaded, sent once and in order', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await begin(page, 'one');
  const v = l.server.last();
  l.server.visit(v, { state: 'active', agent: 'Anna' });
  l.server.accept = false;
  l.server.cut();
  await page.locator('.banner[data-is=warn]').waitFor();
  await say(page, 'two');
  await say(page, 'three');
  await page.getByText('Waiting to be sent').waitFor();
  await shot(page, 'lost');
  await page.reload();
  l.server.accept = true;
  await until(() => v.lines.length === 3, 'the messages', 20_000);
  assert.deepEqual(v.lines.map((x) => x.text), ['one', 'two', 'three']);
  l.server.line(v, 'out', 'Here I am', 'Anna');
  l.server.line(v, 'out', 'again', 'Anna');
  await page.locator('tandem-widget .n').getByText('2').waitFor(); // unread, without a click
  await shot(page, 'unread');
  await page.locator('tandem-widget .l').click();
  await until(async () => (await bubbles(page)).length === 5, 'bubbles');
  assert.deepEqual(await bubbles(page), ['one', 'two', 'three', 'Here I am', 'again']);
  await until(async () => (await page.locator('tandem-widget .n').textContent()) === '', 'badge gone');
  assert.deepEqual(l.server.faults, []);
  await ctx.close();
});

test('offline as the browser says it', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await begin(page, 'one');
  const v = l.server.last();
  await ctx.setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await say(page, 'two');
  await shot(page, 'offline');
  await ctx.setOffline(false);
  await until(() => v.lines.length === 2, 'the message');
  await ctx.close();
});

test('two tabs agree', options, async () => {
  const ctx = await l.context();
  const a = await l.page(ctx);
  const b = await l.page(ctx);
  await b.locator('tandem-widget .l').click();
  await b.locator('#f0').waitFor(); // a stranger of its own until the other acts
  await begin(a, 'from a');
  const v = [...l.server.visitors.values()].find((x) => x.lines.some((y) => y.text === 'from a'));
  await until(async () => (await bubbles(b)).length === 1, 'the other tab');
  await say(b, 'from b');
  l.server.line(v, 'out', 'to both', 'Anna');
  for (const page of [a, b]) await until(async () => (await bubbles(page)).length === 3, 'three lines');
  assert.deepEqual((await bubbles(a)).sort(), ['from a', 'from b', 'to both']);
  assert.deepEqual(await bubbles(a), await bubbles(b));
  assert.equal(v.lines.length, 3);
  await ctx.close();
});
