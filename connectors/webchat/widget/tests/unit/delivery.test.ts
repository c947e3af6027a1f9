/* What the visitor writes: once, in order, whatever breaks. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Tab, world } from './fake';

test('typed offline: sent once, in order, after the connection is back', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('one');
  clock.pass(100);
  server.up = false;
  server.cut();
  for (const text of ['two', 'three', 'four']) t.say(text);
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['one']);
  assert.deepEqual(t.seen(), ['one', 'two', 'three', 'four']);
  server.up = true;
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['one', 'two', 'three', 'four']);
  assert.deepEqual(t.seen(), ['one', 'two', 'three', 'four']);
  assert.equal(t.s.outbox.entries.length, 0);
});

test('an ack that was lost: sent again with its id, stored once, shown once', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  server.acks = false;
  server.echo = false;
  t.say('Hello');
  clock.pass(100);
  server.seen.clear(); // open got lost as well
  server.acks = true;
  server.cut();
  clock.pass(30_000);
  const ids = new Set(server.seen.keys());
  assert.equal(ids.size, 2);
  assert.deepEqual(t.seen(), ['Hello']);

  server.acks = false;
  t.say('again');
  clock.pass(100);
  assert.deepEqual(server.texts(), ['Hello', 'again']);
  server.acks = server.echo = true;
  server.cut();
  clock.pass(30_000);
  assert.deepEqual(server.texts(), ['Hello', 'again']);
  assert.deepEqual(t.seen(), ['Hello', 'again']);
});

test('no ack for 15 s: a new connection, not a second message', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  server.acks = false;
  t.say('Hello');
  clock.pass(14_000);
  const before = server.wires.length;
  server.acks = true;
  clock.pass(3_000);
  assert.equal(server.wires.length, before + 1);
  assert.deepEqual(server.texts(), ['Hello']);
});

test('pending survives the page, with its id', () => {
  const { clock, server, disk, tab } = world();
  const a = tab().start();
  a.say('one');
  clock.pass(100);
  server.up = false;
  server.cut();
  a.say('two');
  a.say('three');
  const ids = disk.kept().pending.map((p: { id: string }) => p.id);
  a.close();
  server.up = true;
  const b = tab().start();
  clock.pass(1000);
  assert.deepEqual(server.texts(), ['one', 'two', 'three']);
  for (const id of ids) assert.ok(server.seen.has(id), id);
  assert.deepEqual(b.seen(), ['one', 'two', 'three']);
  assert.deepEqual(disk.kept().pending, []);
});

test('two tabs offline: both come back with the whole queue, each message is stored once', () => {
  const { clock, server, disk, tab } = world();
  const a = tab().start();
  const b = tab().start();
  a.say('0');
  clock.pass(500);
  server.up = false;
  server.cut();
  a.say('a1');
  clock.pass(10);
  b.say('b1');
  clock.pass(10);
  a.say('a2');
  clock.pass(60_000);
  assert.deepEqual(b.seen(), ['0', 'a1', 'b1', 'a2']);
  server.up = true;
  clock.pass(60_000);
  assert.deepEqual([...server.texts()].sort(), ['0', 'a1', 'a2', 'b1']);
  assert.ok(server.texts().indexOf('a1') < server.texts().indexOf('a2'));
  assert.deepEqual(a.seen(), server.texts());
  assert.deepEqual(b.seen(), server.texts());
  assert.deepEqual(disk.kept().pending, []);
});

test('a tab that died leaves its messages to the others', () => {
  const { clock, server, tab } = world();
  const a = tab().start();
  const b = tab().start();
  a.say('0');
  clock.pass(500);
  server.store = false;
  server.all({ t: 'store', up: false });
  a.say('left behind');
  clock.pass(10);
  a.close();
  server.store = true;
  server.all({ t: 'store', up: true });
  clock.pass(20_000);
  assert.deepEqual(server.texts(), ['0', 'left behind']);
  assert.deepEqual(b.seen(), ['0', 'left behind']);
});

test('a write that another tab undoes loses nothing', () => {
  const { clock, server, disk, tab } = world();
  const a = tab().start();
  a.say('0');
  clock.pass(100);
  server.up = false;
  server.cut();
  const old = disk.data.get('k')!;
  a.say('kept');
  disk.data.set('k', old); // another tab wrote what it had read before
  a.s.stored();
  assert.deepEqual(a.seen(), ['0', 'kept']);
  server.up = true;
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['0', 'kept']);
});

test('what another tab brings back after it was delivered is not shown again, nor kept', () => {
  const { clock, disk, tab } = world();
  const a = tab().start();
  const b = tab().start();
  a.say('0');
  clock.pass(500);
  a.say('once');
  const old = disk.data.get('k')!;
  assert.ok(disk.kept().pending.some((p: { text?: string }) => p.text === 'once'));
  clock.pass(500);
  disk.data.set('k', old); // b wrote what it had read before a's message was delivered
  for (const t of [a, b]) t.as(() => t.s.stored());
  assert.deepEqual(a.seen(), ['0', 'once']);
  assert.deepEqual(b.seen(), ['0', 'once']);
  assert.deepEqual(disk.kept().pending, []);
  clock.pass(60_000);
  assert.deepEqual(a.seen(), ['0', 'once']);
});

test('refused because the store is away: kept, in order, sent later', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('0');
  clock.pass(100);
  server.store = false;
  t.say('1');
  t.say('2');
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['0']);
  server.store = true;
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['0', '1', '2']);
});

test('refused for good: shown as failed, the next goes on, retry has a new id', () => {
  const { clock, server, disk, tab } = world();
  const t = tab().start();
  t.say('0');
  clock.pass(100);
  t.say('bad');
  t.say('good');
  clock.pass(100);
  assert.deepEqual(server.texts(), ['0', 'good']);
  const e = t.s.outbox.visible(t.s.talk.has)[0];
  assert.equal(e.state, 'failed');
  assert.equal(e.error, 'Not this.');
  assert.deepEqual(disk.kept().pending, []);
  t.s.retry(e.id);
  assert.equal(t.s.outbox.find(e.id), undefined);
  clock.pass(100);
  t.s.discard(t.s.outbox.entries[0].id);
  assert.deepEqual(t.seen(), ['0', 'good']);
});

test('the line before its result is not shown twice', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('0');
  clock.pass(100);
  server.results = server.ids = false;
  t.say('same');
  assert.deepEqual(t.seen(), ['0', 'same']);
  t.say('same');
  assert.deepEqual(t.seen(), ['0', 'same', 'same']);
  clock.pass(60_000);
  assert.equal(t.s.outbox.entries.length, 0);
});

test('without storage it works as long as the page lives', () => {
  const { clock, server } = world();
  const t = new Tab(clock, server, null).start();
  t.say('Hello');
  server.up = false;
  server.cut();
  t.say('offline');
  server.up = true;
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['Hello', 'offline']);
});

test('storage that is full from one moment on', () => {
  const { clock, server, disk, tab } = world();
  const t = tab().start();
  t.say('one');
  clock.pass(100);
  disk.setItem = () => {
    throw new Error('quota');
  };
  server.up = false;
  server.cut();
  t.say('two');
  t.say('three');
  server.up = true;
  clock.pass(60_000);
  assert.deepEqual(server.texts(), ['one', 'two', 'three']);
});

test('a result that went to a lost connection is not waited for', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  server.results = false;
  t.say('Hello');
  clock.pass(60_000);
  server.cut();
  clock.pass(60_000);
  assert.equal(t.s.outbox.entries.length, 0);
  assert.equal(t.s.starting(), false);
});
