/* social_bluesky against the real servers of the network (network.mjs): what the provider asks and makes of
 * the answers, by its pure functions (probe.c). */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Network, missing } from './network.mjs';
import { Probe } from './probe.mjs';
import { sleep } from '../../lib/system.mjs';

if (missing) console.log(`skipped: social_bluesky against the real servers needs ${missing}`);
const skip = missing ? `needs ${missing}` : false;
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

let net, us, anna, bob, probe;
const mentions = {};

const mentionFacet = (text, who) => {
  const from = Buffer.byteLength(text.slice(0, text.indexOf(`@${who.handle}`)));
  return { index: { byteStart: from, byteEnd: from + who.handle.length + 1 }, features: [{ $type: 'app.bsky.richtext.facet#mention', did: who.did }] };
};
const mention = (who, text, more = {}) => who.agent.post({ text, facets: [mentionFacet(text, us)], createdAt: new Date().toISOString(), ...more });
const id = (n) => `01HF7YAT07000000000000${String(n).padStart(4, '0')}`;
const records = async (collection) => (await us.agent.com.atproto.repo.listRecords({ repo: us.did, collection, limit: 100 })).data.records;

before(async () => {
  if (missing) return;
  net = await Network.start();
  us = await net.account('teashop');
  anna = await net.account('anna');
  bob = await net.account('bob');
  await net.settled();
  /* else the network calls read what came before the newest: nobody has ever looked */
  await us.agent.app.bsky.notification.updateSeen({ seenAt: new Date(Date.now() - 60000).toISOString() });
  const { data } = await us.agent.com.atproto.server.createAppPassword({ name: 'tandem' });
  probe = new Probe({ handle: us.handle, app_password: data.password, service: net.url, allow_private: 'true', listen: ['tandemword'] });
}, { timeout: 120000 });
after(async () => {
  probe?.stop();
  await net?.stop();
}, { timeout: 60000 });

test('login by an app password, refresh, and tokens that are over', { skip }, async () => {
  const first = await probe.login();
  assert.equal(first.value.did, us.did);
  assert.equal(first.value.pds, net.url);
  assert.ok(first.refresh_at > Date.now() + 3600e3 && first.refresh_at < Date.now() + 7200e3);
  const second = await probe.login();
  assert.ok(probe.requests.at(-1).url.endsWith('refreshSession'));
  assert.notEqual(second.value.refresh, first.value.refresh);
  const good = probe.session;
  /* a token that has expired, signed as the server would */
  const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
  const claims = JSON.parse(Buffer.from(good.access.split('.')[1], 'base64url'));
  const { JWT_SECRET } = (await import('node:module')).createRequire(import.meta.url)('@atproto/dev-env/dist/const.js');
  const head = `${part({ typ: 'at+jwt', alg: 'HS256' })}.${part({ ...claims, iat: 1600000000, exp: 1600007200 })}`;
  const expired = `${head}.${createHmac('sha256', JWT_SECRET).update(head).digest('base64url')}`;
  for (const [access, error] of [[expired, 'ExpiredToken'], ['wrong', 'InvalidToken']]) {
    probe.session = { ...good, access };
    const r = await probe.exchange({ poll: {} });
    assert.equal(r.status, 400, r.text);
    assert.equal(JSON.parse(r.text).error, error);
    assert.equal(r.over, true);
  }
  probe.session = '';
  assert.equal((await probe.exchange({ poll: {} })).over, true); /* none at all: 401 */
  probe.session = good;
});

