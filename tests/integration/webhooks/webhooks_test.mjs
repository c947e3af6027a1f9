/* A business follows its contact centre by webhooks. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { FakeProvider } from '../../lib/provider.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { Receiver } from './receiver.mjs';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const older = `whsec_${Buffer.from('fedcba9876543210fedcba9876543210').toString('base64')}`;
let provider;
let crm; /* everything */
let notes; /* messages alone; fails as the tests say */
let strict; /* gives up after 2 s */
let d;
let rest;
let sent = 0;

const hook = (r, more = {}) => ({ url: r.url, secret, retry_first: '50ms', timeout: '2s', allow_private: true, allow_plaintext: true, ...more });

before(async () => {
  provider = await FakeProvider.start();
  [crm, notes, strict] = [await Receiver.start(secret), await Receiver.start(older), await Receiver.start(secret)];
  d = await Daemon.start({
    provider,
    change(s) {
      s.webhooks = {
        crm: hook(crm),
        notes: hook(notes, { old_secret: older, events: ['message.received'] }),
        strict: hook(strict, { events: ['message.received'], give_up: '2s' }),
      };
    },
  });
  await d.addUser('lead', { role: 'admin' });
  await d.addUser('anna');
  rest = await d.rest('lead');
});
after(async () => {
  await d?.stop();
  for (const r of [crm, notes, strict, provider]) await r?.stop();
});

const customer = async (text) => assert.equal((await smsIn(d, { id: `in-${++sent}`, from: `+4477009${String(10000 + sent).slice(-5)}`, text })).status, 200);
const list = async () => (await rest.get('/v1/webhooks')).webhooks;
const state = async (id) => (await list()).find((w) => w.id === id);
const post = (path) => rest.call('POST', path);
const nothingWrong = () => {
  for (const r of [crm, notes, strict]) assert.deepEqual(r.wrong, []);
};
const serving = () => until('all are served', async () => (await list()).every((w) => w.state !== 'new'));

/* As the stream's order: entry, then index. */
const place = (id) => id.split('-').map(Number);
function assertOrdered(events) {
  for (let i = 1; i < events.length; i++) {
    const [a, b] = [place(events[i - 1].id), place(events[i].id)];
    assert.ok(a[0] < b[0] || (a[0] === b[0] && (a[1] < b[1] || (a[1] === b[1] && a[2] < b[2]))), `${events[i - 1].id} before ${events[i].id}`);
  }
}

