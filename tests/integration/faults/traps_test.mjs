/* Requests that broke servers like this one (the library's traps), against the real daemon. After each
 * one it must still serve. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { post, raw, statuses } from '../../lib/raw.mjs';
import { sign, smsHook, smsIn } from '../../lib/sms.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { mark } from './journal.mjs';
import { observe } from './observe.mjs';

let d;
let rest;
let next = 1;
before(async () => {
  d = await Daemon.start();
  await d.addUser('lead', { role: 'supervisor' });
  rest = await d.rest('lead');
});
after(() => d?.stop());
afterEach(async () => {
  assert.equal(d.current.exit, null, 'the daemon is alive');
  assert.equal((await request({ port: d.port, path: '/healthz' })).status, 200);
});

const message = (id = `t${next++}`, more = {}) => ({ id, from: '+447700912345', to: '+447700900999', text: mark(id), ...more });
const signed = (json, headers = {}) => {
  const body = typeof json === 'string' ? json : JSON.stringify(json);
  return post('/hooks/sms', body, { 'Content-Type': 'application/json', 'X-Signature': sign(body), ...headers });
};
const stored = async (id) => (await observe(rest)).conversations.flatMap((c) => c.messages).filter((m) => m.text?.includes(`~${id}~`)).length;
const storedSoon = (id) => until(`${id} is stored`, () => stored(id));
const cpu = () => {
  const f = readFileSync(`/proc/${d.current.pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};

/* The library cannot read a body that was sent ahead: such a connection is closed behind its answer, and
 * what was not answered was not taken (RFC 9112, 9.3.2: its sender sends it again). */
test('three posts in one packet: each is answered or refused by a close, in order, and nothing spins', async () => {
  const all = [message(), message(), message()];
  let left = all;
  for (let i = 0; i < 3 && left.length; i++) {
    const r = await raw(d.port, left.map((m) => signed(m)).join(''));
    const got = statuses(r.text);
    assert.ok(got.length >= 1 && got.every((s) => s === 200), r.text);
    assert.ok(r.closed || got.length === left.length, 'what is not answered is closed');
    left = left.slice(got.length);
  }
  for (const m of all) await storedSoon(m.id);
  const s = await observe(rest);
  const order = s.conversations.flatMap((c) => c.messages).map((m) => all.findIndex((x) => m.text?.includes(`~${x.id}~`))).filter((i) => i >= 0);
  assert.deepEqual(order, [0, 1, 2]);
  const was = cpu();
  await sleep(1000);
  assert.ok(cpu() - was < 700, `an idle daemon used ${cpu() - was} ms of a second`);
});

