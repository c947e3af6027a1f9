/* Files in MMS both ways: a provider that redirects, lies, never ends, sends too much; crashes between
 * two steps; uploads, who may send and who may see them. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { cpSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { freePort, until } from '../../lib/system.mjs';

const token = 'the-token-that-twilio-has';
const account = `AC${'0123456789abcdef'.repeat(2)}`;
const basic = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`;
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('a picture, more or less'.repeat(20))]);
const sha = (b) => createHash('sha256').update(b).digest('hex');

let api, cdn, apiUrl, cdnUrl, d, lead, boss, bob;
const seen = []; /* requests, as { where, path, authorization } */
const sent = []; /* messages, as URLSearchParams */
const script = new Map(); /* path → (req, res) */
const open = new Set();

async function serve(where) {
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (x) => (body += x));
    req.on('end', () => {
      seen.push({ where, path: req.url, authorization: req.headers.authorization });
      if (req.method === 'POST') {
        sent.push(new URLSearchParams(body));
        res.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ sid: `SM${sent.length}` }));
      } else (script.get(req.url) ?? ((_, r) => r.writeHead(404).end('none')))(req, res);
    });
  });
  server.on('connection', (s) => open.add(s.on('close', () => open.delete(s))));
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return [server, `http://127.0.0.1:${port}`];
}

