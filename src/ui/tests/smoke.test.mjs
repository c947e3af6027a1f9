/* The page in a browser, under the daemon's policy: a morning's work, a lost connection, an offer. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { executable, login, openBrowser, watch } from './browser.mjs';
import { long, morning } from './standin/morning.mjs';
import { picture } from './standin/picture.mjs';
import { serve } from './standin/serve.mjs';
import { social } from './standin/social.mjs';

const skip = executable ? false : 'no Chromium here: set CHROMIUM to its path';
let browser;
before(async () => { if (!skip) browser = await openBrowser(); });
after(() => browser?.close());

function scene(name, run, make = morning) {
  test(name, { skip }, async () => {
    const world = make();
    const standin = await serve(world);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    const problems = watch(page);
    try {
      await run(page, world, standin.url);
      assert.equal(await page.locator('style').count(), 0, '<style> elements break the policy');
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
      await standin.close();
    }
  });
}

const box = (page) => page.getByRole('textbox', { name: /^Reply to/ });
const log = (page) => page.getByRole('log');
async function until(done, ms = 8_000) {
  for (const end = Date.now() + ms; !done(); await new Promise((r) => setTimeout(r, 20))) {
    assert.ok(Date.now() < end, `waited in vain for ${done}`);
  }
}
const drop = (world) => { world.down = true; for (const s of world.sockets) s.ws.terminate(); };

scene('log in, read, reply, resolve', async (page, world, url) => {
  await page.goto(url);
  await page.getByLabel('User name').fill('anna');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('The name or the password is wrong.').waitFor();
  await page.getByLabel('Password').fill('secret');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: /Ada Whitfield/ }).click();
  await log(page).getByText('Oh great, thank you!').waitFor();
  await box(page).fill('No, it follows the new bill.');
  await page.keyboard.press('Enter');
  await log(page).getByText('No, it follows the new bill.').waitFor();
  await page.getByText('Delivered').waitFor();
  assert.equal(world.logs.get(1042).filter((m) => m.text === 'No, it follows the new bill.').length, 1);
  await log(page).focus();
  await page.keyboard.press('e');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'I’m done', exact: true }).click();
  await page.getByText('This conversation is closed.').waitFor();
  assert.equal(world.closed.get(1042).disposition, 'information');
});

scene('a lost connection: what was written goes out once, what came in is not missed', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await log(page).getByText('Oh great').waitFor();
  drop(world);
  await page.getByText('No connection.').waitFor();
  await box(page).fill('first');
  await page.keyboard.press('Enter');
  await box(page).fill('second');
  await page.keyboard.press('Enter');
  await log(page).getByText('Waits for the connection').nth(1).waitFor();
  world.say(1042, { direction: 'in', text: 'are you still there?', from: { name: 'Ada Whitfield' } });
  world.down = false;
  await page.getByRole('button', { name: 'Try now' }).click({ timeout: 3_000 }).catch(() => {});
  await page.getByText('No connection.').waitFor({ state: 'detached', timeout: 25_000 });
  await log(page).getByText('are you still there?').waitFor();
  // The customer wrote meanwhile, and the guard of a message that was already on its way says so.
  await page.waitForFunction(() => !document.body.textContent.includes('Waits for the connection'));
  await page.getByText('Does your draft still fit?').waitFor();
  assert.equal(await box(page).inputValue(), 'first\nsecond', 'both came back, in order');
  await page.getByRole('button', { name: 'Send anyway' }).click();
  await until(() => world.logs.get(1042).at(-1).text === 'first\nsecond');
  assert.ok(world.hellos.at(-1).resume.event, 'it resumed');
});

scene('acks lost with the connection: sent again with the old id, done once', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await log(page).getByText('Oh great').waitFor();
  await page.waitForTimeout(900); // the read mark is through
  world.loseAcks = true;
  await box(page).fill('only once');
  await page.keyboard.press('Enter');
  await log(page).getByText('only once').waitFor();
  await page.waitForTimeout(200);
  drop(world);
  world.loseAcks = false;
  world.down = false;
  await page.getByText('No connection.').waitFor({ state: 'detached', timeout: 25_000 });
  const sends = () => world.commands.filter((c) => c.cmd === 'message.send').map((c) => c.id);
  await until(() => sends().length >= 2);
  assert.equal(new Set(sends()).size, 1, `ids ${sends()}`);
  assert.equal(world.logs.get(1042).filter((m) => m.text === 'only once').length, 1);
  assert.equal(await log(page).getByText('only once').count(), 1);
});

scene('an offer by keyboard; the title flashes; none of it while typing', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await box(page).fill('a');
  world.offer(1051, 'anna', 20_000, 'Longest idle of four agents.');
  await page.getByRole('alertdialog').getByText('Longest idle').waitFor();
  await page.waitForFunction(() => document.title.includes('Offer: Jonas Keller'));
  await box(page).press('a');
  assert.equal(world.get('work', 1051).state, 'offered');
  await box(page).press('Alt+a');
  await page.waitForFunction(() => location.hash.startsWith('#/c/1051'));
  assert.equal(world.get('work', 1051).state, 'active');
  world.offer(1050, 'anna', 20_000);
  await page.getByRole('alertdialog').waitFor();
  await log(page).focus();
  await page.keyboard.press('d');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  assert.equal(world.get('work', 1050).state, 'queued');
});

scene('the stale-draft guard: seen here, and said by the daemon', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await log(page).getByText('Oh great').waitFor();
  await box(page).fill('No, nothing to do.');
  world.say(1042, { direction: 'out', author: 'bob', text: 'Bob here.' });
  await page.getByText('Bob Okafor replied since you began.').waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await box(page).inputValue(), 'No, nothing to do.');
  assert.equal(world.commands.filter((c) => c.cmd === 'message.send').length, 0, 'Enter does not send a stale draft');
  await page.getByRole('button', { name: 'Send anyway' }).click();
  await log(page).getByText('No, nothing to do.').waitFor();
  // The daemon knew of something that had not come here yet.
  await box(page).fill('And another thing');
  await page.waitForTimeout(100);
  const log1042 = world.logs.get(1042);
  log1042.push({ id: 'x', conv: 1042, seq: log1042.length + 1, direction: 'in', text: 'wait', at: Date.now() });
  await page.keyboard.press('Enter');
  await page.getByText('Does your draft still fit?').waitFor();
  assert.equal(await box(page).inputValue(), 'And another thing');
});

scene('older lines are added without moving what is read', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await log(page).getByText('Oh great').waitFor();
  // Measured before the scroll event is delivered, so before anything older can have come.
  const top = (to) => log(page).evaluate((el, scroll) => {
    if (scroll !== null) el.scrollTop = scroll;
    const t = el.getBoundingClientRect().top;
    const item = [...el.querySelectorAll('[data-seq]')].find((x) => x.getBoundingClientRect().bottom > t);
    return { seq: item.dataset.seq, y: Math.round(item.getBoundingClientRect().top - t), n: el.querySelectorAll('[data-seq]').length };
  }, to ?? null);
  const at = await top(100);
  await page.waitForFunction((n) => document.querySelectorAll('[data-seq]').length > n, at.n);
  const later = await top();
  assert.equal(later.seq, at.seq);
  assert.ok(Math.abs(later.y - at.y) <= 2, `moved by ${later.y - at.y}`);
}, () => { const w = morning(); long(w); return w; });

scene('on a call the draft rests and no tone is due; then all is as it was', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await box(page).fill('half a sentence');
  world.put('agent', 'anna', { voice: 'active', voice_since: world.now() - 134_000 });
  await page.getByText('You are on a call.').waitFor();
  assert.equal(await box(page).getAttribute('readonly'), '');
  await page.getByText(/^2:1\d$/).waitFor();
  world.put('agent', 'anna', { voice: 'wrap', voice_wrap_until: world.now() + 30_000 });
  await page.getByRole('button', { name: 'I’m done' }).click();
  await page.getByText('You are on a call.').waitFor({ state: 'detached' });
  assert.equal(await box(page).inputValue(), 'half a sentence');
});

scene('palette, notes, canned replies, drafts over a reload', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await box(page).pressSequentially('/mom');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('textarea').value.startsWith('One moment please'));
  await page.waitForTimeout(250);
  await page.reload();
  await page.waitForFunction(() => document.querySelector('textarea')?.value.startsWith('One moment please'));
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('private note');
  await page.keyboard.press('Enter');
  const note = page.getByRole('textbox', { name: 'Private note' });
  await note.fill('Only for us.');
  await page.keyboard.press('Enter');
  await log(page).getByText('Only for us.').waitFor();
  await until(() => world.logs.get(1042).at(-1).text === 'Only for us.');
  assert.equal(world.logs.get(1042).at(-1).private, true);
});

scene('a mail is shown without its scripts, styles and trackers breaking the policy', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1029');
  await page.frameLocator('iframe').getByText('Margaret Osei').waitFor();
  await page.getByText('1 remote image is not loaded').waitFor();
  assert.equal(await page.frameLocator('iframe').locator('b').evaluate((b) => b.style.color), 'rgb(179, 38, 30)');
  const images = page.frameLocator('iframe').locator('img[src]'); // the mail's own, read from the store
  await page.waitForFunction(() => document.querySelector('iframe').contentDocument.querySelector('img[src]')?.naturalWidth > 0);
  assert.equal(await images.count(), 1);
  assert.match(await images.evaluate((i) => i.src), /\/messages\/\d+\/attachments\/0$/);
  assert.equal(await page.getByText('statement.png').count(), 0); // it stands in the mail, not beside it
});

scene('the board by keys: choose, dismiss together with what is alike, like, reply in the thread', async (page, world, url) => {
  await login(page, url, 'carla', '#/social');
  await page.getByRole('article', { name: /Leith Gazette/ }).waitFor();
  assert.equal(await page.getByRole('article', { name: /Isla Reid/ }).count(), 0); // stands under its lead
  for (const k of ['j', 'j', 'x', 'j', 'j', 'x']) { await page.keyboard.press(k); await page.waitForTimeout(40); }
  await page.getByRole('toolbar', { name: 'Chosen posts' }).getByText('2').waitFor();
  await page.keyboard.press('e');
  await page.getByText('Dismissed 2 posts: no reply.').waitFor();
  await until(() => world.closed.get(2114)?.disposition === 'no-reply');
  assert.equal(world.closed.get(2002).disposition, 'no-reply');
  assert.equal(world.closed.get(2004).disposition, 'no-reply');
  const gazette = page.getByRole('article', { name: /Leith Gazette/ });
  await gazette.getByRole('link', { name: /We are hearing/ }).focus();
  await page.keyboard.press('l');
  await gazette.getByRole('button', { name: 'Take the like back' }).waitFor();
  const link = gazette.getByRole('link', { name: /new tab/ });
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
  await gazette.getByRole('link', { name: /We are hearing/ }).focus();
  await page.keyboard.press('r');
  await box(page).waitFor();
  await until(() => world.get('work', 2001).agent === 'carla');
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  await page.keyboard.type('Hello, a cable was cut.');
  await page.getByText('477 left').waitFor();
  await page.keyboard.press('Control+Enter');
  await log(page).getByText('a cable was cut').waitFor();
}, social);

scene('a supervisor holds every post; everybody sees it; it goes on', async (page, world, url) => {
  await login(page, url, 'carla', '#/social');
  await page.getByRole('button', { name: 'Hold all posts' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Hold all posts' }).click();
  await page.getByText('Nothing goes out on mastodon.').waitFor();
  assert.equal(world.commands.at(-1).cmd, 'outbound.hold');
  await page.getByRole('button', { name: 'Release' }).click();
  await page.getByText('Nothing goes out on mastodon.').waitFor({ state: 'detached' });
  world.put('chan', 'mastodon', { spike_since: world.now(), spike_rate: 80 });
  await page.getByText('80 mentions a minute').waitFor();
}, social);

scene('a colleague is asked, answers in a note, and it ends', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  await log(page).getByText('Oh great').waitFor();
  await log(page).focus();
  await page.keyboard.press('c');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Find an agent').fill('bob');
  await dialog.getByRole('radio', { name: /Bob Okafor/ }).check();
  assert.equal(await dialog.getByRole('button', { name: 'Ask Bob Okafor' }).isDisabled(), true, 'a question is needed');
  await dialog.getByLabel('Question').fill('Which serial counts?');
  await dialog.getByRole('button', { name: 'Ask Bob Okafor' }).click();
  await log(page).getByText('Asks Bob Okafor for advice').waitFor();
  assert.deepEqual(world.commands.at(-1).body, { conv: 1042, agent: 'bob', text: 'Which serial counts?' });
  assert.equal(world.get('work', 1042).agent, 'anna');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'End the consultation' }).click();
  await until(() => world.get('work', 1042).consult === '');
  await log(page).getByText('The consultation is over.').waitFor();

  world.put('work', 1041, { consult: 'anna' }); // Bob asks
  await page.getByText('Bob Okafor asks for your advice in #1041.').waitFor();
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('region', { name: 'Asked for advice' }).getByRole('link', { name: /Grace Liu/ }).waitFor();
  await page.getByText('Answer in a private note.').waitFor();
  await page.getByRole('textbox', { name: 'Private note' }).fill('The new one.');
  await page.keyboard.press('Enter');
  await log(page).getByText('The new one.').waitFor();
  await page.getByRole('toolbar', { name: 'Conversation' }).getByRole('button', { name: 'I’m done' }).click();
  await until(() => world.get('work', 1041).consult === '');
});

scene('priority; merged into another, and separated again', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1038?in=all');
  await log(page).getByText('Please ring the side door').waitFor();
  await log(page).focus();
  await page.keyboard.press('Shift+R');
  await page.getByRole('dialog').getByRole('button', { name: /^0, before all others/ }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: '2', exact: true }).click();
  await until(() => world.get('work', 1038).priority === 2);
  await log(page).focus();
  await page.keyboard.press('Shift+M');
  await page.getByLabel('Find by name or number').fill('1042');
  await page.getByRole('radio', { name: /Ada Whitfield #1042/ }).check();
  await page.getByRole('button', { name: 'Merge into #1042' }).click();
  await log(page).getByText('merged #1038 into it').waitFor();
  assert.deepEqual(world.commands.filter((c) => c.cmd === 'conv.merge').map((c) => c.body), [{ conv: 1038, other: 1042 }]);
  await page.goto(`${url}#/c/1038?in=all`);
  await page.getByText('Merged into #1042').waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Separate it again' }).click();
  await until(() => world.get('work', 1038)?.state === 'queued');
  await log(page).getByText('Please ring the side door').waitFor();
});

scene('who asked to be called back is shown as such', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1051?in=all');
  await log(page).getByText('The pay button').waitFor();
  world.put('work', 1051, { kind: 'task', state: 'snoozed', wake_at: world.now() + 3_600_000 });
  await page.getByRole('region', { name: 'All open' }).getByText(/call back from/).waitFor();
  await page.getByText(/^Call back from/).waitFor();
  world.put('work', 1051, { state: 'queued', wake_at: 0 });
  await page.getByText('Call back', { exact: true }).waitFor();
  await page.getByText(/^Waiting in Live chat ·/).waitFor();
});

scene('a supervisor whispers to the agent who has it', async (page, world, url) => {
  await login(page, url, 'carla', '#/c/1041?in=all');
  await log(page).getByText('Perfect, that worked').waitFor();
  await log(page).focus();
  await page.keyboard.press('Shift+W');
  await page.getByRole('dialog', { name: 'Whisper to Bob Okafor' }).getByLabel('Whisper', { exact: true }).fill('Offer her the refund.');
  await page.keyboard.press('Control+Enter');
  await log(page).getByText('Whisper to Bob Okafor').waitFor();
  assert.deepEqual(world.commands.at(-1).body, { conv: 1041, agent: 'bob', text: 'Offer her the refund.' });
});

scene('a contact: edit, one more address, write there, all channels, merge and its undoing', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1042');
  const card = page.getByRole('complementary', { name: 'Contact' });
  const menu = async (item) => { await card.getByRole('button', { name: 'More about the contact' }).click(); await page.getByRole('menuitem', { name: item }).click(); };

  await menu('Edit…');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('About').fill('Prefers the afternoon.');
  await dialog.getByRole('button', { name: 'Add a detail' }).click();
  await dialog.getByLabel(/^Name of detail/).last().fill('Meter');
  await dialog.getByLabel('Value of Meter').fill('4711');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await card.getByText('Prefers the afternoon.').waitFor();
  await card.getByText('4711').waitFor();

  await menu('Add an address…');
  await dialog.getByLabel('Kind').selectOption('sms');
  await dialog.getByLabel('Address').fill('+44 7700 900 555');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await card.getByText('+447700900555').waitFor();

  await card.getByRole('button', { name: 'Write to +447700900555' }).click();
  await dialog.getByLabel('Message').fill('Here is the link by text.');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await log(page).getByText('Here is the link by text.').waitFor(); /* in the new conversation */
  await card.getByRole('button', { name: 'All channels' }).click();
  await dialog.getByText('Oh great, thank you!').waitFor();
  await dialog.getByText('Here is the link by text.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  const own = world.get('conv', 1042).contact;
  const other = [...world.contacts.values()].find((c) => c.id !== own && c.identities[0]?.address.addr);
  await page.goto(`${url}#/c/1042`);
  await card.getByText('+447700900555').waitFor();
  await menu('The same person as…');
  await dialog.getByLabel('Name, address or number').fill(`#${other.id}`);
  await dialog.getByRole('list', { name: 'Contacts' }).getByRole('button').first().click();
  await dialog.getByRole('region', { name: 'What it will be' }).getByText(other.identities[0].address.addr).waitFor();
  await dialog.getByRole('button', { name: 'Merge' }).click();
  await card.getByText(`#${own} was merged into this contact.`).waitFor();
  await card.getByText(other.identities[0].address.addr).first().waitFor();
  assert.equal(world.contacts.get(own).merged_into, other.id);
  await card.getByRole('button', { name: 'Undo' }).click();
  await until(() => !world.contacts.get(own).merged_into);
  await card.getByText(`#${own} was merged`).waitFor({ state: 'detached' });
});

