/* One short life of the daemon, for the checkers of memory and threads: two logins (hashed on a thread), an SMS
 * in, an offer accepted, an answer out, a check of a channel (on a thread), a polite end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autoAccept } from '../lib/agent.mjs';
import { Daemon } from '../lib/daemon.mjs';
import { FakeProvider } from '../lib/provider.mjs';
import { smsIn } from '../lib/sms.mjs';
import { until } from '../lib/system.mjs';

test('a daemon lives and ends without a complaint', async () => {
  const provider = await FakeProvider.start();
  const d = await Daemon.start({ provider });
  try {
    await d.addUser('anna', { queues: 'sms' });
    await d.addUser('boss', { role: 'admin' });
    const anna = await d.agent('anna');
    autoAccept(anna);
    assert.equal((await smsIn(d, { id: 'm1', from: '+447700900123', text: 'Where is my order?' })).status, 200);
    const work = await until('anna works on it', () => anna.all('work').find((w) => w.state === 'active' && w.agent === 'anna'));
    assert.equal((await anna.cmd('message.send', { conv: work.id, text: 'On its way.' })).ok, true);
    await until('the answer is out', () => provider.requests.some((r) => r.text === 'On its way.'));
    const boss = await d.rest('boss');
    assert.equal((await boss.call('POST', '/v1/channels/sms/doctor', undefined, { ms: 90000 })).status, 200);
  } finally {
    await d.stop();
    await provider.stop();
  }
});
