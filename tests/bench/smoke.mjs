/* Three seconds of load: asserts that the generator's counts are right, never how fast anything was. */
import assert from 'node:assert/strict';
import { Tandem, measure } from './subjects.mjs';

const t = await Tandem.start({ agents: 2 });
try {
  const paced = await measure('load', ...t.arguments, '--rate', 200, '--seconds', 2, '--warmup', 0.5, '--connections', 8, '--senders', 50);
  assert.equal(paced.acked, paced.sent, JSON.stringify(paced));
  assert.ok(paced.sent >= 400, 'an open loop sends what is due, whatever the server does');
  assert.equal(paced.seen, paced.acked);
  assert.equal(paced.sightings, 2 * paced.acked, 'both agents of the queue see each message once');
  assert.equal(paced.refused + paced.failed + paced.lost, 0);
  const closed = await measure('load', ...t.arguments, '--seconds', 1, '--warmup', 0, '--connections', 4, '--senders', 50);
  assert.equal(closed.acked, closed.sent, JSON.stringify(closed));
  assert.equal(closed.seen, closed.acked);
  const idle = await measure('idle', ...t.idleArguments, '--connections', 50);
  assert.equal(idle.open, 50);
  console.log(JSON.stringify({ paced, closed, idle }));
} finally {
  await t.stop();
}
process.exit(0);
