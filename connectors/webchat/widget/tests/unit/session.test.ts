import assert from 'node:assert/strict';
import test from 'node:test';
import { world } from './fake';

test('says hello as a stranger and keeps nothing before the visitor acts', () => {
  const { clock, server, disk, tab } = world();
  const t = tab().start();
  assert.equal(t.s.link.state, 'up');
  const hello = server.wires[0].got[0];
  assert.equal(hello.t, 'hello');
  assert.equal(hello.have, 0);
  assert.equal('token' in hello, false);
  t.s.viewed();
  t.s.typing();
  clock.pass(120_000);
  assert.equal(disk.writes, 0);
});

test('the first message opens, is sent once, and the token is kept', () => {
  const { clock, server, disk, tab } = world();
  const t = tab().start();
  t.say('Hello');
  clock.pass(100);
  assert.deepEqual(server.wires[0].got.map((f) => f.t).filter((x) => x === 'open' || x === 'send'), ['open', 'send']);
  assert.deepEqual(t.seen(), ['Hello']);
  assert.equal(disk.kept().token, 'v1.vis1.1.ok');
  assert.deepEqual(disk.kept().pending, []);
  assert.equal(t.s.outbox.entries.length, 0);
});

test('resume: only what is missing is asked for, nothing comes twice', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('Hello');
  clock.pass(6000);
  server.show({ state: 'active', agent: 'Anna' });
  server.say('out', 'Good day');
  server.cut();
  server.say('out', 'Still there?');
  clock.pass(30_000);
  const hello = server.wires[0].got[0];
  assert.equal(hello.have, 2);
  assert.equal(hello.token, 'v1.vis1.1.ok');
  assert.deepEqual(t.seen(), ['Hello', 'Good day', 'Still there?']);
  server.all({ t: 'messages', items: [server.lines[1]], last: 3, more: false });
  assert.deepEqual(t.seen(), ['Hello', 'Good day', 'Still there?']);
  assert.deepEqual(t.arrived.filter((x) => x === 'Good day'), ['Good day']);
});

test('reconnects for ever, with jitter', () => {
  const { clock, server, tab } = world();
  server.up = false;
  const t = tab();
  t.s.start();
  clock.pass(24 * 3600_000);
  assert.ok(t.s.link.attempts > 2000);
  server.up = true;
  clock.pass(40_000);
  assert.equal(t.s.link.state, 'up');
});

test('a silent peer is noticed', () => {
  const { clock, server, tab } = world();
  tab().start();
  const wire = server.wires[0];
  const take = server.take.bind(server);
  server.take = () => undefined;
  clock.pass(36_000);
  assert.equal(wire.open, false);
  server.take = take;
  clock.pass(20_000);
  assert.ok(server.wires.some((w) => w.open));
});

test('two tabs show one conversation, each line once', () => {
  const { clock, server, tab } = world();
  const a = tab().start();
  const b = tab().start();
  a.say('from a');
  clock.pass(500); // b hears of the token and becomes the same visitor
  assert.deepEqual(server.wires.filter((w) => w.open).map((w) => w.visitor), ['vis1', 'vis1']);
  b.say('from b');
  clock.pass(500);
  server.say('out', 'to both');
  clock.pass(10_000);
  assert.deepEqual(server.texts(), ['from a', 'from b', 'to both']);
  assert.deepEqual(a.seen(), server.texts());
  assert.deepEqual(b.seen(), server.texts());
});

test('unread, seen and read marks', () => {
  const { clock, server, disk, tab } = world();
  const t = tab().start();
  t.say('Hello');
  clock.pass(2000);
  t.s.viewed();
  for (let i = 0; i < 5; i++) server.say('out', `line ${i}`);
  assert.equal(t.s.unread(), 5);
  clock.pass(5000);
  t.as(() => t.s.viewed());
  assert.equal(t.s.unread(), 0);
  clock.pass(5000);
  const seen = server.wires[0].got.filter((f) => f.t === 'seen');
  assert.deepEqual(seen[seen.length - 1], { t: 'seen', delivered: 6, read: 6 });
  assert.ok(seen.length <= 5, `${seen.length} frames`);
  assert.equal(disk.kept().read, 6);
  const again = tab().start();
  assert.equal(again.s.unread(), 0);
  server.all({ t: 'delivered', seq: 1, state: 'read' });
  assert.equal(t.s.talk.readSeq, 1);
});

test('a new conversation counts from 1 again', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('old 1');
  t.say('old 2');
  clock.pass(100);
  t.s.viewed();
  server.show({ state: 'closed' });
  server.renew();
  t.s.again();
  t.say('new 1');
  clock.pass(3000);
  assert.deepEqual(server.texts(), ['new 1']);
  assert.deepEqual(t.seen(), ['new 1']);
  server.say('out', 'answer');
  assert.equal(t.s.unread(), 1);
});

test('a tab that slept through a new conversation finds its way', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  for (const x of ['1', '2', '3']) t.say(x);
  clock.pass(100);
  server.show({ state: 'active' });
  server.up = false;
  server.cut();
  server.renew();
  server.echo = false;
  server.say('in', 'new 1');
  server.say('out', 'new 2');
  server.echo = true;
  server.up = true;
  clock.pass(60_000);
  assert.deepEqual(t.seen(), ['new 1', 'new 2']);
});

