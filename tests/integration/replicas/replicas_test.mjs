/* redis.replicas: 1. What is acknowledged stands on two Redis servers, so that losing the master loses none of
 * it; what cannot stand on two is not acknowledged. The sender's journal says what was. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { FakeProvider } from '../../lib/provider.mjs';
import { RedisServer, following } from '../../lib/redis.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { sleep, tempFolder, until } from '../../lib/system.mjs';
import { check } from '../faults/check.mjs';
import { mark } from '../faults/journal.mjs';
import { observe } from '../faults/observe.mjs';


let dir;
let master;
let replica;
let d;
let rest;
let senders = [];

/* min-replicas-to-write is left out where WAIT alone shall be what refuses. */
async function setUp({ more = [] } = {}) {
  dir = tempFolder();
  master = await RedisServer.start(dir, 'one', { more });
  replica = await RedisServer.start(dir, 'two', { replicaOf: master });
  await following(replica);
  master.standAt(join(dir, 'redis.sock'));
  d = await Daemon.start({ change: (s) => (s.redis = { url: `unix:${join(dir, 'redis.sock')}`, replicas: 1 }) });
  await d.addUser('lead', { role: 'supervisor' });
  rest = await d.rest('lead');
}

afterEach(async () => {
  for (const s of senders) s.running = false;
  senders = [];
  await d?.stop();
  for (const r of [master, replica]) {
    r?.signal('SIGCONT');
    await r?.kill();
  }
});

/* Says one thing after the other, each until it is taken. */
function sender(from) {
  const s = { lines: [], acks: 0, refused: 0, odd: [], running: true };
  s.flow = (async () => {
    for (let n = 1; s.running; n++) {
      const id = `${from.slice(-3)}-${n}`;
      s.lines.push({ k: 'send', id, sender: from, n, channel: 'sms' });
      for (;;) {
        const r = await smsIn({ port: d.port, ms: 8000 }, { id, from, text: mark(id) }).catch(() => ({ status: 0 }));
        if (r.status === 200) break;
        s.refused++;
        if (r.status !== 503 && r.status !== 0) s.odd.push(r.status);
        if (!s.running) return;
        await sleep(20);
      }
      s.lines.push({ k: 'ack', id });
      s.acks++;
    }
  })();
  s.flow.catch(() => {});
  senders.push(s);
  return s;
}

async function endAll() {
  for (const s of senders) s.running = false;
  for (const s of senders) await s.flow;
  assert.deepEqual(senders.flatMap((s) => s.odd), [], 'only 200 and 503');
  return senders.flatMap((s) => s.lines);
}

async function accounted(lines) {
  await until('all is stored', async () => check(lines, await observe(rest)).length === 0, { every: 200 }).catch(() => {});
  assert.deepEqual(check(lines, await observe(rest)), []);
}

/* A replica that stands still has its socket open, so Redis counts it as there: only WAIT knows better. */
test('no acknowledgement before the replica has it', async () => {
  await setUp();
  const s = sender('+447700960001');
  await until('it flows', () => s.acks > 20);

  replica.signal('SIGSTOP');
  await until('a hook is refused', () => s.refused > 0);
  const acks = s.acks;
  await until('more are refused', () => s.refused > 2);
  assert.equal(s.acks, acks, 'nothing is acknowledged without the replica');

  replica.signal('SIGCONT');
  await until('it flows again', () => s.acks > acks + 20);
  await accounted(await endAll());
});

test('nothing is sent before the replica has the attempt', async () => {
  const provider = await FakeProvider.start();
  try {
    dir = tempFolder();
    master = await RedisServer.start(dir, 'one');
    replica = await RedisServer.start(dir, 'two', { replicaOf: master });
    await following(replica);
    master.standAt(join(dir, 'redis.sock'));
    d = await Daemon.start({ provider, change: (s) => (s.redis = { url: `unix:${join(dir, 'redis.sock')}`, replicas: 1 }) });
    await d.addUser('anna');
    const anna = await d.agent('anna');
    autoAccept(anna);
    assert.equal((await smsIn({ port: d.port }, { id: 'in-1', from: '+447700960009', text: 'Hello?' })).status, 200);
    const work = await until('anna has it', () => anna.all('work').find((w) => w.agent === 'anna' && w.state === 'active'));

    /* What she says stands on the master alone: it is applied, but neither acknowledged nor sent. */
    replica.signal('SIGSTOP');
    const said = anna.command('message.send', { conv: Number(work.id), text: 'Yes!' });
    await until('it stands in the outbox', async () => Number(await master.cli('XLEN', '{main}:outbox:sms')) > 0);
    await until('its attempt is written', async () => Number(await master.cli('HLEN', '{main}:attempts:sms')) > 0);
    await sleep(1500); /* longer than WAIT waits */
    assert.equal(provider.requests.length, 0, 'nothing goes to the provider');
    replica.signal('SIGCONT');
    await until('it is sent after all', () => provider.accepted.length === 1);
    await said.result.promise;
    assert.equal(provider.accepted[0].text, 'Yes!');
  } finally {
    await provider.stop();
  }
});

test('the master is killed, the replica promoted: nothing that was acknowledged is lost', async () => {
  await setUp({ more: ['min-replicas-to-write 1', 'min-replicas-max-lag 10'] });
  const three = await RedisServer.start(dir, 'three', { replicaOf: master });
  try {
    await following(three);
    const all = Array.from({ length: 8 }, (_, i) => sender(`+44770096010${i}`));
    const acks = () => all.reduce((n, s) => n + s.acks, 0);
    await until('it flows', () => acks() > 400);

    /* Whoever has more of the stream: with one WAITed for, one of the two has all of it. */
    await master.kill();
    const offsets = await Promise.all([replica, three].map(async (r) => Number(await r.info('slave_repl_offset'))));
    const [heir, other] = offsets[0] >= offsets[1] ? [replica, three] : [three, replica];
    const before = acks();
    await heir.cli('REPLICAOF', 'NO', 'ONE');
    await heir.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await other.cli('REPLICAOF', '127.0.0.1', `${heir.port}`);
    heir.standAt(join(dir, 'redis.sock'));
    await until('it flows again', () => acks() > before + 200, { ms: 30000 });
    const lines = await endAll();
    await accounted(lines);
    console.log(`measured: ${before} acknowledged before the master was killed, ${acks()} in all, 0 lost`);
  } finally {
    await three.kill();
  }
});

test('settings that promise what is not there are refused', async () => {
  dir = tempFolder();
  master = replica = undefined;
  d = new Daemon();
  await d.prepare({ change: (s) => (s.redis = { replicas: 1 }) });
  await assert.rejects(d.ctl('check', d.config), /redis\.replicas: the private Redis has no replicas/);
  d.processes = [];
});
