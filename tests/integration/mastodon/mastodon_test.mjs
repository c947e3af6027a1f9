/* A mention comes in by the stream, the connection is cut, what was missed comes by poll, nothing stands
 * twice; the answer is posted once, in the thread, no wider than what it answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';
import { FakeMastodon } from './server.mjs';

let server;
let d;
let rest;
let anna;

before(async () => {
  server = await FakeMastodon.start();
  server.mention('older than the channel');
  d = await Daemon.start({
    change(s) {
      s.queues.social = { name: 'Social' };
      s.channels.mastodon = {
        connector: 'social_mastodon', queue: 'social', url: server.url, account: '@help@m.example', access_token: server.token,
        hashtags: ['acme'], allow_private: true, poll_interval: '1s', rate: 100, timeout: '2s',
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

const inbound = async () => (await observe(rest)).conversations.filter((c) => c.channel === 'mastodon').flatMap((c) => c.messages.filter((m) => m.direction === 'in').map((m) => ({ conv: c.id, ...m })));
const texts = async () => (await inbound()).map((m) => m.text);

test('a mention comes by the stream, once', async () => {
  await until('the stream is open', () => server.streams.size === 1);
  await until('the first look is over', () => server.requests.filter((r) => r.path === '/api/v1/notifications').length >= 2);
  server.mention('my order is late<br>please help');
  await until('it is stored', async () => (await texts()).includes('my order is late\nplease help'));
  await sleep(2500); /* the polls bring it again, at least twice: it must not be stored again */
  const [one, ...more] = await inbound();
  assert.equal(more.length, 0);
  assert.equal(one.from.addr, 'alice@remote.example');
});

test('what was missed while the stream was cut comes by poll, in order and once', async () => {
  server.mute = true;
  server.cutStreams();
  await until('it is cut', () => server.streams.size === 0);
  const sent = ['first missed', 'second missed', 'third missed'];
  for (const text of sent) server.mention(text);
  await until('they are stored', async () => (await texts()).length === 4);
  server.mute = false;
  await until('the stream is open again', () => server.streams.size === 1, { ms: 20000 });
  server.mention('after the cut');
  await until('it is stored', async () => (await texts()).length === 5);
  await sleep(2500);
  assert.deepEqual((await texts()).slice(1), [...sent, 'after the cut']);
});

test('a restart goes on where it was', async () => {
  await d.kill();
  server.mention('while nobody was there');
  await d.spawn();
  await until('it is stored', async () => (await texts()).includes('while nobody was there'));
  await sleep(2500);
  assert.equal((await texts()).length, 6);
  assert.ok(!(await texts()).some((t) => t.includes('older than the channel')));
});

test('a hashtag brings the posts that do not mention us', async () => {
  server.hashtag('love the new #acme', 'bob@other.example');
  await until('it is stored', async () => (await texts()).includes('love the new #acme'));
});

test('an answer is posted once, even if the daemon dies before it is confirmed', async () => {
  server.mention('a private matter', { from: 'carol@remote.example', visibility: 'direct' });
  await until('it is stored', async () => (await texts()).includes('a private matter'));
  const { conv } = (await inbound()).find((m) => m.text === 'a private matter');
  await until('anna picks it', async () => (await anna.cmd('work.pick', { conv })).ok, { every: 100 });
  server.holdsAnswers = true;
  const r = await anna.cmd('message.send', { conv, text: 'We have written to you.' });
  assert.ok(r.ok, JSON.stringify(r));
  await until('it is posted', () => server.posts.length === 1);
  await d.kill();
  server.holdsAnswers = false;
  await d.spawn();
  await until('it is sent', async () => (await observe(rest)).conversations.find((c) => c.id === conv).deliveries.some((x) => x.state === 'sent'));
  assert.equal(server.requests.filter((x) => x.path === '/api/v1/statuses').length, 2);
  assert.equal(server.posts.length, 1);
  const [post] = server.posts;
  assert.equal(post.status, '@carol@remote.example We have written to you.');
  assert.equal(post.visibility, 'direct');
  assert.ok(post.key);
});