test('a conversation is told from the first line to the end, signed, in order', async () => {
  await serving();
  const anna = await d.agent('anna');
  autoAccept(anna);
  await customer('Hello');
  const { id: conv } = await until('anna has it', () => anna.all('work').find((w) => w.state === 'active'));
  assert.ok((await anna.cmd('message.send', { conv, text: 'Good day' })).ok);
  await until('delivered to the provider', () => provider.accepted.length === 1);
  assert.ok((await anna.cmd('work.resolve', { conv, disposition: 'resolved' })).ok);
  for (const type of ['conversation.opened', 'contact.created', 'message.received', 'work.arrived', 'work.offered', 'work.accepted', 'message.sent', 'delivery.sent', 'work.resolved', 'conversation.changed', 'work.changed', 'agent.changed'])
    await until(type, () => crm.of(type).length > 0);
  assert.equal(crm.of('message.received')[0].data.text, 'Hello');
  assert.equal(crm.of('message.sent')[0].data.text, 'Good day');
  assert.equal(crm.of('work.accepted')[0].data.agent, 'anna');
  assert.match(crm.events[0].timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertOrdered(crm.events);
  await until('the filter lets messages pass', () => notes.events.length === 1);
  assert.equal(notes.requests[0].signatures, 2); /* verified with the older of two secrets */
  nothingWrong();
  assert.ok(!JSON.stringify(await rest.get('/v1/webhooks')).includes('not-to-be-shown'));
});

test('a receiver that fails gets all of it later, in order; one that hangs delays nobody', async () => {
  notes.mode = () => ['hang', 500, 'reset', 302][notes.requests.length % 4];
  const from = notes.requests.length;
  for (let i = 0; i < 10; i++) await customer(`through failures ${i}`);
  await until('the other has all', () => crm.texts().filter((t) => t.startsWith('through')).length === 10);
  await until('it was tried', () => notes.requests.length >= from + 5);
  const failing = await state('notes');
  assert.equal(failing.state, 'failing');
  assert.ok(failing.attempts > 0 && failing.error && failing.behind > 0);
  assert.match(await d.ctl('webhook', 'list'), /notes +failing/);
  notes.mode = 204;
  await until('it has all', () => notes.texts().filter((t) => t.startsWith('through')).length === 10);
  assert.deepEqual(notes.texts().slice(-10), Array.from({ length: 10 }, (_, i) => `through failures ${i}`));
  assertOrdered(notes.events);
  await until('it is up', async () => (await state('notes')).state === 'up');
  nothingWrong();
});

test('kill -9 in the middle: nothing is lost, the order holds', async () => {
  crm.delay = notes.delay = 5;
  const n = 40;
  const wanted = Array.from({ length: n }, (_, i) => `through a kill ${i}`);
  for (let i = 0; i < n; i++) {
    await customer(wanted[i]);
    if (i === 15 || i === 30) await d.restart();
  }
  for (const r of [crm, notes])
    await until('it has all', () => wanted.every((t) => r.texts().includes(t)), { ms: 30000 });
  assert.deepEqual(notes.texts().slice(-n), wanted);
  assertOrdered(crm.distinct);
  crm.delay = notes.delay = 0;
  rest = await d.rest('lead');
  nothingWrong();
});

test('a second process takes over when the first dies', async () => {
  const first = d.current;
  await d.spawn({ alone: true });
  await customer('before');
  await first.kill();
  await until('the other answers', async () => (await customer('after'), true));
  await until('it goes on', () => notes.texts().includes('after'), { ms: 15000 });
  assert.equal(new Set(notes.texts()).size, notes.texts().length);
  assertOrdered(notes.distinct);
  rest = await d.rest('lead');
});

test('one event that is refused becomes a dead letter and holds nobody up', async () => {
  notes.mode = (e) => (e.data.text === 'poison' ? 422 : 204);
  await customer('poison');
  await customer('wholesome');
  await until('the next came', () => notes.texts().includes('wholesome'));
  assert.equal(notes.requests.filter((r) => r.event.data.text === 'poison').length, 5);
  const { dead } = (await rest.get('/v1/webhooks/notes/dead'));
  assert.equal(dead.length, 1);
  assert.match(dead[0].why, /422/);
  assert.equal(dead[0].body.data.text, 'poison');
  assert.match(await d.ctl('webhook', 'dead', 'notes'), /message\.received/);
  notes.mode = 204;
  assert.equal((await post(`/v1/webhooks/notes/replay?entry=${dead[0].entry}`)).json.replayed, 1);
  await until('it came after all', () => notes.texts().includes('poison'));
  assert.equal(notes.of('message.received').find((e) => e.data.text === 'poison').id, dead[0].id);
  assert.deepEqual((await rest.get('/v1/webhooks/notes/dead')).dead, []);
  assert.equal((await post('/v1/webhooks/notes/replay?entry=1-1')).status, 404);
  assert.equal((await post('/v1/webhooks/notes/replay?entry=nonsense')).status, 400);
  await assert.rejects(d.ctl('webhook', 'replay', 'nowhere'), /no webhook nowhere/);
});

test('who fails for too long is paused and shown, and nothing is lost', async () => {
  strict.mode = 503;
  for (let i = 0; i < 3; i++) await customer(`too long ${i}`);
  await until('it is paused', async () => (await state('strict')).state === 'paused', { ms: 20000 });
  await until('an alarm is told', () => crm.of('alarm.webhook.paused').some((e) => e.data.channel === 'webhook:strict'));
  await customer('while paused');
  const wanted = ['too long 0', 'too long 1', 'too long 2', 'while paused'];
  await until('all of it is put aside', async () => {
    const { dead } = await rest.get('/v1/webhooks/strict/dead');
    return wanted.every((t) => dead.some((x) => x.body.data.text === t));
  }, { ms: 20000 });
  strict.mode = 204;
  const tries = strict.requests.length;
  await sleep(1200);
  assert.equal(strict.requests.length, tries); /* left alone until a person says otherwise */
  assert.match(await d.ctl('webhook', 'resume', 'strict'), /resume/);
  assert.match(await d.ctl('webhook', 'replay', 'strict'), /\d+ to be sent again/);
  await until('all came', () => wanted.every((t) => strict.texts().includes(t)), { ms: 15000 });
  await until('it is up', async () => (await state('strict')).state === 'up');
});

test('paused by hand, 410, and what is not there', async () => {
  assert.equal((await post('/v1/webhooks/strict/pause')).status, 202);
  await until('it is paused', async () => (await state('strict')).by_hand);
  assert.equal((await post('/v1/webhooks/strict/resume')).status, 202);
  await until('it goes on', async () => (await state('strict')).state === 'up');
  strict.mode = 410;
  await customer('no more');
  await until('it wants no more', async () => (await state('strict')).state === 'paused');
  strict.mode = 204;
  assert.equal((await post('/v1/webhooks/strict/resume')).status, 202);
  await until('it came', () => strict.texts().includes('no more'));
  assert.equal((await post('/v1/webhooks/nowhere/resume')).status, 404);
});

test('events that are gone are told as a gap', async () => {
  assert.equal((await post('/v1/webhooks/notes/pause')).status, 202);
  await until('it is paused', async () => (await state('notes')).state === 'paused');
  for (let i = 0; i < 4; i++) { /* one by one, so that no two are of one commit */
    await customer(`gone ${i}`);
    await until('the other has it', () => crm.texts().includes(`gone ${i}`));
  }
  await d.redis('XTRIM', '{main}:events', 'MAXLEN', '1');
  await customer('kept');
  assert.equal((await post('/v1/webhooks/notes/resume')).status, 202);
  await until('what is kept came', () => notes.texts().includes('kept'));
  const [gap] = notes.of('gap');
  assert.ok(gap.data.batches > 0 && gap.data.after && gap.data.before);
  assert.ok(notes.distinct.findIndex((e) => e.type === 'gap') < notes.distinct.findIndex((e) => e.data.text === 'kept'));
  assert.ok(!notes.texts().includes('gone 1')); /* the first may have been read already, the last been kept */
  await until('it is counted', async () => (await state('notes')).missed === gap.data.batches);
  await until('an alarm', () => crm.of('alarm.webhook.gap').length === 1);
  nothingWrong();
});

test('addresses of one’s own network are out of reach unless allowed; settings that are unsafe are refused', async () => {
  await d.restart(); /* with the one settings file */
  rest = await d.rest('lead');
  d.settings.webhooks.inside = hook(crm, { allow_private: false });
  d.writeSettings(d.settings);
  await d.ctl('reload');
  await until('it is served', async () => ((await state('inside'))?.state ?? 'new') !== 'new');
  await customer('not there');
  await until('it is refused', async () => /private|not allowed/i.test((await state('inside'))?.error ?? ''), { ms: 15000 });
  const bad = structuredClone(d.settings);
  bad.webhooks.a = { url: 'http://example.org/x', secret };
  bad.webhooks.b = { url: 'https://example.org/x', secret: 'too short' };
  bad.webhooks.c = { url: 'https://example.org/x', secret, events: ['messages.*'] };
  d.writeSettings(bad, `${d.dir}/bad.yaml`);
  await assert.rejects(d.ctl('check', `${d.dir}/bad.yaml`), (e) => {
    assert.match(e.message, /webhooks\.a\.url.*allow_plaintext/);
    assert.match(e.message, /webhooks\.b\.secret.*whsec_/);
    assert.match(e.message, /webhooks\.c\.events\[1\].*message\.received/);
    assert.ok(!e.message.includes('too short'));
    return true;
  });
});