scene('files: sent with their progress, shown, fetched again', async (page, world, url) => {
  await login(page, url, 'anna', '#/c/1038');
  const send = page.getByRole('button', { name: 'Send' });
  const choose = (files) => page.locator('input[type=file]').setInputFiles(files.map(([name, mimeType, buffer]) => ({ name, mimeType, buffer })));
  await box(page).waitFor();
  assert.ok(await send.isDisabled());
  await choose([['huge.png', 'image/png', Buffer.alloc(6_000_000)]]);
  await page.getByText('huge.png is larger than 5.0 MB.').waitFor();
  world.uploadsFail = true;
  await choose([['meter.png', 'image/png', picture(40, 30, 1)]]);
  await page.getByText('The file could not be stored.').waitFor();
  assert.ok(await send.isDisabled(), 'what is not there cannot be sent');
  world.uploadsFail = false;
  await page.getByLabel('Files to send').getByRole('button', { name: 'Retry' }).click();
  await page.waitForFunction(() => !document.querySelector('.composer button[type=submit]').disabled);
  await send.click();
  await page.getByRole('button', { name: 'Show meter.png' }).click();
  await page.getByRole('dialog', { name: 'meter.png' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const m = world.say(1038, { direction: 'in', text: '', attachments: [{ name: 'mms.png', type: 'image/png' }] });
  world.putMedia({ conv: 1038, seq: m.seq, items: [{ index: 0, state: 'waiting' }] });
  await page.getByText('Fetching…').waitFor();
  world.putMedia({ conv: 1038, seq: m.seq, items: [{ index: 0, state: 'failed', error: 'The provider answered with status 410.' }] });
  await page.getByText('status 410').waitFor();
  await page.getByRole('button', { name: 'Fetch again' }).click();
  await page.getByRole('button', { name: 'Show mms.png' }).waitFor();
});

const asAdmin = () => {
  const world = morning();
  world.put('agent', 'carla', { role: 'admin' }, true);
  world.put('chan', 'support-mail', { state: 'auth', error: 'The login has to be connected anew: invalid_grant' }, true);
  return world;
};

scene('channels: a login that is over is told everywhere, one button brings it back', async (page, world, url) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await login(page, url, 'carla');
  const banner = page.getByRole('alert').filter({ hasText: 'must be connected again' });
  await banner.getByText('support-mail').waitFor();
  await banner.getByRole('link', { name: 'Channels' }).click();
  const row = page.getByRole('row', { name: /^support-mail/ });
  await row.getByText('invalid_grant').waitFor();
  await page.getByText('https://desk.example/oauth/callback').waitFor();
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'https://desk.example/oauth/callback');
  assert.equal(await page.getByRole('row', { name: /^sms-uk/ }).getByRole('button').count(), 0, 'nothing to connect there');

  world.provider = 'denied';
  await row.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('The provider refused: You said no').waitFor();
  world.provider = 'code';
  await row.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('support-mail is connected.').waitFor();
  await banner.waitFor({ state: 'detached' });
  await row.getByRole('button', { name: 'Connect again' }).waitFor();
  assert.ok(!page.url().includes('code='), 'the code stands in the address no more');
  assert.deepEqual(world.returns.map((r) => r.code ?? r.error), ['access_denied', 'the-code']);
  await page.reload();
  await row.waitFor();
  assert.equal(world.returns.length, 2, 'a code is used once');
}, asAdmin);

