/* Redis refuses to write (it is full): 503, never a false 2xx; nothing that was acknowledged is lost, and
 * all goes on when there is room again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { until } from '../../lib/system.mjs';
import { check } from './check.mjs';
import { mark } from './journal.mjs';
import { observe } from './observe.mjs';

let d;
let rest;
before(async () => {
  d = await Daemon.start();
  await d.addUser('lead', { role: 'supervisor' });
  rest = await d.rest('lead');
});
after(() => d?.stop());

test('a full Redis', async () => {
  const lines = [];
  let n = 0;
  const say = async () => {
    const id = `m${++n}`;
    lines.push({ k: 'send', id, sender: '+447700955555', n, channel: 'sms' });
    const r = await smsIn({ port: d.port }, { id, from: '+447700955555', text: mark(id) });
    if (r.status === 200) lines.push({ k: 'ack', id });
    return r;
  };
  for (let i = 0; i < 20; i++) assert.equal((await say()).status, 200);
  const anna = await (async () => {
    await d.addUser('anna');
    return d.agent('anna');
  })();

  await d.redis('CONFIG', 'SET', 'maxmemory', '1mb');
  const refused = await until('it is refused', async () => {
    const r = await say();
    return r.status !== 200 && r;
  });
  assert.equal(refused.status, 503);
  assert.ok(refused.headers['retry-after'], 'it says when to come again');
  for (let i = 0; i < 20; i++) assert.notEqual((await say()).status, 500);
  const note = anna.command('presence.set', { presence: 'paused', reason: 'lunch' });

  await d.redis('CONFIG', 'SET', 'maxmemory', '0');
  await until('it is taken again', async () => (await say()).status === 200);
  const r = await note.result.promise;
  assert.equal(r.ok, true, 'what an agent said meanwhile was kept by the page, and taken');
  await until('all acknowledged are stored', async () => check(lines, await observe(rest)).length === 0).catch(async () =>
    assert.deepEqual(check(lines, await observe(rest)), []));
  assert.equal(d.current.exit, null);
});
