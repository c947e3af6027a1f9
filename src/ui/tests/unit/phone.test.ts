import assert from 'node:assert/strict';
import test from 'node:test';
import { deskExtension, extensionError, holderOf, pausedBeside, phoneTrouble, usesPhone } from '../../src/lib/phone';
import { agent as read, policy } from '../../src/model/normalize';
import { addCommand } from '../../src/store/local';
import type { Item } from '../../src/net/frames';
import { apply, live } from './make';

const agent = (id: string, version: number, data: object = {}): Item => ({ entity: 'agent', key: id, version, data: { id, version, ...data } });
const event = (i: Item, n: number) => ({ t: 'entity', event: `${n}-0`, ...i }) as const;

test('who works without a phone is not bothered', () => {
  const none = policy({ channels: [{ id: 'web', kind: 'chat' }] });
  const some = policy({ channels: [{ id: 'pbx' }] }); // voice is the zero, and left out
  assert.equal(usesPhone(read({ id: 'anna' }), none), false);
  assert.equal(usesPhone(read({ id: 'anna' }), some), true);
  assert.equal(usesPhone(read({ id: 'anna', extension: '214' }), none), true);
  assert.equal(usesPhone(undefined, some), false);
});

test('what an extension is', () => {
  assert.equal(extensionError('PJSIP/214'), '');
  assert.match(extensionError(''), /Enter/);
  assert.match(extensionError('2 14'), /spaces/);
  assert.match(extensionError('ü'.repeat(33)), /64/);
  assert.equal(deskExtension({ getItem: () => { throw new Error('no'); } }), '');
});

test('trouble: the link before the gate; a gate that is asked is none', () => {
  assert.match(phoneTrouble(read({ voice_link_lost: true, gate: 'failed' })), /cannot be reached/);
  assert.match(phoneTrouble(read({ gate: 'nobody', extension: '214' })), /214/);
  assert.match(phoneTrouble(read({ gate: 'failed' })), /may ring/);
  for (const gate of ['none', 'asked', 'open', 'closed']) assert.equal(phoneTrouble(read({ gate })), '');
});

test('a pause on the phone is told apart where presence does not tell it', () => {
  assert.equal(pausedBeside(read({ phone_paused: true, presence: 'available' })), true);
  assert.equal(pausedBeside(read({ phone_paused: true, presence: 'paused' })), false);
});

test('a colleague took my phone: told until I have one again', () => {
  const s = live([agent('anna', 1, { extension: '214' }), agent('bob', 1)]);
  const lost = apply(s, event(agent('anna', 2), 11), event(agent('bob', 2, { extension: '214' }), 12));
  assert.equal(lost.lostPhone, '214');
  assert.equal(holderOf(lost.agents, '214')?.id, 'bob');
  assert.equal(apply(lost, event(agent('bob', 3), 13)).lostPhone, '214');
  assert.equal(apply(lost, event(agent('anna', 3, { extension: '215' }), 13)).lostPhone, '');
});

test('a phone that I gave up, or changed, was not taken', () => {
  const s = live([agent('anna', 1, { extension: '214' })]);
  const [mine] = addCommand(s, 'extension.set', {}, 0);
  assert.equal(apply(mine, event(agent('anna', 2), 11)).lostPhone, '');
  assert.equal(apply(s, event(agent('anna', 2, { extension: '215' }), 11)).lostPhone, '');
});

test('taken while I was away: the next snapshot tells', () => {
  const s = live([agent('anna', 1, { extension: '214' })]);
  const back = apply(s, { t: 'welcome', me: 'anna', role: 'agent', now: 0 },
    { t: 'snapshot', first: true, last: true, term: 'T2', event: '30-0', items: [agent('anna', 2)] });
  assert.equal(back.lostPhone, '214');
});
