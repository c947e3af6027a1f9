import assert from 'node:assert/strict';
import test from 'node:test';
import { addCommand, addOutgoing, logPage } from '../../src/store/local';
import { sent } from '../../src/store/commands';
import { apply, conv, freeze, line, live, TAB, welcome, withLog, work } from './make';

test('a snapshot is shown when its last part is here, not before', () => {
  const old = live([work(1, 1), conv(1, 1)]);
  const half = apply(old, welcome, { t: 'snapshot', first: true, items: [work(2, 1)] });
  assert.deepEqual([...half.works.keys()], [1]);
  assert.equal(half.cursor, null, 'half a snapshot cannot be resumed');
  const whole = apply(half, { t: 'snapshot', items: [conv(2, 1)] }, { t: 'snapshot', last: true, term: 'T2', event: '20-0', items: [work(3, 1)] });
  assert.deepEqual([...whole.works.keys()], [2, 3]);
  assert.deepEqual([...whole.convs.keys()], [2]);
  assert.deepEqual(whole.cursor, { term: 'T2', event: '20-0' });
});

test('events between the parts of a snapshot are kept', () => {
  const s = apply(live(), { t: 'snapshot', first: true, items: [work(1, 1), work(2, 1)] },
    { t: 'entity', event: '11-0', ...work(1, 5, { state: 'active' }) }, { t: 'gone', event: '12-0', entity: 'work', key: '2', version: 2 },
    { t: 'snapshot', last: true, term: 'T1', event: '12-0', items: [work(1, 2)] });
  assert.equal(s.works.get(1)!.state, 'active');
  assert.equal(s.works.has(2), false);
});

test('only newer versions count, in whatever order they come', () => {
  let s = live([work(1, 3, { state: 'active' })]);
  s = apply(s, { t: 'entity', event: '11-0', ...work(1, 2, { state: 'queued' }) });
  assert.equal(s.works.get(1)!.state, 'active');
  s = apply(s, { t: 'entity', event: '12-0', ...work(1, 3, { state: 'parked' }) });
  assert.equal(s.works.get(1)!.state, 'active', 'the same version again is the same');
  s = apply(s, { t: 'entity', event: '13-0', ...work(1, 4, { state: 'parked' }) });
  assert.equal(s.works.get(1)!.state, 'parked');
});

test('what is gone does not come back by a late event, but by a newer one', () => {
  let s = live([work(1, 3), conv(1, 2)]);
  s = apply(s, { t: 'gone', event: '11-0', entity: 'work', key: '1', version: 5 });
  assert.equal(s.works.size, 0);
  s = apply(s, { t: 'entity', event: '12-0', ...work(1, 4) });
  assert.equal(s.works.size, 0);
  s = apply(s, { t: 'entity', event: '13-0', ...work(1, 6) });
  assert.equal(s.works.size, 1);
});

test('a late "gone" does not take away what is newer', () => {
  const s = apply(live([work(1, 9)]), { t: 'gone', event: '11-0', entity: 'work', key: '1', version: 8 });
  assert.equal(s.works.size, 1);
});

test('work that is over leaves the board with its conversation; an open page keeps it in sight', () => {
  let s = withLog(live([work(1, 1, { state: 'active', agent: 'anna' }), conv(1, 1)]), 1);
  s = apply(s, { t: 'entity', event: '11-0', ...work(1, 2, { state: 'done' }) });
  assert.equal(s.works.size + s.convs.size, 0);
  assert.equal(s.fetched.get(1)!.contact_name, 'C1');
  s = apply(s, { t: 'entity', event: '12-0', ...conv(1, 2, { state: 'resolved' }) });
  assert.equal(s.convs.size, 0);
  assert.equal(s.fetched.get(1)!.state, 'resolved');
});

test('the place in the stream moves with every event and stays ours at a resume', () => {
  let s = apply(live(), { t: 'entity', event: '15-0', ...work(1, 1) });
  assert.deepEqual(s.cursor, { term: 'T1', event: '15-0' });
  s = apply(s, welcome, { t: 'resumed', term: 'T1', event: '99-0' });
  assert.equal(s.cursor!.event, '15-0', 'lost right after "resumed", we ask again from where we were');
  s = apply(s, { t: 'entity', event: '16-0', ...work(1, 2) });
  assert.equal(s.cursor!.event, '16-0');
  assert.equal(s.works.get(1)!.version, 2);
});

test('defaults are filled in: a zero enumeration may be left out', () => {
  const s = live([{ entity: 'work', key: '7', version: 1, data: { id: 7 } }, { entity: 'conv', key: '7', version: 1, data: { id: 7 } },
    { entity: 'agent', key: 'bob', version: 1, data: { count_chat: 2, used: 60, presence: 'not-responding' } }]);
  assert.equal(s.works.get(7)!.state, 'queued');
  assert.equal(s.convs.get(7)!.state, 'open');
  assert.deepEqual(s.convs.get(7)!.tags, []);
  assert.equal(s.agents.get('bob')!.counts.chat, 2);
  assert.equal(s.agents.get('bob')!.voice, 'none');
});

