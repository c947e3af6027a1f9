import assert from 'node:assert/strict';
import test from 'node:test';
import { answerable, lengthIn, mentions, network, reach, safeUrl } from '../../src/lib/posts';
import * as n from '../../src/model/normalize';
import { lines } from '../../src/store/log';
import type { Conv, Work } from '../../src/model/types';

const conv = (id: number, more: object = {}): Conv => n.conv({ id, kind: 'social', last_at: id, contact_name: `P${id}`, last_text: `text ${id}`, posts: [{ seq: 1 }], ...more });
const work = (id: number, more: object = {}): Work => n.work({ id, channel_kind: 'social', state: 'queued', priority: 1, ...more });
const board = (rows: [Work, Conv][], f: object = {}) =>
  mentions(new Map(rows.map(([w]) => [w.id, w])), new Map(rows.map(([, c]) => [c.id, c])), { stream: 'mentions', text: '', open: new Set<number>(), ...f }).map((m) => m.id);

test('the urgent first, then the newest; what was found has a stream of its own', () => {
  const rows: [Work, Conv][] = [
    [work(1), conv(1)], [work(2), conv(2)], [work(3, { priority: 0 }), conv(3, { last_at: 0 })],
    [work(4, { priority: 9 }), conv(4, { posts: [{ seq: 1, flags: 32 }] })], [work(5, { state: 'done' }), conv(5)],
  ];
  assert.deepEqual(board(rows), [3, 2, 1]);
  assert.deepEqual(board(rows, { stream: 'listening' }), [4]);
  assert.deepEqual(board(rows, { stream: 'all', text: 'TEXT 4' }), [4]);
});

test('members stand under their lead, when it is opened', () => {
  const rows: [Work, Conv][] = [
    [work(1, { kind: 'cluster', members: [2, 3] }), conv(1)], [work(2, { state: 'snoozed', cluster: 1 }), conv(2)],
    [work(3, { state: 'snoozed', cluster: 1 }), conv(3)], [work(4), conv(4)],
  ];
  assert.deepEqual(board(rows), [4, 1]);
  assert.deepEqual(board(rows, { open: new Set([1]) }), [4, 1, 2, 3]);
});

test('a reply goes to the newest post that is still there', () => {
  assert.equal(answerable(conv(1, { posts: [{ seq: 1 }, { seq: 4, gone: true }] }))?.seq, 1);
  assert.equal(answerable(conv(1, { posts: [{ seq: 1, gone: true }] })), undefined);
});

test('length in the channel’s unit', () => {
  assert.equal(lengthIn('graphemes', 'a👩‍👩‍👧é'), 3);
  assert.equal(lengthIn('bytes', 'é€'), 5);
  assert.equal(lengthIn('utf16', '👍'), 2);
  assert.equal(lengthIn('none', 'x'), null);
});

test('words for people; links only where they are safe', () => {
  assert.deepEqual([940, 12_345, 99_960, 1_204_000].map(reach), ['940', '12.3k', '100k', '1.2M']);
  assert.equal(network(n.policy({ channels: [{ id: 'a', connector: 'social_mastodon' }] }).channels[0], 'a'), 'Mastodon');
  assert.equal(safeUrl('javascript:alert(1)'), '');
  assert.equal(safeUrl('https://example.org/@a/1'), 'https://example.org/@a/1');
});

test('reactions: one of each, and taken back', () => {
  const at = (seq: number, more: object) => n.message({ seq, direction: 'in', text: '', ...more });
  const shown = lines([
    at(1, { text: 'Hello' }), at(2, { kind: 'reaction', edits: 1, text: '+', direction: 'out', author: 'anna' }),
    at(3, { kind: 'reaction', edits: 1, text: '!', from: { addr: '@x' } }), at(4, { kind: 'reaction', edits: 1, text: '', direction: 'out', author: 'ben' }),
  ]);
  assert.deepEqual(shown[0]!.reactions.map((r) => r.text), ['!']);
});
