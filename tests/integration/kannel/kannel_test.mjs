/* sms_kannel against Kannel itself: both ways, both alphabets, long messages, receipts, and Kannel away. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';
import { Kannel, installed, user, wide } from './kannel.mjs';

const token = 'token-of-the-kannel-tests';
const options = { skip: installed ? false : 'kannel is not installed (config/install test)' };
let d;
let k;
let rest;
let lead;

before(async () => {
  if (!installed) return;
  d = new Daemon();
  await d.prepare({
    change(s) {
      s.channels.k = { connector: 'sms_kannel', queue: 'sms', url: 'http://127.0.0.1:1/', from: '200', hook_secret: token, allow_private: true, rate: 1000, timeout: '5s', ...user };
    },
  });
  k = await Kannel.start({ hookUrl: `${d.url}/hooks/k`, token });
  d.settings.channels.k.url = k.url;
  d.writeSettings(d.settings);
  await d.spawn();
  await d.addUser('lead', { role: 'supervisor' });
  rest = await d.rest('lead');
  lead = await d.agent('lead', { presence: 'paused' });
});
after(async () => {
  await k?.stop();
  await d?.stop();
});

/* The conversation with this phone, once it is as wished. */
const conversation = (phone, what, fits = () => true) =>
  until(what, async () => {
    const { conversations } = await observe(rest);
    const list = await Promise.all(conversations.filter((c) => c.channel === 'k').map(async (c) => ({ ...c, in: c.messages.filter((m) => m.direction === 'in'), out: c.messages.filter((m) => m.direction === 'out') })));
    return list.find((c) => c.messages.some((m) => m.from?.addr === phone || m.text?.includes(phone)) && fits(c));
  });
const texts = (list) => list.map((m) => m.text);

async function start(phone, text) {
  const r = await lead.cmd('conv.start', { channel: 'k', peer: { type: 'sms', addr: phone }, text });
  assert.equal(r.ok, true, JSON.stringify(r));
  return r;
}
const delivery = (conv, seq, what, fits) =>
  until(what, async () => {
    const page = await rest.get(`/v1/conversations/${conv}/messages?after=0&limit=200`);
    const one = (page.deliveries ?? []).find((x) => x.seq === seq);
    return one && fits(one) && one;
  });
const got = (phone) => k.received().filter((m) => m.to === phone);

test('in: GSM, once each', options, async () => {
  await k.incoming('+447700900001 200 text Hello');
  const c = await conversation('+447700900001', 'it is stored');
  assert.deepEqual(texts(c.in), ['Hello']);
  assert.equal(c.in[0].from.addr, '+447700900001');
  assert.ok(c.in[0].provider_at > 1600000000000);
});

test('in: UCS-2 with a surrogate pair', options, async () => {
  await k.incoming('+447700900002 200 ucs2 %04%1F%04%40%04%38%00%20%D8%3D%DE%00');
  const c = await conversation('+447700900002', 'it is stored');
  assert.deepEqual(texts(c.in), ['При 😀']);
});

test('in: a long message, joined', options, async () => {
  await k.incoming('+447700900003 200 udh-text %05%00%03%2A%02%01 first-');
  await k.incoming('+447700900003 200 udh-text %05%00%03%2A%02%02 second');
  const c = await conversation('+447700900003', 'it is stored');
  assert.deepEqual(texts(c.in), ['first-second']);
});

test('out: GSM with receipt', options, async () => {
  const r = await start('+447700900011', 'Grüße € [x]');
  await until('the phone has it', () => got('+447700900011').length === 1);
  const [m] = got('+447700900011');
  assert.equal(m.from, '200');
  assert.equal(m.type, 'text');
  assert.equal(m.text, 'Grüße € [x]');
  await delivery(r.conv, r.seq, 'delivered', (x) => x.state === 'delivered');
});

test('out: UCS-2', options, async () => {
  const r = await start('+447700900012', 'Привет 😀');
  await until('the phone has it', () => got('+447700900012').length === 1);
  assert.equal(got('+447700900012')[0].type, 'ucs-2');
  assert.equal(got('+447700900012')[0].text, 'Привет 😀');
  await delivery(r.conv, r.seq, 'delivered', (x) => x.state === 'delivered');
});

/* As many as we count: 153 septets each, or 67 code units. */
for (const [name, phone, read, text, lengths] of [
  ['GSM', '+447700900013', (s) => s, 'a'.repeat(153) + 'b'.repeat(153) + 'c', [153, 153, 1]],
  ['UCS-2', '+447700900014', wide, 'я'.repeat(67) + 'ю'.repeat(67) + 'э', [67, 67, 1]],
]) {
  test(`out: a long one in ${name}, cut as we count`, options, async () => {
    await start(phone, text);
    await until('the phone has all', () => got(phone).length === lengths.length);
    const parts = got(phone).sort((a, b) => a.part - b.part);
    assert.deepEqual(parts.map((p) => p.parts), lengths.map(() => lengths.length));
    assert.deepEqual(parts.map((p) => read(p.text).length), lengths);
    assert.equal(parts.map((p) => read(p.text)).join(''), text);
  });
}

test('STOP is confirmed once, and then nothing is sent', options, async () => {
  const phone = '+447700900001';
  const c = await conversation(phone, 'the first conversation');
  await k.incoming(`${phone} 200 text STOP`);
  await until('the confirmation', () => got(phone).length === 1);
  assert.match(got(phone)[0].text, /no more messages/);
  const r = await lead.cmd('message.send', { conv: c.id, text: 'But wait' });
  assert.equal(r.ok, false);
  assert.equal(r.error, 'opted-out');
  await k.incoming(`${phone} 200 text START`);
  await until('the second answer', () => got(phone).length === 2);
  assert.match(got(phone)[1].text, /again/);
});

test('Kannel away: tried again until it is back, sent once', options, async () => {
  const phone = '+447700900021';
  await k.stopSmsbox();
  const r = await start(phone, 'late');
  await delivery(r.conv, r.seq, 'an attempt has failed', (x) => x.state === 'queued' && x.attempts >= 1 && x.code === 'not-sent');
  await k.startSmsbox();
  await until('the phone has it', () => got(phone).length === 1);
  await delivery(r.conv, r.seq, 'delivered', (x) => x.state === 'delivered');
  assert.equal(got(phone).length, 1);
});

test('tandemd away: Kannel keeps what comes', options, async () => {
  await d.kill();
  await k.incoming('+447700900022 200 text patience');
  await d.spawn();
  rest = await d.rest('lead');
  const c = await conversation('+447700900022', 'it is stored');
  assert.deepEqual(texts(c.in), ['patience']);
});

test('a wrong token is refused', options, async () => {
  const bad = await request({ port: d.port, method: 'POST', path: '/hooks/k?token=wrong&id=x&from=1', body: 'x', headers: { 'Content-Type': 'text/plain' } });
  assert.equal(bad.status, 401);
});