scene('channels: a supervisor sees the banner and no button, an agent neither', async (page, world, url) => {
  world.put('agent', 'carla', { role: 'supervisor' }, true);
  await login(page, url, 'carla', '#/channels');
  await page.getByText('must be connected again').waitFor();
  await page.getByRole('row', { name: /^support-mail/ }).waitFor();
  assert.equal(await page.getByRole('row', { name: /^support-mail/ }).getByRole('button').count(), 0);
  await page.context().clearCookies();
  await page.goto('about:blank');
  await login(page, url, 'anna', '#/c/1042');
  await log(page).getByText('Oh great').waitFor();
  assert.equal(await page.getByText('must be connected again').count(), 0);
}, asAdmin);

scene('mail: an answer to all by default, to the customer alone, cc and bcc by hand', async (page, world, url) => {
  world.put('work', 1029, { state: 'active' }, true);
  world.say(1029, { direction: 'in', text: 'My husband reads along.', from: { type: 'email', addr: 'm.osei@example.com' }, cc: [{ type: 'email', addr: 'k.osei@example.com', name: 'K. Osei' }] }, true);
  await login(page, url, 'anna', '#/c/1029');
  const field = (name) => page.getByLabel(name, { exact: true });
  const sent = async (text) => {
    await box(page).fill(text);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await until(() => world.commands.some((c) => c.cmd === 'message.send' && c.body.text === text));
    return world.commands.find((c) => c.cmd === 'message.send' && c.body.text === text).body;
  };
  await page.getByText('also to K. Osei <k.osei@example.com>').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Reply all' }).getAttribute('aria-pressed'), 'true');
  const toAll = await sent('To both of you.');
  assert.deepEqual([toAll.cc, toAll.bcc, toAll.subject], [[{ addr: 'k.osei@example.com', name: 'K. Osei' }], undefined, 'Re: Refund for the March bill']);

  await page.getByRole('button', { name: 'Customer only' }).click();
  assert.equal((await sent('To you alone.')).cc, undefined);

  await page.getByRole('button', { name: 'Subject, cc, bcc' }).click();
  await field('Cc').fill('boss@harbour.example, not an address');
  await box(page).fill('Not yet.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('“not an address” is no mail address.').first().waitFor();
  assert.ok(!world.commands.some((c) => c.body?.text === 'Not yet.'));
  await field('Cc').fill('boss@harbour.example');
  await field('Bcc').fill('Archive <archive@harbour.example>');
  await field('Subject').fill('Your refund');
  const byHand = await sent('Now it goes.');
  assert.deepEqual([byHand.cc, byHand.bcc, byHand.subject], [[{ addr: 'boss@harbour.example' }], [{ addr: 'archive@harbour.example', name: 'Archive' }], 'Your refund']);
});
