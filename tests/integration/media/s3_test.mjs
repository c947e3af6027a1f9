/* Files in a bucket: put, read by another process, handed over by the sweeper, refused in clear words.
 * The bucket here takes a request only when a signature made independently (aws4) is the same. */
import assert from 'node:assert/strict';
import aws4 from 'aws4';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { binaries, freePort, until } from '../../lib/system.mjs';

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a/secret+with=signs' };
const sha = (b) => createHash('sha256').update(b).digest('hex');
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('a picture in a bucket'.repeat(5000))]);

const objects = new Map(); /* path → { body, at } */
const log = []; /* "PUT /…" → status */
let trouble = null; /* { status, code } for every request */
let server, port, d, lead;

const xml = (code) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

/* What the signature must be, by the headers that it says it covers. */
function wrong(req, body) {
  const said = req.headers.authorization ?? '';
  const covers = /SignedHeaders=([^,]+)/.exec(said)?.[1]?.split(';') ?? [];
  const hash = req.headers['x-amz-content-sha256'];
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256']) if (!covers.includes(name)) return `not signed: ${name}`;
  if (hash !== sha(body)) return 'XAmzContentSHA256Mismatch';
  const headers = Object.fromEntries(covers.map((n) => [n, req.headers[n]]));
  const made = aws4.sign({ service: 's3', region: 'eu-test-1', method: req.method, path: req.url, host: req.headers.host, headers, body: body.length ? body : undefined, extraHeadersToIgnore: { 'content-length': true } }, keys);
  return made.headers.Authorization.replace(/,\s*/g, ',') === said.replace(/,\s*/g, ',') ? '' : `SignatureDoesNotMatch: ${said} / ${made.headers.Authorization}`;
}

function answer(req, res, body) {
  const no = wrong(req, body);
  const end = (status, code, more = {}, bytes = code ? xml(code) : '') => {
    log.push(`${req.method} ${req.url} ${status}${no && ` ${no}`}`);
    res.writeHead(status, more).end(req.method === 'HEAD' ? undefined : bytes);
  };
  if (trouble) return end(trouble.status, trouble.code);
  if (no) return end(403, no.split(':')[0]);
  if (!req.url.startsWith('/files/tandem/')) return end(404, 'NoSuchBucket');
  const o = objects.get(req.url);
  if (req.method === 'PUT') {
    objects.set(req.url, { body, at: new Date() });
    return end(200);
  }
  if (req.method === 'DELETE') return objects.delete(req.url), end(204);
  if (!o) return end(404, 'NoSuchKey');
  return end(200, '', { 'Last-Modified': o.at.toUTCString(), 'Content-Length': o.body.length }, o.body);
}

before(async () => {
  server = createServer((req, res) => {
    const parts = [];
    req.on('data', (x) => parts.push(x));
    req.on('end', () => answer(req, res, Buffer.concat(parts)));
  });
  port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  d = await Daemon.start({
    env: { SECRET: keys.secretAccessKey },
    change(s) {
      s.media = { s3: { endpoint: `http://127.0.0.1:${port}/`, bucket: 'files', region: 'eu-test-1', prefix: 'tandem/', access_key: keys.accessKeyId, secret_key: 'env:SECRET' } };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  lead = await d.rest('lead');
  lead.csrf = (await lead.get('/v1/me')).csrf;
});
after(async () => {
  await d?.stop();
  server?.closeAllConnections?.();
  server?.close();
});

const upload = (body) => request({ port: d.port, method: 'POST', path: '/v1/uploads?name=a.png', body,
  headers: { Cookie: lead.cookie, 'X-CSRF': lead.csrf, Origin: d.url, 'Content-Type': 'image/png' } });
const place = (name) => join(d.dir, 'blobs', name.slice(0, 2), name);
const key = (name) => `/files/tandem/${name}`;

/* An upload in a conversation; its address. */
async function said(body) {
  const v = d.visitor();
  v.start();
  v.send('hello');
  const c = await until('the conversation', async () => (await lead.get('/v1/conversations?limit=9')).conversations[0]);
  const up = await upload(body);
  assert.equal(up.status, 201, `${up.text} ${log.join('\n')}`);
  const r = await lead.call('POST', `/v1/conversations/${c.id}/messages?wait=1`, { text: 'x', files: [up.json.file] });
  assert.equal(r.json.result?.ok, true, r.text);
  const seq = r.json.result.seq ?? (await lead.get(`/v1/conversations/${c.id}/messages?after=0`)).messages.at(-1).seq;
  return `/v1/conversations/${c.id}/messages/${seq}/attachments/0`;
}
const read = (path) => request({ port: d.port, path, headers: { Cookie: lead.cookie } });

test('a file is in the bucket before anybody may name it, and is read from there', async () => {
  const path = await said(png);
  assert.ok(objects.get(key(sha(png)))?.body.equals(png), log.join('\n'));
  assert.ok(existsSync(place(sha(png))), 'and near');
  rmSync(place(sha(png)));
  const r = await read(path);
  assert.deepEqual([r.status, r.bytes.equals(png)], [200, true], log.join('\n'));
  assert.ok(existsSync(place(sha(png))), 'near again');
  const asked = log.length;
  assert.equal((await read(path)).status, 200);
  assert.equal(log.length, asked, 'the bucket was not asked for what is near');
  /* other bytes under its name are not handed out */
  rmSync(place(sha(png)));
  objects.set(key(sha(png)), { body: Buffer.from('evil'), at: new Date() });
  assert.equal((await read(path)).status, 503);
  objects.set(key(sha(png)), { body: png, at: new Date() });
  assert.ok(!log.some((l) => /Signature|Mismatch|not signed/.test(l)), log.join('\n'));
});

test('what the bucket refuses is said in clear words, and nothing is taken for stored', async () => {
  const cases = [
    [{ status: 403, code: 'AccessDenied' }, /the keys may not do this in the bucket \(status 403, AccessDenied\)/],
    [{ status: 403, code: 'RequestTimeTooSkewed' }, /this machine's clock and the server's differ/],
    [{ status: 403, code: 'SignatureDoesNotMatch' }, /the secret key does not fit/],
    [{ status: 404, code: 'NoSuchBucket' }, /there is no such bucket/],
    [{ status: 307, code: 'TemporaryRedirect' }, /did not take it \(status 307/],
  ];
  for (const [what, text] of cases) {
    trouble = what;
    assert.equal((await upload(Buffer.from(`new ${what.code}`))).status, 503);
    assert.match(d.logTail(), text);
  }
  trouble = null;
  assert.ok(!d.logTail(1000).includes(keys.secretAccessKey), 'no key in the log');
  assert.equal((await upload(Buffer.from('better now'))).status, 201);
});

test('settings that cannot be are refused with their place', async () => {
  const bad = join(d.dir, 'bad.yaml');
  const s = structuredClone(d.settings);
  Object.assign(s.media.s3, { prefix: '../x', bucket: 'a b', endpoint: 'ftp://x' });
  delete s.media.s3.access_key;
  writeFileSync(bad, JSON.stringify(s, null, 1));
  const r = spawnSync(join(binaries, 'tandemd'), ['--config', bad, '--check'], { encoding: 'utf8', env: { ...process.env, SECRET: 'x' } });
  assert.notEqual(r.status, 0);
  for (const text of ['media.s3.prefix: found "../x"', 'media.s3.bucket: found "a b"', 'media.s3.endpoint', 'media.s3.access_key: missing'])
    assert.ok(r.stderr.includes(text), r.stderr);
});
