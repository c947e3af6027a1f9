/* What comes back after a kill, and in what time. Times are printed, not asserted: the machine decides
 * them. The order is asserted, and that nothing was lost or doubled. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { autoAccept } from '../../lib/agent.mjs';
import { request } from '../../lib/http.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { killNow, sleep, until } from '../../lib/system.mjs';
import { check } from './check.mjs';
import { mark, marked } from './journal.mjs';
import { observe } from './observe.mjs';

let d;
let lead;
let rest;
beforeEach(async () => {
  d = await Daemon.start({ change: (s) => (s.routing.socket_grace = '3s') });
  await d.addUser('lead', { role: 'supervisor' });
  lead = await d.agent('lead', { presence: null });
  rest = await d.rest('lead');
});
const customers = [];
afterEach(async () => {
  for (const c of customers.splice(0)) c.running = false;
  await d?.stop();
});

const report = (what, ms) => console.log(`measured: ${what}: ${ms} ms`);

/* One customer who says one thing after the other until he is told to stop; each until it is taken. */
function customer(from, every = 20) {
  const c = { lines: [], acks: [], running: true, statuses: {} };
  c.flow = (async () => {
    for (let n = 1; c.running; n++) {
      const id = `${from.slice(-4)}-${n}`;
      c.lines.push({ k: 'send', id, sender: from, n, channel: 'sms' });
      for (;;) {
        const r = await smsIn({ port: d.port, ms: 3000 }, { id, from, text: mark(id) }).catch(() => ({ status: 0 }));
        c.statuses[r.status] = (c.statuses[r.status] ?? 0) + 1;
        if (r.status === 200) break;
        if (!c.running && r.status === 0) return; /* the test is over */
        await sleep(20);
      }
      c.lines.push({ k: 'ack', id });
      c.acks.push(Date.now());
      await sleep(every);
    }
  })();
  c.flow.catch(() => {});
  c.stop = async () => {
    c.running = false;
    await c.flow;
    return c;
  };
  customers.push(c);
  return c;
}

async function accounted(...customers) {
  const lines = customers.flatMap((c) => c.lines);
  await until('all is stored', async () => check(lines, await observe(rest)).length === 0, { every: 200 }).catch(() => {});
  assert.deepEqual(check(lines, await observe(rest)), []);
}

test('kill -9 with open sockets: the sessions of the dead process end, work goes to others', async () => {
  await d.addUser('anna');
  await d.addUser('ghost');
  const ghost = await d.agent('ghost', { reconnect: false });
  autoAccept(ghost);
  const v = d.visitor();
  await v.whenUp();
  await v.send(mark('v1', 'hello')).ack.promise;
  await until('the ghost has the chat', () => ghost.all('work').some((w) => w.agent === 'ghost' && w.state === 'active'));
  const c = customer('+447700930001');
  await until('it flows', () => c.acks.length > 10);
  assert.equal(lead.get('agent', 'ghost').presence, 'available');

  const at = Date.now();
  const p = await d.restart();
  report('tandemd ready after kill -9', p.readyAt - p.spawnedAt);
  const before = c.acks.length;
  await until('hooks are acknowledged', () => c.acks.length > before + 3);
  report('a hook acknowledged after kill -9', c.acks[before] - at);
  await lead.whenLive();
  await v.whenUp();
  await v.send(mark('v2', 'still here')).ack.promise;

  await until('who was only on the dead process is out, after his grace', () => lead.get('agent', 'ghost').presence === 'out');
  report('the sessions of the dead process are closed and their grace of 3 s is over', Date.now() - at);
  const anna = await d.agent('anna');
  autoAccept(anna);
  await until('anna has the chat', () => lead.all('work').some((w) => w.channel_kind === 'chat' && w.agent === 'anna' && w.state === 'active'));
  report('the chat is with another agent', Date.now() - at);
  await c.stop();
  const chat = [{ k: 'send', id: 'v1', sender: 'v', n: 1 }, { k: 'ack', id: 'v1' }, { k: 'send', id: 'v2', sender: 'v', n: 2 }, { k: 'ack', id: 'v2' }];
  await accounted(c, { lines: chat });
});

test('a second process takes over from one that was killed', async () => {
  const first = d.current;
  const second = await d.spawn({ alone: true });
  await d.addUser('anna');
  const anna = await d.agent('anna', { port: second.port });
  const seen = [];
  anna.on('message', (f) => f.data.direction === 'in' && seen.push({ at: Date.now(), id: marked(f.data.text) }));
  const c = customer('+447700930002', 10);
  await until('it flows', () => seen.length > 20);

  const at = Date.now();
  await first.kill();
  await until('messages are applied again', () => seen.length && seen.at(-1).at > at + 50 && seen.filter((s) => s.at > at + 50).length > 5, { ms: 30000 });
  const after = seen.filter((s) => s.at > at);
  const gaps = after.map((s, i) => s.at - (i ? after[i - 1].at : at));
  report('longest gap at an agent of the second process (goal 3000)', Math.max(...gaps));
  assert.ok(!second.exit, 'the second process goes on');
  await c.stop();
  await until('the agent has seen all', () => new Set(seen.map((s) => s.id)).size >= c.acks.length);
  assert.deepEqual(seen.map((s) => s.id), [...new Set(seen.map((s) => s.id))], 'no message twice at the agent');
  const order = seen.map((s) => Number(s.id.split('-')[1]));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), 'in order');
  await accounted(c);
});

test('kill -9 of Redis: never a false 2xx, sockets are told, all goes on', async () => {
  const told = [];
  lead.on('store', (up) => told.push(up));
  const c = customer('+447700930003', 5);
  await until('it flows', () => c.acks.length > 10);
  const was = d.redisPid;
  const at = Date.now();
  await d.killRedis();
  const n = c.acks.length;
  await until('a new Redis', async () => (await d.noteRedis()) !== was);
  await until('it flows again', () => c.acks.length > n + 10);
  report('a hook acknowledged after kill -9 of Redis', c.acks[n + 1] - at);
  await until('sockets are told both', () => told.length >= 2);
  assert.deepEqual(told.slice(0, 2), [false, true], 'sockets are told that the store is away, and back');
  assert.ok(!d.current.exit);
  await c.stop();
  assert.ok(Object.keys(c.statuses).every((s) => ['200', '503'].includes(s)), `hook answers ${JSON.stringify(c.statuses)}`);
  await accounted(c);
});

test('a Redis that hangs: 503 within the deadline, and nothing twice when it wakes', async () => {
  const c = customer('+447700930004', 5);
  await until('it flows', () => c.acks.length > 10);
  killNow(d.redisPid, 'SIGSTOP');
  try {
    const before = c.statuses[503] ?? 0;
    await until('hooks are refused', () => (c.statuses[503] ?? 0) > before, { ms: 20000 });
    const acks = c.acks.length;
    await sleep(500);
    assert.ok(c.acks.length <= acks, 'nothing is acknowledged while Redis hangs');
    assert.equal((await request({ port: d.port, path: '/healthz' })).status, 200, 'the process itself is well');
  } finally {
    killNow(d.redisPid, 'SIGCONT');
  }
  const n = c.acks.length;
  await until('it flows again', () => c.acks.length > n + 10, { ms: 30000 });
  await c.stop();
  await accounted(c);
});