test('lines of a conversation that nobody opened are not kept; of an open one once each', () => {
  let s = live([conv(1, 1)]);
  s = apply(s, line(1, 1));
  assert.equal(s.logs.size, 0);
  s = withLog(s, 1);
  s = apply(s, line(1, 2), line(1, 2), line(1, 3));
  assert.deepEqual(s.logs.get(1)!.messages.map((m) => m.seq), [2, 3]);
  s = logPage(s, 1, { messages: [1, 2, 3].map((seq) => ({ seq, text: `line ${seq}` })) }, { limit: 50 });
  assert.deepEqual(s.logs.get(1)!.messages.map((m) => m.seq), [1, 2, 3]);
  assert.equal(s.logs.get(1)!.start, true);
});

test('after a snapshot the open conversations know that they may lack lines; after a resume not', () => {
  let s = withLog(live([conv(1, 1)]), 1);
  s = apply(s, welcome, { t: 'resumed', term: 'T1', event: '10-0' });
  assert.equal(s.logs.get(1)!.stale, false);
  s = apply(s, welcome, { t: 'snapshot', first: true, last: true, term: 'T2', event: '1-0', items: [] });
  assert.equal(s.logs.get(1)!.stale, true);
});

test('a message on its way is settled by its line, its result, or a refusal', () => {
  let s = withLog(live([conv(1, 1)]), 1);
  let id: string;
  [s, id] = addCommand(s, 'message.send', { conv: 1, text: 'hi' }, 0);
  s = addOutgoing(s, id, 1, 'hi', false, 0);
  const byLine = apply(s, line(1, 1, { author: 'anna', direction: 'out', text: 'hi', client_ref: `${TAB}-${id}` }));
  assert.equal(byLine.outgoing.length, 0);
  const other = apply(s, line(1, 1, { author: 'anna', direction: 'out', text: 'hi', client_ref: `another-tab-${id}` }));
  assert.equal(other.outgoing.length, 1, 'the same id of another tab is another message');
  const resultFirst = apply(s, { t: 'result', id, ok: true, conv: 1, seq: 4 });
  assert.equal(resultFirst.outgoing[0]!.seq, 4, 'the bubble stays until the line is here');
  assert.equal(resultFirst.queue.items.length, 0);
  assert.equal(apply(resultFirst, line(1, 4, { direction: 'out' })).outgoing.length, 0);
  assert.equal(apply(s, { t: 'result', id, ok: false, error: 'stale' }).outgoing.length, 0);
  assert.equal(apply(s, { t: 'refused', id, error: 'forbidden' }).outgoing.length, 0);
  const later = apply({ ...s, queue: sent(s.queue, id) }, { t: 'refused', id, error: 'unavailable' });
  assert.equal(later.outgoing.length, 1);
  assert.equal(later.queue.items[0]!.state, 'queued');
});

test('deliveries: a late "sent" never hides "delivered"; a retry begins anew', () => {
  let s = withLog(live([conv(1, 1)]), 1);
  const d = (state: string, attempts: number, at: number) => ({ t: 'delivery', event: '11-0', data: { conv: 1, seq: 1, state, attempts, at } }) as const;
  s = apply(s, line(1, 1, { direction: 'out' }), d('delivered', 1, 20), d('sent', 1, 10));
  assert.equal(s.logs.get(1)!.deliveries.get(1)!.state, 'delivered');
  s = apply(s, d('failed', 1, 30), d('queued', 2, 40));
  assert.equal(s.logs.get(1)!.deliveries.get(1)!.state, 'queued');
});

test('typing expires and ends with the line', () => {
  let s = apply(withLog(live([conv(1, 1)]), 1), { t: 'typing', conv: 1, who: 'visitor' }, { t: 'typing', conv: 1, who: 'visitor' });
  assert.equal(s.typing.length, 1);
  s = apply(s, line(1, 1, { direction: 'in' }));
  assert.equal(s.typing.length, 0);
});

test('the reducer writes to nothing that it was given', () => {
  const s = withLog(live([work(1, 1), conv(1, 1)]), 1);
  for (const m of [s.works, s.convs, s.logs]) (m as Map<unknown, unknown>).set = () => assert.fail('wrote to an old map');
  freeze(s);
  const next = apply(s, { t: 'entity', event: '11-0', ...work(1, 2) }, { t: 'entity', event: '12-0', ...work(2, 1) }, line(1, 1), { t: 'gone', event: '13-0', entity: 'conv', key: '1', version: 3 });
  assert.equal(s.works.get(1)!.version, 1);
  assert.equal(next.works.size, 2);
  assert.equal(next.agents, s.agents, 'what was not touched stays the same object');
});
