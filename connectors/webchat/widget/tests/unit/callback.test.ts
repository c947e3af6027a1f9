import assert from 'node:assert/strict';
import test from 'node:test';
import { callbackLanguages } from '../../src/callback/words';
import { parseFrame } from '../../src/core/frames';
import { languages } from '../../src/words';
import { world } from './fake';

test('call backs are kept until they are taken, in order, each with its time', () => {
  const { clock, server, disk, tab } = world();
  const t = tab().start();
  t.say('Hello');
  clock.pass(6000);
  server.cut();
  t.s.callBack(1_700_000_900_000, { phone: '+44 131 496 0199' });
  t.s.callBack(0, { email: 'ada@example.org' });
  const kept = disk.kept().pending;
  assert.deepEqual(kept.map((p: { t: string; due: number }) => [p.t, p.due]), [['callback', 1_700_000_900_000], ['callback', 0]]);
  clock.pass(30_000);
  const sent = server.wires.flatMap((w) => w.got).filter((f) => f.t === 'callback');
  const first = sent.filter((f, i) => sent.findIndex((g) => g.id === f.id) === i); // sent again it has its old id
  assert.deepEqual(first.map((f) => [f.at, f.fields]), [
    [1_700_000_900_000, { phone: '+44 131 496 0199' }],
    [undefined, { email: 'ada@example.org' }],
  ]);
});

test('the visit says what is offered and what is due', () => {
  const visit = (more: object) => parseFrame(JSON.stringify({ t: 'visit', state: 'waiting', ...more })) as unknown as { visit: { callback: boolean; callbackAt: number } };
  assert.deepEqual([visit({}).visit.callback, visit({}).visit.callbackAt], [false, 0]);
  assert.equal(visit({ callback: true }).visit.callback, true);
  assert.equal(visit({ callback: 'yes' }).visit.callback, false);
  assert.equal(visit({ callback_at: 1_700_000_000_000 }).visit.callbackAt, 1_700_000_000_000);
});

test('every language of the panel has these words, the time included', () => {
  assert.deepEqual(Object.keys(callbackLanguages).sort(), Object.keys(languages).sort());
  for (const w of Object.values(callbackLanguages)) {
    assert.ok(Object.values(w).every((x) => x.length > 1));
    assert.ok(w.doneAt.includes('{t}'));
  }
});
