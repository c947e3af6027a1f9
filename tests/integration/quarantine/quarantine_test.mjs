/* An administrator sets up Twilio with the wrong token, sees why hooks fail, and loses none of them. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';

const twilio = createRequire(import.meta.url)('twilio');
const right = 'the-token-that-twilio-has';
const account = `AC${'0123456789abcdef'.repeat(2)}`;
let d;
let rest;

before(async () => {
  d = await Daemon.start({
    change(s) {
      const common = { connector: 'sms_twilio', queue: 'sms', account_sid: account, from: '+18005551212' };
      s.channels.watched = { ...common, auth_token: 'a-wrong-token', verify: 'observe' };
      s.channels.strict = { ...common, auth_token: right };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  rest = await d.rest('lead');
});
after(() => d?.stop());

function hook(channel, params, token = right) {
  const path = `/hooks/${channel}`;
  const signature = twilio.getExpectedTwilioSignature(token, d.url + path, params);
  return request({ port: d.port, method: 'POST', path, body: new URLSearchParams(params).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature } });
}
const message = (sid, body) => ({ MessageSid: sid, From: '+14158675310', To: '+18005551212', Body: body, NumMedia: '0' });
const list = async (...args) => JSON.parse(await d.ctl('quarantine', 'list', ...args, '--json'));
const stored = async (channel) => (await observe(rest)).conversations.filter((c) => c.channel === channel).flatMap((c) => c.messages.filter((m) => m.direction === 'in'));

test('what Twilio signs is taken', async () => {
  assert.equal((await hook('strict', message('SM1', 'Hello'))).status, 200);
  await until('it is stored', async () => (await stored('strict')).length === 1);
  assert.equal((await hook('strict', message('SM2', 'Hello'), 'forged')).status, 401);
  assert.deepEqual(await list(), []);
});

test('while observing a wrong signature is kept, shown, and taken once it is understood', async () => {
  assert.equal((await hook('watched', message('SM3', 'Do not lose me'))).status, 202);
  const [one, ...more] = await list('watched');
  assert.equal(more.length, 0);
  assert.match(one.why, /signature does not match/);
  assert.match(await d.ctl('quarantine', 'list'), /watched/);
  assert.match(await d.ctl('quarantine', 'show', 'watched', one.id), /Do\+not\+lose\+me/);
  assert.equal((await stored('watched')).length, 0);
  assert.match(await d.ctl('quarantine', 'replay', 'watched', one.id), /1 messages/);
  await until('it is stored', async () => (await stored('watched'))[0]?.text === 'Do not lose me');
  assert.deepEqual(await list('watched'), []);
});

test('a genuine hook that is not understood is refused, and kept', async () => {
  const r = await hook('strict', { MessageSid: 'SM4', From: '+14158675310' });
  assert.equal(r.status, 400);
  assert.match(r.text, /Body: missing/);
  const [one] = await list('strict');
  assert.match(one.why, /Body: missing/);
  assert.doesNotMatch(await d.ctl('quarantine', 'show', 'strict', one.id), new RegExp(right));
  await assert.rejects(d.ctl('quarantine', 'replay', 'strict', one.id), /still not understood: Body: missing/);
  assert.equal((await list('strict')).length, 1);
});

test('what does not exist is told', async () => {
  await assert.rejects(d.ctl('quarantine', 'show', 'strict', '000000000000'), /nothing with the id/);
  await assert.rejects(d.ctl('quarantine', 'list', 'nowhere'), /no channel nowhere/);
});