test('a token that is not taken any more: somebody new, nothing mixed', () => {
  const { clock, server, disk, tab } = world();
  disk.data.set('k', JSON.stringify({ token: 'v1.ghost.1.bad', read: 9, rated: 0, pending: [] }));
  const t = tab().start();
  clock.pass(1000);
  assert.equal(disk.kept().token, 'v1.vis1.1.ok');
  server.say('out', 'hello');
  assert.equal(t.s.unread(), 1);
});

test('forget: the storage is empty and the next is a stranger', () => {
  const { clock, disk, tab } = world();
  const t = tab().start();
  t.say('secret');
  clock.pass(100);
  t.as(() => t.s.forget());
  assert.equal(disk.data.size, 0);
  assert.deepEqual(t.seen(), []);
  clock.pass(1000);
  assert.equal(disk.data.size, 0);
});

test('end, rate and start again', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('Hello');
  clock.pass(100);
  t.s.end();
  t.s.end();
  clock.pass(100);
  assert.equal(server.wires[0].got.filter((f) => f.t === 'end').length, 1);
  server.show({ state: 'closed' });
  assert.equal(t.s.rated(), false);
  t.as(() => t.s.rate(4, 'fine'));
  clock.pass(100);
  assert.equal(t.s.rated(), true);
  assert.equal(server.wires[0].got.find((f) => f.t === 'rate')?.rating, 4);
  server.say('out', 'Thank you!');
  assert.equal(t.s.rated(), true);
  const again = tab().start();
  assert.equal(again.s.rated(), true);
});

test('a server that acks out of the blue makes nothing be kept', () => {
  const { clock, server, disk, tab } = world();
  tab().start();
  for (const t of ['ack', 'refused', 'result']) server.all({ t, id: 'x-1', ok: true, seq: 4 });
  clock.pass(1000);
  assert.equal(disk.writes, 0);
});

test('another tab forgets: so does this one', () => {
  const { clock, server, disk, tab } = world();
  const a = tab().start();
  const b = tab().start();
  a.say('secret');
  clock.pass(500);
  assert.deepEqual(b.seen(), ['secret']);
  server.lines = [];
  a.as(() => a.s.forget());
  clock.pass(1000);
  assert.deepEqual(b.seen(), []);
  assert.equal(b.s.acted(), false);
  assert.equal(disk.data.size, 0);
});

for (const n of [2, 5]) {
  test(`a new conversation of ${n} lines while a tab of three was away, and a server that says little`, () => {
    const { clock, server, tab } = world();
    server.terse = true;
    const t = tab().start();
    for (const x of ['1', '2', '3']) t.say(x);
    clock.pass(10_000);
    server.show({ state: 'active' });
    server.up = false;
    server.cut();
    server.renew();
    server.echo = false;
    for (let i = 1; i <= n; i++) server.say(i % 2 ? 'in' : 'out', `new ${i}`);
    server.show({ state: 'active' });
    server.echo = server.up = true;
    clock.pass(60_000);
    assert.deepEqual(t.seen(), server.texts());
  });
}

test('a live line that overtakes the history leaves no gap', () => {
  const { clock, server, tab } = world();
  const a = tab().start();
  for (let i = 1; i <= 5; i++) a.say(`${i}`);
  clock.pass(1000);
  a.close();
  const take = server.take.bind(server);
  server.take = (w, f) => {
    if (f.t !== 'hello') return take(w, f);
    w.put({ t: 'welcome', token: f.token as string, visitor: 'vis1', config: { name: 'Shop', open: true } });
    w.put({ t: 'messages', items: [{ seq: 6, direction: 'out', text: 'live', at: clock.now }], last: 6, more: false });
  }; // and the history never comes: the connection breaks
  const b = tab().start();
  assert.deepEqual(b.seen(), ['live']);
  server.lines.push({ seq: 6, direction: 'out', text: 'live', at: b.s.talk.lines[0].at });
  server.take = take;
  server.cut();
  clock.pass(30_000);
  assert.deepEqual(b.seen(), ['1', '2', '3', '4', '5', 'live']);
});

test('history in parts, live lines between them', () => {
  const { clock, server, tab } = world();
  const t = tab().start();
  t.say('x');
  clock.pass(10_000);
  const line = (seq: number) => ({ seq, direction: 'out', text: `${seq}`, at: seq });
  server.all({ t: 'messages', items: [2, 3].map(line), last: 3, more: true });
  server.all({ t: 'messages', items: [line(9)], last: 9, more: false });
  server.all({ t: 'messages', items: [4, 5].map(line), last: 5, more: true });
  server.all({ t: 'messages', items: [6, 8].map(line), last: 8, more: false });
  assert.deepEqual(t.seen(), ['x', '2', '3', '4', '5', '6', '8', '9']);
});

test('a server that does not say how it stands is asked, once, and only for a visitor', () => {
  const { clock, server, disk, tab } = world();
  server.terse = true;
  const stranger = tab().start();
  clock.pass(5000);
  assert.deepEqual(server.wires[0].got.map((f) => f.t), ['hello']);
  stranger.say('Hello');
  clock.pass(1000);
  server.show({ state: 'active', agent: 'Anna' });
  const again = tab().start();
  const writes = disk.writes;
  clock.pass(5000);
  assert.equal(again.s.talk.visit?.agent, 'Anna');
  assert.equal(server.wires[1].got.filter((f) => f.t === 'open').length, 1);
  assert.equal(disk.writes, writes);
  server.terse = false;
  const third = tab().start();
  clock.pass(5000);
  assert.equal(third.s.talk.visit?.agent, 'Anna');
  assert.equal(server.wires[2].got.filter((f) => f.t === 'open').length, 0);
});
