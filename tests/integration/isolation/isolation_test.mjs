/* One channel in good order beside five whose peers are not: what it takes in and sends out goes on.
 *
 * Asserted is what does not depend on the machine: every send of the good channel ends while the sick ones
 * are still stuck, in its own order and number, and every hook is answered. The times are printed, as the
 * ratio of the 99th percentile with sick neighbours to that without; on a busy machine they only tell. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { FakeProvider } from '../../lib/provider.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { freePort, until } from '../../lib/system.mjs';

const ROUNDS = 200; /* of the good channel, each time */
const STUCK = 30; /* sends for each of the others */
const AT_ONCE = 4;
let good, limited, lying, silent, deaf, d, lead;
let n = 0;

/* Takes connections and says nothing, or reads nothing either. */
async function mute({ reads }) {
  const sockets = new Set();
  const server = createServer({ pauseOnConnect: !reads }, (s) => {
    sockets.add(s);
    s.on('error', () => {});
    s.on('data', () => {});
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, sockets, stop: () => { for (const s of sockets) s.destroy(); server.close(); } };
}

before(async () => {
  good = await FakeProvider.start();
  limited = await FakeProvider.start({ mode: '429' });
  /* Says yes in a form that nobody asked for, or far too much of it. */
  lying = await FakeProvider.start();
  lying.answer = (r, req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(lying.next % 2 ? '<html>all is well</html>' : `{"id":"${'x'.repeat(3 << 20)}"}`);
  };
  silent = await mute({ reads: true });
  deaf = await mute({ reads: false });
  const closed = `http://127.0.0.1:${await freePort()}`;
  d = await Daemon.start({
    provider: good,
    change(s) {
      for (const [id, url] of Object.entries({ silent: silent.url, deaf: deaf.url, limited: limited.url, lying: lying.url, gone: closed }))
        s.channels[id] = { ...s.channels.sms, url: `${url}/send`, timeout: '110s' };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  lead = await d.agent('lead', { presence: null });
});
after(async () => {
  await d?.stop();
  for (const p of [good, limited, lying, silent, deaf]) await p?.stop();
});

const begin = async (channel) => {
  const addr = `+4477${String(10000000 + n++)}`;
  const r = await lead.cmd('conv.start', { channel, peer: { type: 'sms', addr }, text: `to ${addr}` });
  assert.ok(r.ok, JSON.stringify(r));
  return addr;
};
const p99 = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.99) - 1];

/* One message out and one in; how long until the provider had it, and until the hook was answered. */
async function round(out, into) {
  const began = performance.now();
  const addr = await begin('sms');
  await until('the provider has it', () => good.accepted.some((r) => r.to === addr), { every: 1 });
  out.push(performance.now() - began);
  const hooked = performance.now();
  assert.equal((await smsIn(d, { id: `in-${n}`, from: `+4478${String(10000000 + n)}`, text: 'in' })).status, 200);
  into.push(performance.now() - hooked);
}

async function measure() {
  const out = [], into = [];
  let left = ROUNDS;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left-- > 0) await round(out, into); }));
  return { out: p99(out), into: p99(into), count: out.length };
}

test('sick neighbours do not hold up a channel', async (t) => {
  await measure(); /* warm */
  const alone = await measure();
  for (const channel of ['silent', 'deaf', 'limited', 'lying', 'gone']) for (let i = 0; i < STUCK; i++) await begin(channel);
  await until('they are at it', () => silent.sockets.size > 0 && deaf.sockets.size > 0 && limited.requests.length > 0 && lying.requests.length > 0);
  const taken = good.accepted.length;
  const beside = await measure();
  assert.equal(beside.count, ROUNDS);
  assert.equal(good.accepted.length, taken + ROUNDS); /* each once, all of it */
  /* … while the others were stuck: nothing of theirs has ended well, and they hold their places. */
  assert.ok(silent.sockets.size > 0 && [...silent.sockets].every((s) => !s.destroyed));
  assert.ok([...deaf.sockets].every((s) => !s.destroyed));
  assert.equal(limited.accepted.length, 0);
  const rest = await d.rest('lead');
  const states = (await rest.get('/v1/channels')).channels;
  assert.equal(states.find((c) => c.id === 'sms').state, 'up');
  assert.ok(states.find((c) => c.id === 'limited').paused);
  t.diagnostic(`p99 of a send: ${alone.out.toFixed(1)} ms alone, ${beside.out.toFixed(1)} ms beside: ${(beside.out / alone.out).toFixed(2)} times`);
  t.diagnostic(`p99 of a hook: ${alone.into.toFixed(1)} ms alone, ${beside.into.toFixed(1)} ms beside: ${(beside.into / alone.into).toFixed(2)} times`);
});
