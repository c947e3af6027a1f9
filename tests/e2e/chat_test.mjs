/* The real pages on the real daemon: two visitors on the demo page and two agents at their desktops, in Chromium.
 *
 * Deadlines of offers and wrap-ups are short here (settings below), so that nothing waits long. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Daemon } from '../lib/daemon.mjs';
import { phone } from '../lib/sms.mjs';
import { sleep, until } from '../lib/system.mjs';
import { Desk, Guest, launch, missing, newPage, shot } from './browser.mjs';
import { Wire } from './proxy.mjs';

const CUT_MS = 10000;
const options = { skip: missing };
let browser, d, wire, anna, bob;

before(async () => {
  if (missing) return;
  browser = await launch();
  d = new Daemon();
  await d.prepare({ usePages: true });
  wire = await Wire.open(d.port);
  d.settings.channels.web.origins = [wire.url];
  d.settings.server.public_url = wire.url;
  d.settings.profiles = { default: { chat: { offer: '6s', wrap: '0s' }, voice: { wrap: '1s' } } };
  d.writeSettings(d.settings);
  await d.spawn();
  await d.addUser('anna', { name: 'Anna Archer', role: 'supervisor', queues: 'chat' });
  await d.addUser('bob', { name: 'Bob Baker', queues: 'chat' });
  anna = await Desk.open(browser, wire.url, d.users.get('anna'));
  bob = await Desk.open(browser, wire.url, d.users.get('bob'));
});
after(async () => {
  await browser?.close();
  wire?.close();
  await d?.stop();
});

const clean = (...people) => {
  for (const p of people) assert.deepEqual(p.page.problems, []);
};
/* Whoever of the two has the offer. */
async function whoIsOffered() {
  let who;
  await until('somebody is offered the chat', async () => {
    for (const desk of [anna, bob]) if (await desk.offer().isVisible()) who = desk;
    return who;
  });
  return who;
}
const resolve = async (desk) => {
  await desk.page.getByRole('button', { name: 'Resolve' }).first().click();
  const dialog = desk.page.getByRole('dialog');
  await dialog.waitFor();
  await desk.page.keyboard.press('1');
  await desk.page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
};

test('two visitors, two agents: offered, accepted, answered both ways; nothing lost, nothing twice', options, async () => {
  const ada = await Guest.open(browser, wire.url);
  await shot(ada.page, 'demo');
  await ada.begin('Which tea has no caffeine?');
  const first = await whoIsOffered();
  await shot(first.page, 'offer');
  await first.accept();
  const second = first === anna ? bob : anna;

  const max = await Guest.open(browser, wire.url);
  await max.begin('Where is my parcel?');
  await second.accept();

  await first.say('Rooibos has none.');
  await ada.line('Rooibos has none.').waitFor();
  await second.say('It left this morning.');
  await max.line('It left this morning.').waitFor();
  await ada.say('And green tea?');
  await first.log().getByText('And green tea?', { exact: true }).waitFor();
  await shot(first.page, 'conversation');
  await shot(ada.page, 'widget');

  /* a reload on either side */
  await ada.page.reload();
  await first.page.reload();
  await first.log().getByText('And green tea?', { exact: true }).waitFor();
  await ada.page.locator('tandem-widget .l').click();
  await ada.line('Rooibos has none.').waitFor();

  /* the wire is cut; agent and visitor go on writing (not in the same conversation: what a customer wrote meanwhile
   * would bring the agent's line back into his draft, which is the guard's job and is tested with the desktop) */
  await first.say('Green tea has some.');
  await ada.line('Green tea has some.').waitFor();
  wire.cut();
  await second.page.getByText('No connection').first().waitFor();
  await second.say('You will have it tomorrow.');
  await ada.say('I drink it in the evening.');
  await sleep(CUT_MS);
  await shot(second.page, 'offline');
  await shot(ada.page, 'widget-offline');
  wire.mend();
  await max.line('You will have it tomorrow.').waitFor({ timeout: 60000 });
  await first.log().getByText('I drink it in the evening.', { exact: true }).waitFor({ timeout: 60000 });
  await second.say('Anything else?');
  await max.line('Anything else?').waitFor({ timeout: 60000 });

  for (const text of ['Which tea has no caffeine?', 'Rooibos has none.', 'And green tea?', 'Green tea has some.', 'I drink it in the evening.']) {
    assert.equal(await ada.count(text), 1, `the visitor sees "${text}" once`);
    assert.equal(await first.count(text), 1, `the agent sees "${text}" once`);
  }
  for (const who of [max, second]) assert.equal(await who.count('You will have it tomorrow.'), 1, 'what was written offline is sent once');
  assert.equal(await max.count('Rooibos has none.'), 0, 'nobody sees another visitor');

  /* two tabs of one visitor agree */
  const tab = await ada.page.context().newPage();
  const twin = await Guest.open(browser, wire.url, tab);
  await tab.locator('tandem-widget .l').click();
  await twin.line('Green tea has some.').waitFor();
  await twin.say('From the other tab.');
  await ada.line('From the other tab.').waitFor();
  await first.log().getByText('From the other tab.', { exact: true }).waitFor();
  assert.equal(await ada.count('From the other tab.'), 1);
  assert.equal(await twin.count('From the other tab.'), 1);
  clean(ada, max, anna, bob);
  await resolve(first);
  await resolve(second);
  await ada.page.context().close();
  await max.page.context().close();
});

