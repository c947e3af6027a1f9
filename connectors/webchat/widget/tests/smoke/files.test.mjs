/* Files: the part that is fetched for them, button, paste and drop, limits, trouble. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { audit, begin, lab, missing, shot, until, violations } from './browser.mjs';

let l;
before(async () => {
  if (!missing) l = await lab({ file_max: 1 << 20 });
});
after(() => l?.close());
const options = { skip: missing };
const file = (name, bytes, mimeType = 'text/plain') => ({ name, mimeType, buffer: Buffer.alloc(bytes, 'x') });
const names = (page) => page.locator('.rows .m.mine .f').allTextContents();

async function give(page, where, event, list) {
  await page.locator(where).evaluate(
    (el, [type, files]) => {
      const data = new DataTransfer();
      for (const f of files) data.items.add(new File(['y'.repeat(f.bytes)], f.name));
      const init = { bubbles: true, cancelable: true, composed: true };
      el.dispatchEvent(type === 'paste' ? new ClipboardEvent(type, { ...init, clipboardData: data }) : new DragEvent(type, { ...init, dataTransfer: data }));
    },
    [event, list],
  );
}

test('nothing of it before there is a conversation, then files by button, paste and drop', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await page.locator('tandem-widget .l').click();
  await page.locator('#f0').waitFor();
  assert.ok(!page.requests.some((u) => u.includes('attach.js')));
  await page.keyboard.press('Escape');
  await begin(page);
  const v = l.server.last();
  l.server.visit(v, { state: 'active', agent: 'Anna' });
  await page.getByLabel('Attach a file').first().waitFor({ state: 'attached' });
  assert.equal(page.requests.filter((u) => u.includes('attach.js')).length, 1);
  await page.locator('tandem-widget input[type=file]').setInputFiles([file('one.txt', 300), file('two.txt', 70_000)]);
  await until(async () => (await names(page)).length === 2, 'two files');
  assert.deepEqual(await names(page), ['one.txt', 'two.txt']);
  await give(page, '.write textarea', 'paste', [{ name: 'three.png', bytes: 10 }]);
  await until(async () => (await names(page)).length === 3, 'the pasted one');
  await give(page, 'tandem-widget .p', 'drop', [{ name: 'four.pdf', bytes: 10 }]);
  await until(async () => (await names(page)).length === 4, 'the dropped one');
  assert.deepEqual(l.server.uploads.map((x) => [x.name, x.bytes]), [['one.txt', 300], ['two.txt', 70_000], ['three.png', 10], ['four.pdf', 10]]);
  assert.equal(await page.locator('tandem-widget .up').isVisible(), false);
  await shot(page, 'files');
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(l.server.faults, []);
  await ctx.close();
});

test('too large, empty and failing files are said, and nothing is sent', options, async () => {
  const ctx = await l.context();
  const page = await l.page(ctx);
  await begin(page);
  const picker = page.locator('tandem-widget input[type=file]');
  await picker.waitFor({ state: 'attached' });
  await picker.setInputFiles([file('big.bin', (1 << 20) + 1)]);
  await page.getByText('big.bin is larger than 1 MB.').waitFor();
  await picker.setInputFiles([file('none.txt', 0)]);
  await page.getByText('none.txt is empty.').waitFor();
  await picker.setInputFiles([file('broken', 5), file('good.txt', 5)]);
  await page.getByText('broken could not be sent. Please try again.').waitFor();
  await until(async () => (await names(page)).join() === 'good.txt', 'the good one');
  assert.equal(l.server.last().lines.length, 2);
  await ctx.close();
});

test('a channel without files, a page of another origin', options, async () => {
  l.server.config.file_max = 0;
  const ctx = await l.context();
  const plain = await l.page(ctx);
  await begin(plain);
  await plain.waitForTimeout(400);
  assert.ok(!plain.requests.some((u) => u.includes('attach.js')));
  await ctx.close();
  l.server.config.file_max = 1 << 20;
  const other = await l.context();
  const page = await l.page(other, `http://localhost:${l.server.host.split(':')[1]}/bare?host=${l.server.host}`);
  await begin(page);
  const picker = page.locator('tandem-widget input[type=file]');
  await picker.waitFor({ state: 'attached' });
  await picker.setInputFiles([file('far.txt', 5)]);
  await until(async () => (await names(page)).join() === 'far.txt', 'the file from far');
  assert.deepEqual(await violations(page), []);
  await other.close();
});