before(async () => {
  [api, apiUrl] = await serve('api');
  [cdn, cdnUrl] = await serve('cdn');
  d = await Daemon.start({
    change(s) {
      const common = { connector: 'sms_twilio', queue: 'sms', account_sid: account, auth_token: token, from: '+18005551212', api_url: apiUrl };
      s.server.public_url = 'https://chat.example.org';
      s.channels.mms = { ...common, allow_private: true, media_max: '64KiB', public_url: `${s.server.public_url}/hooks/mms` };
      s.channels.careful = { ...common, public_url: `${s.server.public_url}/hooks/careful` };
      s.channels.plain = { ...s.channels.sms };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('boss', { role: 'admin' });
  await d.addUser('bob', { queues: 'chat' });
  [lead, boss, bob] = await Promise.all(['lead', 'boss', 'bob'].map((id) => d.rest(id)));
});
after(async () => {
  await d?.stop();
  for (const s of open) s.destroy();
  api?.close();
  cdn?.close();
});

let next = 1;
const conversation = (from) => until('the conversation', async () => (await lead.get('/v1/conversations?limit=200')).conversations.find((c) => c.peer.addr === from));
async function page(c) {
  return lead.get(`/v1/conversations/${c.id}/messages?after=0`);
}
const item = async (c, i = 0) => (await page(c)).media[0]?.items[i];
const settled = (c, i = 0) => until('it is stored or given up', async () => (await item(c, i))?.state !== 'waiting' && item(c, i));

/* An MMS comes in; its conversation. */
async function mms(urls, { channel = 'mms', type = 'image/png' } = {}) {
  const n = next++;
  const from = `+1415867${String(n).padStart(4, '0')}`;
  const params = { MessageSid: `MM${n}`, From: from, To: '+18005551212', Body: `picture ${n}`, NumMedia: String(urls.length) };
  urls.forEach((url, i) => Object.assign(params, { [`MediaUrl${i}`]: url, [`MediaContentType${i}`]: type }));
  const path = `/hooks/${channel}`;
  const text = `https://chat.example.org${path}` + Object.keys(params).sort().map((k) => k + params[k]).join('');
  const r = await request({ port: d.port, method: 'POST', path, body: new URLSearchParams(params).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': createHmac('sha1', token).update(text).digest('base64') } });
  assert.equal(r.status, 200, r.text);
  return conversation(from);
}
const media = (name, answer) => {
  const path = `/2010-04-01/Accounts/${account}/Messages/MM/Media/${name}`;
  script.set(path, answer);
  return apiUrl + path;
};
const bytes = (type, body) => (_, res) => res.writeHead(200, { 'Content-Type': type }).end(body);
const attachment = (c, who = lead, headers = {}) => request({ port: d.port, path: `/v1/conversations/${c.id}/messages/1/attachments/0`, headers: { Cookie: who.cookie, ...headers } });

test('a picture is fetched with credentials that stop at a redirect elsewhere, stored and served', async () => {
  script.set('/there', bytes('image/png', png));
  const c = await mms([media('a', (_, res) => res.writeHead(307, { Location: `${cdnUrl}/there` }).end())]);
  const x = await settled(c);
  assert.deepEqual([x.state, x.type, x.bytes, x.sha256], ['stored', 'image/png', png.length, sha(png)]);
  assert.ok(!JSON.stringify(await page(c)).includes(apiUrl), 'the address is nobody\'s business');
  assert.equal(seen.find((s) => s.path.endsWith('/Media/a')).authorization, basic);
  assert.equal(seen.find((s) => s.path === '/there').authorization, undefined);
  const r = await attachment(c);
  assert.deepEqual([r.status, r.headers['content-type'], r.bytes.equals(png)], [200, 'image/png', true]);
  assert.match(r.headers['content-disposition'], /^inline;/);
  assert.equal(r.headers['x-content-type-options'], 'nosniff');
  assert.match(r.headers['content-security-policy'], /sandbox/);
  assert.equal((await attachment(c, lead, { 'If-None-Match': r.headers.etag })).status, 304);
  const part = await attachment(c, lead, { Range: 'bytes=0-7' });
  assert.deepEqual([part.status, part.bytes.length, part.headers['content-range']], [206, 8, `bytes 0-7/${png.length}`]);
  assert.equal((await attachment(c, lead, { Range: `bytes=${png.length}-` })).status, 416);
  assert.equal((await attachment(c, bob)).status, 404, 'not his queue');
  assert.equal((await request({ port: d.port, path: `/v1/conversations/${c.id}/messages/1/attachments/0` })).status, 401);
});

test('what the bytes say counts, and what could run is only saved', async () => {
  const page = '<html><script>alert(1)</script></html>';
  const html = await mms([media('lie', bytes('image/png', page))]);
  assert.equal((await settled(html)).type, 'application/octet-stream');
  const r = await attachment(html);
  assert.match(r.headers['content-disposition'], /^attachment;/);
  const svg = await mms([media('svg', bytes('image/svg+xml', '<svg onload="x"/>'))], { type: 'image/svg+xml' });
  assert.equal((await settled(svg)).type, 'application/octet-stream');
  assert.match((await attachment(svg)).headers['content-disposition'], /^attachment;/);
});

test('too much, an endless one, a circle and a private address are given up with the reason', async () => {
  const big = await mms([media('big', bytes('image/png', Buffer.alloc(70000, 1)))]);
  const endless = await mms([media('endless', (_, res) => {
    res.writeHead(200, { 'Content-Type': 'image/png' });
    const more = () => res.destroyed || (res.write(Buffer.alloc(4096, 2)), setTimeout(more, 2));
    more();
  })]);
  const circle = await mms([media('circle', (req, res) => res.writeHead(302, { Location: req.url }).end())]);
  const hidden = await mms([media('hidden', bytes('image/png', png))], { channel: 'careful' });
  const file = await mms([media('file', (_, res) => res.writeHead(302, { Location: 'file:///etc/passwd' }).end())]);
  for (const [c, why] of [[big, /larger than 64 KiB/], [endless, /larger than/], [circle, /too often/], [hidden, /private address/], [file, /no web address/]]) {
    const x = await settled(c);
    assert.equal(x.state, 'failed');
    assert.match(x.error, why);
    assert.equal((await attachment(c)).status, 404);
  }
  assert.ok(!seen.some((s) => s.path.endsWith('/hidden')), 'nobody was asked');
});

test('trouble is tried again, and a person may ask for another round', async () => {
  const c = await mms([media('later', (_, res) => res.writeHead(503).end())]);
  const x = await until('it failed', async () => {
    const now = await item(c);
    return now?.attempts && now;
  });
  assert.equal(x.state, 'waiting');
  assert.match(x.error, /status 503/);
  assert.ok(x.next_at);
  const again = () => lead.call('POST', `/v1/conversations/${c.id}/messages/retry-files?wait=1`, { seq: 1 });
  media('later', (_, res) => res.writeHead(410).end());
  assert.match((await settled(c)).error, /status 410/);
  media('later', bytes('image/png', png));
  assert.equal((await again()).json.result.ok, true);
  assert.equal((await settled(c)).state, 'stored');
  assert.equal((await again()).json.result.error, 'not-found');
});

test('a crash between any two steps loses nothing', async () => {
  const before = await mms([media('slow', () => {})]); /* never answered: killed while it is fetched */
  await until('it is being fetched', () => seen.some((s) => s.path.endsWith('/slow')));
  await d.kill();
  media('slow', bytes('image/png', png));
  /* dies when the file is stored and nobody was told */
  await d.spawn({ env: { TANDEM_FAILPOINT: 'media.after_store' }, wait: false });
  await d.current.ended;
  await d.spawn();
  assert.equal((await settled(before)).state, 'stored');
  assert.equal(await d.redis('SCARD', '{main}:fetch:mms'), '0');
  assert.equal(await d.redis('SISMEMBER', '{main}:blobs', sha(png)), '1');
});

const upload = (who, name, type, body, headers = {}) => request({ port: d.port, method: 'POST', path: `/v1/uploads?name=${encodeURIComponent(name)}`, body,
  headers: { Cookie: who.cookie, 'X-CSRF': who.csrf, Origin: d.url, 'Content-Type': type, ...headers } });

test('what is uploaded can be sent by who uploaded it, and fetched by the provider', async () => {
  const c = await mms([]);
  for (const r of [lead, boss]) r.csrf = (await r.get('/v1/me')).csrf;
  const up = await upload(lead, '../Rechnung "1".png', 'text/html', png);
  assert.equal(up.status, 201, up.text);
  assert.deepEqual([up.json.attachment.type, up.json.attachment.bytes, up.json.attachment.sha256], ['image/png', png.length, sha(png)]);
  assert.equal((await upload(lead, 'x', 'image/png', png, { 'X-CSRF': 'no' })).status, 401);
  assert.equal((await upload(lead, 'x', 'image/png', png, { Origin: 'https://evil.example' })).status, 401);
  assert.equal((await request({ port: d.port, method: 'POST', path: '/v1/uploads', body: png })).status, 401);
  const say = (who, body) => who.call('POST', `/v1/conversations/${c.id}/messages?wait=1`, body);
  const forged = up.json.file.slice(0, -2) + (up.json.file.endsWith('AA') ? 'BB' : 'AA');
  for (const [who, files] of [[boss, [up.json.file]], [lead, [forged]], [lead, ['u1.x.y']]])
    assert.match((await say(who, { text: 'x', files })).json.text, /no upload of yours/);
  assert.match((await say(lead, { text: 'x', attachments: [{ sha256: sha(png) }] })).json.text, /attachments: unknown field/);
  assert.equal((await say(lead, {})).json.result.error, 'invalid');
  const ok = await say(lead, { text: '', files: [up.json.file] });
  assert.equal(ok.json.result?.ok, true, ok.text);
  const form = await until('it was sent', () => sent.at(-1));
  const url = new URL(form.get('MediaUrl'));
  assert.equal(url.origin, 'https://chat.example.org');
  const got = await request({ port: d.port, path: url.pathname + url.search });
  assert.deepEqual([got.status, got.headers['content-type'], got.bytes.equals(png)], [200, 'image/png', true]);
  for (const wrong of [url.search.replace('image', 'text'), url.search.replace(/exp=\d/, 'exp=9'), url.search.replace(/sig=./, 'sig='), ''])
    assert.equal((await request({ port: d.port, path: url.pathname + wrong })).status, 403);
  assert.equal((await request({ port: d.port, path: url.pathname.replace(sha(png), sha('other')) + url.search })).status, 403);
  const line = (await page(c)).messages.at(-1);
  assert.deepEqual([line.attachments[0].name, line.attachments[0].sha256], ['Rechnung _1_.png', sha(png)]);
  const big = await upload(lead, 'big.png', 'image/png', Buffer.concat([png, Buffer.alloc(100000)]));
  assert.match((await say(lead, { text: 'x', files: [big.json.file] })).json.result.text, /larger than the 64 KiB/);
  assert.equal((await upload(lead, 'huge', 'image/png', Buffer.alloc(27 << 20))).status, 413);
});

test('a backup with a stored file and one that waits goes on elsewhere', async () => {
  const kept = await mms([media('kept', bytes('image/png', png))]);
  assert.equal((await settled(kept)).state, 'stored');
  const waits = await mms([media('waits', (_, res) => res.writeHead(503).end())]);
  await until('it was tried', async () => (await item(waits))?.attempts);
  await until('it is noted', async () => (await d.redis('SISMEMBER', '{main}:fetch:mms', `${waits.id}/1`)) === '1');
  const file = join(d.dir, 'backup');
  assert.match(await d.ctl('backup', file), /tandem\.key and blobs beside it/);
  const other = new Daemon();
  await other.prepare({ change: (s) => Object.assign(s, structuredClone(d.settings), { server: s.server }) });
  for (const what of ['tandem.key', 'blobs']) cpSync(join(d.dir, what), join(other.dir, what), { recursive: true });
  await d.stop();
  const found = Buffer.concat([png, Buffer.from('late')]);
  media('waits', bytes('image/png', found));
  try {
    await other.ctl('restore', file);
    await other.spawn();
    for (const [id, u] of d.users) other.users.set(id, u);
    const boss2 = await other.rest('lead');
    const get = (c) => request({ port: other.port, path: `/v1/conversations/${c.id}/messages/1/attachments/0`, headers: { Cookie: boss2.cookie } });
    const stored = await get(kept);
    assert.deepEqual([stored.status, stored.bytes.equals(png)], [200, true]);
    const late = await until('the one that waited', async () => {
      const r = await get(waits);
      return r.status === 200 && r;
    });
    assert.ok(late.bytes.equals(found));
    assert.equal(await other.redis('SCARD', '{main}:fetch:mms'), '0');
  } finally {
    await other.stop();
  }
});