test('a declined offer and an expired one go to the other agent', options, async () => {
  const eve = await Guest.open(browser, wire.url);
  await eve.begin('Do you ship to Norway?');
  const first = await whoIsOffered();
  const second = first === anna ? bob : anna;
  await first.offer().getByRole('button', { name: /Decline/ }).click();
  await second.offer().waitFor();
  assert.equal(await first.offer().isVisible(), false);
  await second.accept();
  await second.say('We do.');
  await eve.line('We do.').waitFor();

  const kim = await Guest.open(browser, wire.url);
  await kim.begin('And to Chile?');
  const third = await whoIsOffered(); /* lets it pass */
  const fourth = third === anna ? bob : anna;
  await fourth.offer().waitFor({ timeout: 30000 });
  await third.page.getByRole('button', { name: /I.m back/ }).first().waitFor();
  await fourth.accept();
  await fourth.say('There too.');
  await kim.line('There too.').waitFor();
  await third.available();
  await resolve(fourth);
  await second.page.getByRole('link', { name: /Norway|We do/ }).first().click();
  await resolve(second);
  await eve.page.context().close();
  await kim.page.context().close();
});

test('an agent on a call is offered nothing until the call and its wrap-up end', options, async () => {
  await anna.page.getByRole('button', { name: /Presence/ }).click();
  await anna.page.getByRole('menuitemcheckbox', { name: /Offline|Log out|Out/ }).first().click();
  await phone({ port: d.port }, { agent: 'bob', call: 'c1', sequence: 1, state: 'active', from: '+447700900555' });
  await bob.page.getByText(/On a call/).first().waitFor();
  const lea = await Guest.open(browser, wire.url);
  await lea.begin('Is anybody there?');
  await lea.page.getByText(/queue|moment|wait/i).first().waitFor();
  await shot(lea.page, 'waiting');
  await shot(bob.page, 'on-a-call');
  await sleep(1500);
  assert.equal(await bob.offer().isVisible(), false, 'no offer while on a call');
  await phone({ port: d.port }, { agent: 'bob', call: 'c1', sequence: 2, state: 'idle' });
  await bob.accept();
  await bob.say('I am.');
  await lea.line('I am.').waitFor();
  clean(anna, bob, lea);
});

test('a page that is not on the list may not use the channel; plain HTTP from elsewhere logs nobody in', options, async () => {
  const page = await newPage(browser);
  await page.goto(`${wire.url.replace('127.0.0.1', 'localhost')}/demo`).catch(() => {});
  const refused = await page.evaluate(
    (url) => new Promise((done) => {
      const s = new WebSocket(url);
      s.onopen = () => done('open');
      s.onerror = () => done('refused');
    }),
    `${wire.url.replace('http', 'ws')}/chat/ws`,
  ).catch(() => 'refused');
  assert.equal(refused, 'refused');
  await page.context().close();
});
