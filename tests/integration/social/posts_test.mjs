/* Posts both ways, over social_http, against the real daemon: what a network's app gets and what the desk sees. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/system.mjs';

const secret = 'a secret of the posts of at least thirty-two bytes';
const got = [];
let d, app, lead;
before(async () => {
  app = createServer(async (req, res) => {
    let body = '';
    for await (const piece of req.setEncoding('utf8')) body += piece;
    got.push(JSON.parse(body));
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id: `app-${got.length}` }));
  });
  await new Promise((done) => app.listen(0, '127.0.0.1', done));
  d = await Daemon.start({
    change: (s) => {
      s.queues.social = { name: 'Social' };
      s.channels.posts = {
        connector: 'social_http', queue: 'social', url: `http://127.0.0.1:${app.address().port}/`, allow_private: true, secret,
        spike_per_minute: 5, rules: [{ keyword: 'is down', tags: ['outage'], priority: 0, alert: true }],
      };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  lead = await d.rest('lead');
});
after(async () => {
  await d?.stop();
  app?.closeAllConnections();
  app?.close();
});

async function post(json) {
  const body = JSON.stringify(json), time = `${Math.floor(Date.now() / 1000)}`;
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const r = await request({
    port: d.port, method: 'POST', path: '/hooks/posts', body,
    headers: { 'Content-Type': 'application/json', 'X-Tandem-Timestamp': time, 'X-Tandem-Signature': `v1=${signature}` },
  });
  assert.equal(r.status, 200, r.text);
}
const all = async () => (await lead.get('/v1/conversations?limit=200')).conversations;
const by = (who) => until(`${who} is there`, async () => (await all()).find((c) => c.peer.addr === who));
const get = async (id) => (await lead.get(`/v1/conversations/${id}`)).conversation;
async function done(path, body) {
  const r = await lead.call('POST', `${path}?wait=1`, body);
  assert.equal(r.status, 200, r.text);
  return r.json.result;
}

test('a mention is answered in its thread and liked; rules tag it', async () => {
  await post({ id: 'p-1', from: { id: 'rosa', name: 'Rosa' }, text: 'Your site IS DOWN!', visibility: 'unlisted', url: 'https://net.example/p-1' });
  const c = await by('rosa');
  assert.deepEqual([c.tags, c.posts[0].visibility, c.posts[0].url], [['outage'], 'unlisted', 'https://net.example/p-1']);
  assert.equal((await done(`/v1/conversations/${c.id}/messages`, { text: 'We are on it.' })).ok, true);
  const reply = await until('the app has the reply', () => got.find((m) => m.text === 'We are on it.'));
  assert.equal(reply.reply_to, 'p-1');
  assert.equal((await done(`/v1/conversations/${c.id}/react`, { seq: 1, text: '👍' })).ok, true);
  const like = await until('the app has the like', () => got.find((m) => m.type === 'reaction'));
  assert.deepEqual([like.target, like.text], ['p-1', '👍']);
});

test('its author edits and deletes it', async () => {
  await post({ id: 'p-2', from: { id: 'ada' }, text: 'My number is 1234' });
  const c = await by('ada');
  await post({ type: 'edit', id: 'e-1', target: 'p-2', from: { id: 'ada' }, text: 'My number is secret' });
  await until('the edit shows', async () => (await get(c.id)).last_text === 'My number is secret');
  await post({ type: 'delete', id: 'e-2', target: 'p-2', from: { id: 'ada' } });
  await until('nothing shows', async () => (await get(c.id)).posts[0].gone);
  assert.equal((await get(c.id)).last_text ?? '', '');
  assert.equal((await done(`/v1/conversations/${c.id}/messages`, { text: 'Hello?' })).error, 'gone');
});

test('a storm is one item of work, resolved as one', async () => {
  for (let i = 0; i < 12; i++) await post({ id: `s-${i}`, from: { id: `storm-${i}` }, text: `Nobody can log in since this morning, what is going on${'!'.repeat(i % 3)}` });
  await by('storm-11');
  const storm = (await all()).filter((c) => c.peer.addr.startsWith('storm-'));
  const cluster = await until('they are gathered', async () => (await all()).find((c) => c.work?.kind === 'cluster'));
  assert.ok(cluster.work.members.length >= 4, `${cluster.work.members.length} members`);
  assert.ok((await lead.get('/v1/channels')).channels.find((x) => x.id === 'posts').spike_since > 0);
  assert.equal((await done(`/v1/conversations/${cluster.id}/resolve`, { disposition: 'no-reply' })).ok, true);
  for (const id of cluster.work.members) {
    assert.ok(storm.some((c) => c.id === id));
    assert.deepEqual([(await get(id)).state, (await get(id)).disposition], ['resolved', 'no-reply']);
  }
});
