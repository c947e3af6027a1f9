/* A provider that sends a third of its hooks twice and a third out of turn: each message is stored once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { keepAlive } from '../../lib/http.mjs';
import { smsHook, smsIn } from '../../lib/sms.mjs';
import { until } from '../../lib/system.mjs';
import { check } from './check.mjs';
import { mark } from './journal.mjs';
import { observe } from './observe.mjs';

const N = 600;
const SENDERS = 40;
let d;
let rest;
before(async () => {
  d = await Daemon.start();
  await d.addUser('lead', { role: 'supervisor' });
  rest = await d.rest('lead');
});
after(() => d?.stop());

test('hooks twice and out of turn', async () => {
  const agent = keepAlive(16);
  const lines = [];
  const plan = [];
  for (let i = 0; i < N; i++) {
    const id = `h${i}`;
    const from = `+4477008${String(i % SENDERS).padStart(5, '0')}`;
    lines.push({ k: 'send', id, sender: id /* out of turn: no order to keep */, n: 1, channel: 'sms' });
    const place = () => i + (Math.random() < 0.3 ? Math.random() * 60 : 0);
    plan.push({ place: place(), m: { id, from, text: mark(id) } });
    if (Math.random() < 0.3) plan.push({ place: place(), m: { id, from, text: mark(id) } });
  }
  plan.sort((a, b) => a.place - b.place);
  const next = plan.values();
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (const { m } of next) {
      const r = await smsIn({ port: d.port, http: agent }, m);
      assert.equal(r.status, 200);
      lines.push({ k: 'ack', id: m.id });
    }
  }));
  agent.destroy();
  const stored = await until('all are there', async () => {
    const s = await observe(rest);
    return s.conversations.flatMap((c) => c.messages).filter((m) => m.direction === 'in').length >= N && s;
  });
  assert.deepEqual(check(lines, stored), []);
  assert.equal(stored.conversations.length, SENDERS);
});

test('many messages in one hook are taken whole or not at all', async () => {
  const hook = [1, 2, 3].map((i) => ({ id: `batch${i}`, from: '+447700811111', text: mark(`batch${i}`) }));
  assert.equal((await smsHook({ port: d.port }, [...hook, { id: 'batch4' }])).status, 400);
  const stored = async () => (await observe(rest)).conversations.flatMap((c) => c.messages).filter((m) => m.text?.includes('~batch')).length;
  assert.equal(await stored(), 0);
  assert.equal((await smsHook({ port: d.port }, hook)).status, 200);
  await until('all three are there', async () => (await stored()) === 3);
});
