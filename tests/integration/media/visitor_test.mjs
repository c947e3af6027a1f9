/* What visitors hand in: by their token, from the channel's pages, within a budget, once they have a
 * conversation; sniffed; seen by the agent and by the visitor, sent by nobody else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/system.mjs';

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('a picture of a visitor'.repeat(20))]);
const sha = (b) => createHash('sha256').update(b).digest('hex');
let d, lead, ada, eve;

before(async () => {
  d = await Daemon.start({ change: (s) => (s.channels.web.media_max = '2MiB') });
  await d.addUser('lead', { role: 'supervisor' });
  lead = await d.rest('lead');
  ada = d.visitor();
  eve = d.visitor();
  for (const v of [ada, eve]) await until('welcome', () => v.token);
});
after(() => d?.stop());

const upload = (v, body, { name = 'a.png', type = 'image/png', headers = {}, method = 'POST' } = {}) =>
  request({ port: d.port, method, path: `/chat/files?channel=web&name=${encodeURIComponent(name)}`, body,
    headers: { Origin: d.url, 'Content-Type': type, ...(v ? { Authorization: `Bearer ${v.token}` } : {}), ...headers } });
const say = async (v, body) => {
  const c = v.push((id) => ({ t: 'send', id, ...body }));
  return new Promise((done) => {
    v.on('frame', (f) => (f.t === 'result' || f.t === 'refused') && f.id === c.id && done(f));
  });
};

test('a file needs a token of the channel, one of its pages, and a conversation', async () => {
  assert.equal((await upload(ada, png)).status, 409, 'nothing was said yet');
  for (const v of [ada, eve]) {
    v.start();
    v.send('hello');
    await until('a conversation', () => v.lines.size > 0);
  }
  assert.equal((await upload(null, png)).status, 401);
  assert.equal((await upload({ token: ada.token.replace(/.$/, (x) => (x === 'A' ? 'B' : 'A')) }, png)).status, 401);
  assert.equal((await upload(ada, png, { headers: { Origin: 'https://evil.example' } })).status, 403);
  assert.equal((await upload(ada, Buffer.alloc(0))).status, 400);
  assert.equal((await upload(ada, Buffer.alloc(3 << 20))).status, 413);
  const pre = await upload(null, undefined, { method: 'OPTIONS' });
  assert.deepEqual([pre.status, pre.headers['access-control-allow-origin']], [204, d.url]);
  assert.match(pre.headers['access-control-allow-headers'], /authorization/);
  assert.equal((await upload(null, undefined, { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } })).status, 403);
  assert.equal(ada.config.file_max, 2 << 20);
});

test('what was handed in is sent by its visitor alone, and both sides see it', async () => {
  const up = await upload(ada, png, { name: '../über "x".png', type: 'text/html' });
  assert.equal(up.status, 201, up.text);
  assert.equal(up.headers['access-control-allow-origin'], d.url);
  assert.match((await say(eve, { text: 'mine', file: up.json.file })).text, /no upload of yours/);
  assert.match((await say(ada, { file: `${up.json.file.slice(0, -3)}AAA` })).text, /no upload of yours/);
  assert.match((await say(ada, {})).text, /text/);
  const r = await say(ada, { file: up.json.file });
  assert.equal(r.ok, true, JSON.stringify(r));
  const line = await until('the line', () => ada.lines.get(r.seq));
  assert.equal(line.files[0].type, 'image/png');
  const shown = await request({ port: d.port, path: line.files[0].url });
  assert.deepEqual([shown.status, shown.bytes.equals(png)], [200, true]);
  const conv = (await lead.get('/v1/conversations?limit=9')).conversations.find((c) => c.peer.addr === ada.id);
  const m = (await lead.get(`/v1/conversations/${conv.id}/messages?after=0`)).messages.find((x) => x.seq === r.seq);
  assert.deepEqual([m.attachments[0].sha256, m.attachments[0].type, m.attachments[0].bytes], [sha(png), 'image/png', png.length]);
  assert.ok(!m.attachments[0].name.includes('/'));
  const got = await request({ port: d.port, path: `/v1/conversations/${conv.id}/messages/${r.seq}/attachments/0`, headers: { Cookie: lead.cookie } });
  assert.deepEqual([got.status, got.bytes.equals(png)], [200, true]);
  const evil = await upload(ada, Buffer.from('<script>alert(1)</script>'), { name: 'x.png' });
  const e = await say(ada, { text: 'look', file: evil.json.file });
  assert.equal((await until('the line', () => ada.lines.get(e.seq))).files[0].type, 'application/octet-stream');
});

test('the budgets end', async () => {
  let status = 201, n = 0;
  while (status === 201 && n++ < 200) ({ status } = await upload(eve, Buffer.from(`file ${n}`)));
  assert.equal(status, 429);
  assert.ok(n > 90 && n < 130, `${n} files`);
  assert.equal((await upload(ada, png)).status, 201, 'another visitor has his own');
});
