import assert from 'node:assert/strict';
import test from 'node:test';
import { acked, emptyQueue, enqueue, isTransient, postponed, reconnected, sendable, sent, settled, storeUp, type CommandQueue } from '../../src/store/commands';

function three(): CommandQueue {
  let q = emptyQueue;
  for (const cmd of ['a', 'b', 'c']) [q] = enqueue(q, cmd, {}, 0);
  return q;
}
const ids = (q: CommandQueue, now = 0) => sendable(q, now).map((c) => c.id);
const all = (q: CommandQueue) => q.items.reduce((x, c) => sent(x, c.id), q);

test('ids grow and are never used twice', () => {
  let q = three();
  assert.deepEqual(ids(q), ['1', '2', '3']);
  q = settled(settled(settled(q, '1'), '2'), '3');
  const [next, id] = enqueue(q, 'd', {}, 0);
  assert.equal(id, '4');
  assert.deepEqual(ids(next), ['4']);
});

test('what is sent is not sent again while the socket lives', () => {
  assert.deepEqual(ids(all(three())), []);
});

test('a reconnect that resumes sends again what has no ack, in order, with its old id', () => {
  const q = acked(all(three()), '1');
  assert.deepEqual(ids(reconnected(q, true)), ['2', '3']);
});

test('after a fresh snapshot also what was acked, for its result may have passed', () => {
  const q = settled(acked(acked(all(three()), '1'), '2'), '1');
  assert.deepEqual(ids(reconnected(q, false)), ['2', '3']);
});

test('a transient refusal holds all that follows, so that order is kept, and waits longer each time', () => {
  let q = postponed(all(three()), '1', 1000);
  assert.deepEqual(ids(q, 1001), []);
  const first = q.hold - 1000;
  assert.deepEqual(ids(q, q.hold), ['1', '2', '3']);
  q = postponed(all(q), '1', 5000);
  assert.ok(q.hold - 5000 > first);
  assert.deepEqual(ids(storeUp(q), 5001), ['1', '2', '3'], 'the store is back: at once');
  assert.equal(acked(q, '1').hold, 0);
});

test('an ack for a command that was put back keeps it from going out twice', () => {
  const q = acked(postponed(all(three()), '1', 0), '2');
  assert.deepEqual(ids(q, Infinity), ['1', '3']);
});

test('unknown ids change nothing', () => {
  const q = three();
  assert.equal(settled(q, '9'), q);
  assert.equal(sent(q, '9'), q);
  assert.equal(postponed(q, '9', 0), q);
});

test('which refusals mean later', () => {
  assert.deepEqual(['unavailable', 'busy', 'invalid', 'forbidden'].map(isTransient), [true, true, false, false]);
});
