import assert from 'node:assert/strict';
import test from 'node:test';
import { findCanned, insertAt, slashAt } from '../../src/lib/canned';
import { Drafts } from '../../src/lib/drafts';
import { colleagueSince, READ_MS, seenSeq, unseen } from '../../src/lib/stale';
import { message } from '../../src/model/normalize';

const customer = (seq: number) => message({ seq, direction: 'in', from: { name: 'Ada' } });
const by = (author: string, seq: number) => message({ seq, direction: 'out', author });
const note = (seq: number) => message({ seq, direction: 'internal', kind: 'note', private: true, author: 'bob' });
const long = () => 0; // arrived long ago
const NOW = 1_000_000;

test('a colleague’s reply since the draft began asks for a confirmation', () => {
  const log = [customer(1), by('bob', 2), note(3)];
  assert.deepEqual(colleagueSince(log, { seq: 1 }, 'anna'), { by: 'colleague', who: 'bob', seq: 2 });
  assert.equal(colleagueSince(log, { seq: 2 }, 'anna'), null, 'a private note is no reply');
  assert.equal(colleagueSince([customer(1), by('anna', 2)], { seq: 1 }, 'anna'), null, 'my own is not');
});

test('what the customer wrote counts as read after a moment on the screen', () => {
  const log = [customer(1), customer(2)];
  assert.equal(seenSeq(log, { seq: 1 }, 'anna', long, NOW), 2);
  assert.equal(seenSeq(log, { seq: 1 }, 'anna', () => NOW - READ_MS + 1, NOW), 1);
  assert.deepEqual(unseen(log, 1, 'anna'), { by: 'customer', who: 'Ada', seq: 2 });
});

test('nothing after an unconfirmed reply of a colleague counts as read', () => {
  const log = [customer(1), by('bob', 2), customer(3)];
  assert.equal(seenSeq(log, { seq: 1 }, 'anna', long, NOW), 1);
  assert.deepEqual(unseen(log, 1, 'anna'), { by: 'colleague', who: 'bob', seq: 2 });
  assert.equal(seenSeq(log, { seq: 3 }, 'anna', long, NOW), 3, 'confirmed');
});

test('my own burst is never stale', () => {
  const log = [customer(1), by('anna', 2), by('anna', 3)];
  assert.equal(seenSeq(log, { seq: 1 }, 'anna', long, NOW), 3);
  assert.equal(unseen(log, 3, 'anna'), null);
});

test('drafts belong to a person and outlive a reload', () => {
  const store = new Map<string, string>();
  const shelf = { getItem: (k: string) => store.get(k) ?? null, setItem: (k: string, v: string) => void store.set(k, v) };
  const a = new Drafts(shelf);
  a.put('anna', 7, { text: 'half a', note: false, base: 3 });
  a.save();
  const b = new Drafts(shelf);
  assert.equal(b.get('anna', 7)!.text, 'half a');
  assert.equal(b.get('bob', 7), undefined);
  b.put('anna', 7, null);
  assert.equal(b.get('anna', 7), undefined);
  b.save();
});

test('a message that was not taken comes back in front of what was written since', () => {
  const d = new Drafts(null);
  d.put('anna', 7, { text: 'next', note: false, base: 5 });
  d.giveBack('anna', 7, 'first', false, 4, { kind: 'stale', text: 'Bob replied.' });
  assert.equal(d.get('anna', 7)!.text, 'first\nnext');
  assert.equal(d.get('anna', 7)!.problem!.kind, 'stale');
  d.save();
});

test('several that come back stand in the order in which they were sent', () => {
  const d = new Drafts(null);
  const why = { kind: 'stale', text: '' } as const;
  d.giveBack('anna', 7, 'first', false, 4, why);
  d.put('anna', 7, { ...d.get('anna', 7)!, text: 'first\ntyped since' });
  d.giveBack('anna', 7, 'second', false, 4, why);
  assert.equal(d.get('anna', 7)!.text, 'first\nsecond\ntyped since');
  d.save();
});

test('a note that comes back never becomes part of a reply', () => {
  const d = new Drafts(null);
  d.put('anna', 7, { text: 'Dear Ada', note: false, base: 1 });
  d.giveBack('anna', 7, 'she is a difficult customer', true, 1, { kind: 'error', text: '' });
  assert.equal(d.get('anna', 7)!.note, true);
  d.save();
});

test('broken storage is no storage', () => {
  const d = new Drafts({ getItem: () => '{not json', setItem: () => { throw new Error('full'); } });
  d.put('anna', 1, { text: 'x', note: false, base: 0 });
  assert.doesNotThrow(() => d.save());
});

test('a slash opens the canned replies at the start of a word only', () => {
  assert.deepEqual(slashAt('/he', 3), { from: 0, to: 3, query: 'he' });
  assert.deepEqual(slashAt('Hi\n/', 4), { from: 3, to: 4, query: '' });
  assert.equal(slashAt('and/or', 6), null);
  assert.equal(slashAt('https://x', 9), null);
  const canned = [{ id: 'bye', text: 'Good day, hello again' }, { id: 'hello', text: 'Hello!' }];
  assert.deepEqual(findCanned(canned, 'hel').map((c) => c.id), ['hello', 'bye']);
  assert.deepEqual(insertAt('Hi /he you', { from: 3, to: 6, query: 'he' }, 'Hello!'), { text: 'Hi Hello! you', caret: 9 });
});
