import assert from 'node:assert/strict';
import test from 'node:test';
import { message } from '../../src/model/normalize';
import { addMessages, emptyLog, gap, lines, visibleSeq } from '../../src/store/log';
import { logPage, openLog } from '../../src/store/local';
import { initialState } from '../../src/store/state';

const m = (seq: number, data: object = {}) => message({ seq, text: `${seq}`, ...data });
const page = (from: number, to: number) => ({ messages: Array.from({ length: to - from + 1 }, (_, i) => ({ seq: from + i })) });

test('lines come in any order and stand in theirs', () => {
  let log = addMessages(emptyLog(1), [m(5), m(6)]);
  log = addMessages(log, [m(3), m(5)]);
  assert.deepEqual(log.messages.map((x) => x.seq), [3, 5, 6]);
  assert.equal(gap(log), 5, 'something is missing before 5');
  assert.equal(gap(addMessages(log, [m(4)])), 0);
  assert.equal(addMessages(log, [m(5)]), log, 'nothing new, nothing changed');
});

test('the newest page, then older ones until the beginning', () => {
  let s = openLog(initialState, 1, 0);
  s = logPage(s, 1, page(61, 110), { limit: 50 });
  assert.equal(s.logs.get(1)!.loaded, true);
  assert.equal(s.logs.get(1)!.start, false);
  s = logPage(s, 1, page(11, 60), { limit: 50, before: 61 });
  assert.equal(s.logs.get(1)!.start, false);
  s = logPage(s, 1, page(1, 10), { limit: 50, before: 11 });
  assert.equal(s.logs.get(1)!.start, true);
  assert.equal(s.logs.get(1)!.messages.length, 110);
});

test('what was missed is read forward, page by page, until nothing is left', () => {
  let s = openLog(initialState, 1, 0);
  s = logPage(s, 1, page(1, 10), { limit: 50 });
  s = { ...s, logs: new Map([[1, { ...s.logs.get(1)!, stale: true }]]) };
  s = logPage(s, 1, page(11, 60), { limit: 50, after: 10 });
  assert.equal(s.logs.get(1)!.stale, true, 'a full page: there may be more');
  s = logPage(s, 1, page(61, 63), { limit: 50, after: 60 });
  assert.equal(s.logs.get(1)!.stale, false);
  assert.equal(gap(s.logs.get(1)!), 0);
});

test('edits, withdrawals and reactions fold into the line that they mean', () => {
  const out = lines([m(1), m(2), m(3, { kind: 'edit', edits: 1, text: 'better' }), m(4, { kind: 'delete', edits: 2 }), m(5, { kind: 'reaction', edits: 1, text: '👍' }), m(6, { kind: 'edit', edits: 99 })]);
  assert.equal(out.length, 2);
  assert.equal(out[0]!.text, 'better');
  assert.equal(out[0]!.reactions.length, 1);
  assert.equal(out[1]!.deleted, true);
});

test('notes and events are nothing that the customer sees', () => {
  assert.equal(visibleSeq([m(1), m(2, { kind: 'note', private: true }), m(3, { kind: 'event', direction: 'internal' })]), 1);
});

test('the logs used last are kept, and those with messages on their way', () => {
  let s = initialState;
  for (let i = 1; i <= 40; i++) s = openLog(s, i, i);
  assert.equal(s.logs.size, 30);
  assert.equal(s.logs.has(1), false);
  assert.equal(s.logs.has(40), true);
});