test('mentions, replies and quotes come in once; likes and our own do not', { skip }, async () => {
  const text = `Grüße @${us.handle}, see example.com/a/very… 😭`;
  const at = Buffer.byteLength(text.slice(0, text.indexOf('example')));
  const link = { index: { byteStart: at, byteEnd: at + Buffer.byteLength('example.com/a/very…') }, features: [{ $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com/a/very/long/path' }] };
  const post = await anna.agent.post({ text, facets: [mentionFacet(text, us), link], langs: ['de'] });
  const ours = await us.agent.post({ text: 'our news' });
  await bob.agent.post({ text: 'a reply', reply: { root: ours, parent: ours } });
  await bob.agent.post({ text: 'a quote', embed: { $type: 'app.bsky.embed.record', record: ours } });
  await bob.agent.like(ours.uri, ours.cid);
  await bob.agent.follow(us.did);
  await net.settled();
  const { messages } = await probe.poll(mentions);
  assert.deepEqual(messages.map((m) => m.text), ['Grüße @teashop.test, see https://example.com/a/very/long/path 😭', 'a reply', 'a quote']);
  const [m, reply, quote] = messages;
  assert.equal(m.external_id, post.uri);
  assert.equal(m.root_id, post.uri);
  assert.equal(m.language, 'de');
  assert.deepEqual(m.from, { type: 'bluesky', addr: anna.did, name: '@anna.test' });
  assert.equal(reply.parent_id, ours.uri);
  assert.ok(quote.quoted.endsWith(ours.uri.split('/').at(-1)));
  Object.assign(mentions, { post: m });
  assert.equal((await probe.poll(mentions)).messages.length, 0);
});

test('260 mentions while we were away: each once, by several pages', { skip }, async () => {
  const base = Date.now(); /* pages end at a time: what has the same would be lost by the server */
  await sleep(300);
  const record = (i) => ({ $type: 'app.bsky.feed.post', text: `@${us.handle} number ${i}`, facets: [mentionFacet(`@${us.handle}`, us)], createdAt: new Date(base + i).toISOString() });
  for (let i = 0; i < 260; i += 130)
    await anna.agent.com.atproto.repo.applyWrites({ repo: anna.did, writes: Array.from({ length: 130 }, (_, k) => ({ $type: 'com.atproto.repo.applyWrites#create', collection: 'app.bsky.feed.post', value: record(i + k) })) });
  await net.settled();
  const { messages, requests } = await probe.poll(mentions);
  assert.equal(new Set(messages.map((m) => m.text)).size, 260);
  assert.equal(messages.length, 260);
  assert.ok(requests >= 3 && requests <= 4, `${requests} requests`);
  assert.equal((await probe.poll(mentions)).messages.length, 0);
});

test('a reply stands in the thread, with its facets; sent twice it stands there once', { skip }, async () => {
  const text = `Hello @anna.test 👩‍👩‍👧: https://example.com/ä (#tandem)`;
  const message = { to: anna.did, key: id(1), at: Date.now(), text, reply_ref: mentions.post.reply_ref, language: 'en' };
  const one = await probe.submit(message);
  assert.equal(one.verdict.kind, 'accepted', one.text);
  const head = async () => (await us.agent.com.atproto.sync.getLatestCommit({ did: us.did })).data.rev;
  const rev = await head();
  const two = await probe.submit(message);
  assert.deepEqual(two.verdict, one.verdict);
  assert.equal(JSON.parse(two.text).cid, JSON.parse(one.text).cid);
  assert.equal(await head(), rev); /* nothing was written */
  await net.settled();
  const { data } = await anna.agent.app.bsky.feed.getPostThread({ uri: mentions.post.external_id });
  assert.deepEqual(data.thread.replies.map((r) => r.post.record.text), [text]);
  const facets = data.thread.replies[0].post.record.facets.map((f) => [Buffer.from(text).subarray(f.index.byteStart, f.index.byteEnd).toString(), f.features[0].$type.split('#')[1]]);
  assert.deepEqual(facets, [['@anna.test', 'mention'], ['https://example.com/ä', 'link'], ['#tandem', 'tag']]);
  mentions.reply = one.verdict.external_id;
});

test('300 characters as the server counts them, and no more', { skip }, async () => {
  const count = 300;
  for (const [n, c] of ['🇩🇪', 'é', '👍🏽', '각'].entries()) {
    const r = await probe.submit({ to: anna.did, key: id(10 + n), at: Date.now(), text: c.repeat(count), reply_ref: mentions.post.reply_ref });
    assert.equal(r.verdict.kind, 'accepted', `${c}: ${r.text}`);
    await assert.rejects(probe.submit({ key: id(20 + n), text: c.repeat(count + 1), reply_ref: mentions.post.reply_ref }), /301/);
    await assert.rejects(us.agent.post({ text: c.repeat(count + 1) }), /grapheme too big/);
  }
  const r = await probe.exchange({ submit: { key: id(30), at: Date.now(), text: 'x', reply_ref: mentions.post.reply_ref, language: 'not a language' } });
  assert.equal(r.verdict.kind, 'permanent', r.text);
});

test('images are uploaded and shown with what describes them', { skip }, async () => {
  const file = { name: 'A whole cup.png', type: 'image/png' };
  const up = await probe.exchange({ upload: file }, PNG);
  assert.ok(up.ref, up.text);
  const again = await probe.exchange({ upload: file }, PNG);
  assert.equal(again.ref, up.ref);
  const r = await probe.submit({ key: id(40), at: Date.now(), text: 'Look:', reply_ref: mentions.post.reply_ref, attachments: [{ ...file, url: up.ref }] });
  assert.equal(r.verdict.kind, 'accepted', r.text);
  await net.settled();
  const { data } = await anna.agent.app.bsky.feed.getPosts({ uris: [r.verdict.external_id] });
  assert.deepEqual(data.posts[0].embed.images.map((i) => i.alt), ['A whole cup']);
});

test('a like counts once however often it is sent, and is taken back', { skip }, async () => {
  const like = { kind: 'reaction', key: id(50), at: Date.now(), text: '👍', in_reply_to: mentions.post.external_id, reply_ref: mentions.post.reply_ref };
  const likes = async () => {
    await net.settled();
    return (await anna.agent.app.bsky.feed.getPosts({ uris: [mentions.post.external_id] })).data.posts[0].likeCount;
  };
  for (let i = 0; i < 2; i++) assert.equal((await probe.submit(like)).verdict.kind, 'accepted');
  assert.equal(await likes(), 1);
  assert.equal((await records('app.bsky.feed.like')).length, 1);
  for (let i = 0; i < 2; i++) assert.equal((await probe.submit({ ...like, text: '' })).verdict.kind, 'accepted');
  assert.equal(await likes(), 0);
  assert.equal((await probe.submit({ ...like, key: id(51), at: Date.now() })).verdict.kind, 'accepted');
  assert.equal(await likes(), 1);
});

test('our reply is deleted', { skip }, async () => {
  const r = await probe.submit({ kind: 'delete', key: id(60), in_reply_to: mentions.reply });
  assert.equal(r.verdict.kind, 'accepted', r.text);
  assert.ok(!(await records('app.bsky.feed.post')).some((p) => p.uri === mentions.reply));
});

test('a search listens to posts that nobody wrote to us', { skip }, async () => {
  const search = {};
  await anna.agent.post({ text: 'tandemword of yesterday' });
  await net.settled();
  assert.equal((await probe.poll(search, 1)).messages.length, 0);
  await anna.agent.post({ text: 'tandemword today' });
  await mention(bob, `@${us.handle} tandemword`);
  await us.agent.post({ text: 'our tandemword' });
  await net.settled();
  const { messages } = await probe.poll(search, 1);
  assert.deepEqual(messages.map((m) => [m.text, m.flags]), [['tandemword today', 32]]);
  assert.deepEqual((await probe.poll(mentions)).messages.map((m) => m.text), [`@${us.handle} tandemword`]);
});
