/* Mentions come in once, by pages and over a kill; an answer is posted once; each refresh token is used once,
 * also over a kill; a limit and used-up credits stop posts for as long as they last; a reads budget is kept. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';
import { FakeX } from './server.mjs';

let server;
let d;
let rest;
let anna;

before(async () => {
  server = await FakeX.start();
  server.mention('older than the channel');
  d = await Daemon.start({
    change(s) {
      s.queues.social = { name: 'Social' };
      s.channels.x = {
        connector: 'social_x', queue: 'social', api: server.url, user_id: '900', username: 'acme', client_id: 'client', client_secret: 'hush',
        refresh_token: 'refresh-0', budget_reads: 100, allow_private: true, poll_interval: '1s', rate: 100, timeout: '2s',
      };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('anna', { queues: 'social' });
  rest = await d.rest('lead');
  anna = await d.agent('anna');
});
after(async () => {
  await d?.stop();
  await server?.stop();
});

const polls = () => server.requests.filter((r) => r.path === '/2/users/900/mentions' && r.status === 200);
const convs = async () => (await observe(rest)).conversations.filter((c) => c.channel === 'x');
const inbound = async () => (await convs()).flatMap((c) => c.messages.filter((m) => m.direction === 'in').map((m) => ({ conv: c.id, ...m })));
const texts = async () => (await inbound()).map((m) => m.text);
const states = async (conv) => (await convs()).find((c) => c.id === conv).deliveries.map((x) => x.state);
const channel = async () => JSON.stringify((await rest.get('/v1/channels')));
async function pick(text) {
  await until(`"${text}" is stored`, async () => (await texts()).includes(`@acme ${text}`));
  const { conv } = (await inbound()).find((m) => m.text === `@acme ${text}`);
  await until('anna has it', async () => (await anna.cmd('work.pick', { conv })).ok, { every: 100 });
  return conv;
}
async function send(conv, text) {
  const r = await anna.cmd('message.send', { conv, text });
  assert.ok(r.ok, JSON.stringify(r));
}

test('mentions come in once, by several pages, and not what was before the channel', async () => {
  await until('the first look is over', () => polls().length >= 2);
  server.pageMax = 2;
  const sent = ['one', 'two', 'three', 'four', 'five'];
  for (const t of sent) server.mention(t);
  await until('all are stored', async () => (await texts()).length === 5);
  await sleep(2500); /* two more polls at least: nothing may come twice */
  assert.deepEqual((await texts()).sort(), sent.map((t) => `@acme ${t}`).sort());
  const [first] = await inbound();
  assert.equal(first.from.addr, '77');
  assert.equal(server.tokens.length, 1);
});

test('an answer is posted once, in the thread', async () => {
  const id = server.mention('my order is late');
  const conv = await pick('my order is late');
  await send(conv, 'We are on it.');
  await until('it is sent', async () => (await states(conv)).includes('sent'));
  assert.deepEqual(server.tweets.map((t) => [t.text, t.reply.in_reply_to_tweet_id]), [['We are on it.', id]]);
});

test('after a kill -9 it goes on with the tokens it has, and with the next refresh token when they are over', async () => {
  await d.kill();
  server.mention('while nobody was there');
  await d.spawn();
  await until('it is stored', async () => (await texts()).includes('@acme while nobody was there'));
  assert.deepEqual(server.tokens, ['refresh-0']); /* kept: not asked for again */
  server.access = null; /* X has ended the session */
  await until('it was refreshed', () => server.tokens.length === 2);
  await until('polls go on', () => polls().at(-1).auth === 'Bearer access-2');
  await d.kill();
  server.access = null;
  await d.spawn();
  await until('polls go on', () => polls().at(-1).auth === 'Bearer access-3');
  assert.deepEqual(server.tokens, ['refresh-0', 'refresh-1', 'refresh-2']);
});

test('a post that a kill cut short is not sent again', async () => {
  server.mention('a broken cup');
  const conv = await pick('a broken cup');
  const before = server.tweets.length;
  server.holds = true;
  await send(conv, 'A new one is on its way.');
  await until('it is posted', () => server.tweets.length === before + 1);
  await d.kill();
  server.holds = false;
  await d.spawn();
  await until('nobody knows', async () => (await states(conv)).includes('unknown'));
  await sleep(1500);
  assert.equal(server.tweets.length, before + 1);
});

test('429 pauses until the time that its header says', async () => {
  server.mention('too many of us');
  const conv = await pick('too many of us');
  const tried = () => server.requests.filter((r) => r.path === '/2/tweets').length;
  const n = tried();
  server.limitUntil = (Math.floor(Date.now() / 1000) + 5) * 1000;
  await send(conv, 'A moment, please.');
  await until('it is sent', async () => (await states(conv)).includes('sent'), { ms: 30000 });
  assert.equal(tried(), n + 2); /* one that was refused, one that was not */
  assert.ok(server.tweets.at(-1).at >= server.limitUntil);
});

test('when the reads are used up no more are asked for, and answers still go out', async () => {
  const conv = await (async () => { server.mention('the last but one'); return pick('the last but one'); })();
  server.pageMax = 100;
  for (let i = 0; i < 120; i++) server.mention(`flood ${i}`);
  await until('the channel says so', async () => (await channel()).includes('budget_reads'), { ms: 30000 });
  assert.ok(server.handedOut <= 100, `${server.handedOut} posts were read`);
  assert.ok(server.handedOut > 95);
  const n = polls().length;
  await sleep(3000);
  assert.equal(polls().length, n);
  await send(conv, 'Still here.');
  await until('it is sent', () => server.tweets.at(-1).text === 'Still here.');
  server.broke = true; /* and X's own budget */
  await send(conv, 'And now?');
  await until('the channel says so', async () => (await channel()).includes('credits at X are used up'));
  assert.ok(!server.tweets.some((t) => t.text === 'And now?'));
});
