import assert from 'node:assert/strict';
import test from 'node:test';
import { chord, match } from '../../src/actions/keys';
import { rank } from '../../src/lib/fuzzy';
import { parseRoute, toConv, toView } from '../../src/store/route';
import { counts, listRows, mergeable, offersFor, priorities } from '../../src/store/select';
import { apply, conv, live, work } from './make';

const none = { text: '', kind: '' } as const;
const s = live([
  { entity: 'policy', key: '', version: 1, data: { queues: [{ id: 'chat', target_ms: 100 }] } },
  work(1, 1, { state: 'active', agent: 'anna' }), conv(1, 1, { last_at: 10, seq: 5, read_seq: 3 }),
  work(2, 1, { state: 'parked', agent: 'anna' }), conv(2, 1, { last_at: 99 }),
  work(3, 1, { state: 'queued', t0: 50, priority: 1 }), conv(3, 1, { contact_name: 'Zoë', tags: ['vip'] }),
  work(4, 1, { state: 'queued', t0: 90 }), conv(4, 1),
  work(5, 1, { state: 'offered', agent: 'anna', offer: '5-3', t0: 1 }), conv(5, 1),
  work(6, 1, { state: 'active', agent: 'bob' }), conv(6, 1),
  work(7, 1, { kind: 'call', channel_kind: 'voice', state: 'active', agent: 'anna', from: '+44' }),
]);
const ids = (name: 'mine' | 'queues' | 'all', f = none) => listRows(s, { name }, f).map((r) => r.id);

test('mine: what is in hand first, then what is put aside; an offer is not mine yet', () => {
  assert.deepEqual(ids('mine'), [1, 7, 2]);
});
test('waiting: by priority, then who waits longest; my own offer is not in the queue', () => {
  assert.deepEqual(ids('queues'), [4, 3]);
});
test('asked: whoever has it keeps it, and it is in nobody else’s hand', () => {
  const t = live([
    work(1, 1, { state: 'active', agent: 'bob', consult: 'anna' }), work(2, 1, { state: 'active', agent: 'anna', consult: 'bob' }),
    work(3, 1, { state: 'queued' }), conv(1, 1), conv(2, 1), conv(3, 1),
  ]);
  assert.deepEqual(listRows(t, { name: 'asked' }, none).map((r) => r.id), [1]);
  assert.deepEqual(listRows(t, { name: 'mine' }, none).map((r) => r.id), [2]);
  assert.equal(counts(t, 0).asked, 1);
  const over = apply(t, { t: 'entity', event: '11-0', ...work(1, 2, { state: 'active', agent: 'bob' }) });
  assert.deepEqual(listRows(over, { name: 'asked' }, none), []);
  assert.deepEqual(parseRoute(toView({ name: 'asked' })), { view: { name: 'asked' }, conv: 0 });
});
test('where one can go on: of the same contact first, never a call; the bands', () => {
  const t = live([
    work(1, 1, { state: 'active', agent: 'anna' }), conv(1, 1, { contact: 5 }), work(2, 1), conv(2, 1, { last_at: 9 }),
    work(3, 1), conv(3, 1, { contact: 5, last_at: 1 }), work(4, 1, { kind: 'call' }), conv(4, 1, { kind: 'voice', contact: 5 }), conv(5, 1, { contact: 5 }),
  ]);
  assert.deepEqual(mergeable(t, 1).map((c) => c.id), [3, 2]);
  assert.deepEqual(priorities(t.policy, 9), [0, 1, 2, 3, 4, 9]);
});
test('filters by text and channel', () => {
  assert.deepEqual(listRows(s, { name: 'all' }, { text: 'zoë vip', kind: '' }).map((r) => r.id), [3]);
  assert.deepEqual(listRows(s, { name: 'all' }, { text: '#6', kind: '' }).map((r) => r.id), [6]);
  assert.deepEqual(listRows(s, { name: 'all' }, { text: '', kind: 'voice' }).map((r) => r.id), [7]);
});
test('counts, and how late the oldest is', () => {
  const n = counts(s, 160);
  assert.deepEqual([n.mine, n.unreadMine, n.waiting, n.all], [3, 1, 2, 7]);
  assert.equal(n.worst.get('chat'), 'late');
});
test('offers are mine alone', () => {
  assert.deepEqual(offersFor(s.works, 'anna').map((w) => w.id), [5]);
  assert.deepEqual(offersFor(s.works, 'bob'), []);
});
test('addresses', () => {
  assert.deepEqual(parseRoute('#/c/1042'), { view: { name: 'mine' }, conv: 1042 });
  assert.deepEqual(parseRoute(toConv(7, { name: 'queue', queue: 'a b' })), { view: { name: 'queue', queue: 'a b' }, conv: 7 });
  assert.deepEqual(parseRoute(toView({ name: 'closed' })), { view: { name: 'closed' }, conv: 0 });
  assert.deepEqual(parseRoute('#/nonsense'), { view: { name: 'mine' }, conv: 0 });
});
test('keys', () => {
  const key = (k: string, more: object = {}) => chord({ key: k, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  assert.equal(key('e'), 'E');
  assert.equal(key('E', { shiftKey: true }), 'Shift+E');
  assert.equal(key('?', { shiftKey: true }), '?');
  assert.equal(key('k', { metaKey: true }), 'Mod+K');
  assert.equal(key('N', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+N');
  assert.equal(key('å', { altKey: true, code: 'KeyA' }), 'Alt+A');
  const known = new Set(['G M', 'M', 'A']);
  const g = match('G', null, 0, known);
  assert.equal(g.keys, null);
  assert.equal(match('M', g.pending, 500, known).keys, 'G M');
  assert.equal(match('M', g.pending, 5_000, known).keys, 'M', 'too late for the pair');
  assert.equal(match('X', g.pending, 500, known).keys, null);
});
test('the palette ranks beginnings of words', () => {
  assert.deepEqual(rank('tr', ['extra', 'a tree', 'transfer'], (x) => x), ['transfer', 'a tree', 'extra']);
});
