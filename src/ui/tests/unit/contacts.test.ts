import assert from 'node:assert/strict';
import test from 'node:test';
import { candidates, channelsFor, inOrder, together } from '../../src/lib/contacts';
import * as n from '../../src/model/normalize';

const conv = (id: number, channel: string, type: string, addr: string, more: object = {}) => n.conv({ id, contact: id + 100, channel, kind: 'sms', peer: { type, addr }, contact_name: `Name ${id}`, last_at: id, ...more });
const policy = n.policy({ channels: [
  { id: 'mail', kind: 'mail' }, { id: 'sms', kind: 'sms' }, { id: 'sms-2', kind: 'sms' }, { id: 'web', kind: 'chat', live: true },
  { id: 'pbx', kind: 'voice' }, { id: 'toots', kind: 'social' }, { id: 'skies', kind: 'social' },
] });
const ids = (type: string, convs = [conv(1, 'toots', 'mastodon', '@a@x')]) => channelsFor({ type, addr: 'x', name: '' }, policy, convs).map((c) => c.id);

test('an address is written to by what reaches it', () => {
  assert.deepEqual(ids('email'), ['mail']);
  assert.deepEqual(ids('sms'), ['sms', 'sms-2']);
  assert.deepEqual(ids('mastodon'), ['toots']); /* as its own conversations show */
  assert.deepEqual(ids('mastodon', []), []);
  assert.deepEqual(ids('visitor'), []); /* nobody can be called to a chat */
  assert.deepEqual(ids('tel'), []);
  assert.deepEqual(ids('sms', [conv(1, 'sms-2', 'other', '1')]), ['sms']);
});

test('who else it might be: once each, newest first, found by name, address, subject and number', () => {
  const all = [conv(1, 'sms', 'sms', '+441'), conv(2, 'sms', 'sms', '+442', { contact: 101 }), conv(3, 'sms', 'sms', '+443', { subject: 'Refund' }), conv(4, 'sms', 'sms', '+444')];
  assert.deepEqual(candidates('', all, new Set([104])).map((c) => [c.id, c.conv]), [[103, 3], [101, 2]]);
  assert.deepEqual(candidates('name 3', all, new Set()).map((c) => c.id), [103]);
  assert.deepEqual(candidates('+441', all, new Set()).map((c) => c.id), [101]);
  assert.deepEqual(candidates('refund', all, new Set()).map((c) => c.id), [103]);
  assert.deepEqual(candidates('#104', all, new Set()).map((c) => c.id), [104]);
  assert.deepEqual(candidates('nobody', all, new Set()), []);
});

test('a merge brings each address once; lines stand in order', () => {
  const of = (...addrs: string[]) => n.contact({ id: 1, identities: addrs.map((addr) => ({ address: { type: 'sms', addr } })) });
  assert.deepEqual(together(of('1', '2'), of('2', '3')).map((i) => i.address.addr), ['2', '3', '1']);
  const line = (c: number, seq: number, at: number, kind = 'text') => ({ ...n.message({ seq, at, kind }), conv: c });
  assert.deepEqual(inOrder([line(2, 1, 30), line(1, 2, 20), line(1, 1, 20), line(1, 3, 25, 'event')]).map((m) => [m.conv, m.seq]), [[1, 1], [1, 2], [2, 1]]);
});