test('two reads in one packet get two answers', async () => {
  const r = await raw(d.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.deepEqual(statuses(r.text), [200, 200]);
});

test('a post cut into single bytes is one post', async () => {
  const m = message();
  const bytes = [...signed(m)].map((c) => c);
  const r = await raw(d.port, [bytes.slice(0, 40).join(''), ...bytes.slice(40, 60), bytes.slice(60).join('')], { pauseMs: 2 });
  assert.deepEqual(statuses(r.text), [200]);
  await storedSoon(m.id);
});

test('a chunked body is refused with 411', async () => {
  const body = JSON.stringify(message());
  const r = await raw(d.port, `POST /hooks/sms HTTP/1.1\r\nHost: x\r\nX-Signature: ${sign(body)}\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
  assert.deepEqual(statuses(r.text).slice(0, 1), [411]);
});

test('a length and a transfer encoding together are refused: a smuggled request is not served', async () => {
  const inner = signed(message('smuggled'));
  const r = await raw(d.port, `POST /hooks/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`);
  assert.ok(statuses(r.text).every((s) => s >= 400), r.text);
  assert.equal(await stored('smuggled'), 0);
});

test('two different lengths are refused', async () => {
  const r = await raw(d.port, signed(message('two-lengths'), { 'content-length': 3 }));
  assert.ok(statuses(r.text).every((s) => s >= 400), r.text);
  assert.equal(await stored('two-lengths'), 0);
});

test('a header beyond the limit is refused or closed, and the next one is served', async () => {
  const r = await raw(d.port, signed(message('huge-header'), { 'X-Long': 'a'.repeat(40000) }));
  assert.ok(r.closed || statuses(r.text)[0] >= 400, 'answered with an error or closed');
  assert.ok(!statuses(r.text).includes(200));
  assert.equal(await stored('huge-header'), 0);
});

test('a body beyond the limit is refused with 413, whether announced or sent', async () => {
  const body = JSON.stringify(message('huge-body', { text: 'x'.repeat(300 * 1024) }));
  const announced = await raw(d.port, post('/hooks/sms', '', { 'Content-Length': body.length, 'X-Signature': sign(body) }));
  assert.deepEqual(statuses(announced.text).slice(0, 1), [413]);
  const sent = await smsHook({ port: d.port }, body).catch((e) => ({ status: 413, e })); /* it may close before we have sent all */
  assert.equal(sent.status, 413);
});

test('a peer that goes away before its answer: what was taken stays taken', async () => {
  const m = message();
  await raw(d.port, signed(m), { quietMs: 1 });
  await storedSoon(m.id);
});

test('half a request, then nothing: others are served meanwhile', async () => {
  const half = raw(d.port, signed(message('half')).slice(0, -10), { quietMs: 1500 });
  const m = message();
  assert.equal((await smsIn({ port: d.port }, m)).status, 200);
  await half;
  assert.equal(await stored('half'), 0);
});

test('a wrong signature is 401, and counted', async () => {
  const count = async () => (await d.metric('tandem_hooks_refused_total', 'channel="sms"')) ?? 0;
  const was = await count();
  const m = JSON.stringify(message('forged'));
  for (const headers of [{ 'X-Signature': sign(m, 'guessed') }, { 'X-Signature': sign(`${m} `) }, { 'X-Signature': 'zz' }, { 'X-Signature': '' }, {}]) {
    const r = await request({ port: d.port, method: 'POST', path: '/hooks/sms', body: m, headers });
    assert.equal(r.status, 401, JSON.stringify(headers));
  }
  assert.equal(await count(), was + 5);
  assert.equal(await stored('forged'), 0);
});

test('a malformed hook is 400 and names what is wrong', async () => {
  const cases = [
    [{ id: '1', to: '+44', text: 'hi' }, /from/],
    [{ id: '1', from: '+447700912345' }, /text/],
    [{ from: '+447700912345', text: 'hi' }, /id/],
    [{ id: { a: 1 }, from: '+447700912345', text: 'hi' }, /id/],
    ['{"id":"1","from":', /./],
    ['{"id":"1","id":"2","from":"+447700912345","text":"x"}', /./],
    ['[[[[[[', /./],
  ];
  for (const [body, says] of cases) {
    const r = await smsHook({ port: d.port }, body);
    assert.equal(r.status, 400, JSON.stringify(body));
    assert.equal(r.json?.error, 'invalid');
    assert.match(r.json.text, says);
  }
});

test('a text that is no UTF-8, or has a NUL, is refused or made safe, never stored as it is', async () => {
  for (const text of ['\\u0000', Buffer.from([0xff, 0xfe])]) {
    const body = Buffer.concat([Buffer.from('{"id":"bad-text","from":"+447700912345","text":"'), Buffer.from(text), Buffer.from('"}')]);
    const r = await request({ port: d.port, method: 'POST', path: '/hooks/sms', body, headers: { 'Content-Type': 'application/json', 'X-Signature': sign(body) } });
    assert.equal(r.status, 400);
  }
});

test('what does not exist is 404, in JSON where it is the API', async () => {
  assert.equal((await smsHook({ port: d.port, headers: {} }, 'x').then(() => request({ port: d.port, method: 'POST', path: '/hooks/none', body: '{}' }))).status, 404);
  assert.equal((await request({ port: d.port, method: 'POST', path: '/hooks/web', body: '{}' })).status, 404, 'a channel that takes no hooks');
  assert.ok([401, 404].includes((await request({ port: d.port, path: '/v1/none' })).status));
  assert.ok((await request({ port: d.port, path: '/../../etc/passwd' })).status >= 400);
  assert.ok((await request({ port: d.port, path: '/%2e%2e/%2e%2e/etc/passwd' })).status >= 400);
  const odd = await raw(d.port, 'BREW /hooks/sms HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.ok(odd.closed || statuses(odd.text)[0] >= 400);
});

test('no word of HTTP', async () => {
  for (const bytes of ['\r\n\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'GET / HTTP/9.9\r\n\r\n', Buffer.alloc(5000, 0)]) {
    const r = await raw(d.port, bytes, { quietMs: 200 });
    assert.ok(!statuses(r.text).includes(200), JSON.stringify(bytes).slice(0, 60));
  }
});
