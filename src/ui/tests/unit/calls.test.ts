import assert from 'node:assert/strict';
import test from 'node:test';
import { byId, moreTime, type Ctx } from '../../src/actions/actions';
import { callOf, endOf, moreWrap, phaseOf, talkedMs, talkingSince, waitedMs } from '../../src/lib/calls';
import { contactName } from '../../src/lib/names';
import { agent, conv as readConv, message, work as read } from '../../src/model/normalize';
import { counts, listRows } from '../../src/store/select';
import { conv, live, work } from './make';

const call = (data: object) => read({ id: 7, kind: 'call', channel_kind: 'voice', call_id: 'c7', t0: 1_000, ...data });

test('waited and talked: running, ended, abandoned', () => {
  assert.deepEqual([waitedMs(call({}), 5_000), talkedMs(call({}), 5_000)], [4_000, 0]);
  const talks = call({ state: 'active', answered_at: 3_000 });
  assert.deepEqual([waitedMs(talks, 9_000), talkedMs(talks, 9_000), talkingSince(talks)], [2_000, 6_000, 3_000]);
  const over = call({ state: 'wrap', answered_at: 3_000, ended_at: 8_000 });
  assert.deepEqual([waitedMs(over, 99_000), talkedMs(over, 99_000), talkingSince(over)], [2_000, 5_000, 0]);
  const gone = call({ state: 'abandoned', ended_at: 4_000 });
  assert.deepEqual([waitedMs(gone, 99_000), talkedMs(gone, 99_000)], [3_000, 0]);
  assert.equal(talkingSince(read({ id: 1, state: 'active', answered_at: 3 })), 0);
});

test('phases and ends', () => {
  assert.deepEqual(['queued', 'offered', 'active', 'held', 'wrap'].map((state) => phaseOf(call({ state })).word),
    ['Waiting on the phone', 'Ringing', 'On the phone', 'On hold', 'Wrap-up']);
  const lines = (...events: string[]) => events.map((event, i) => message({ seq: i + 1, event }));
  assert.equal(endOf(lines('call.queued', 'call.answered')), null);
  assert.equal(endOf(lines('call.missed', 'call.abandoned'))?.word, 'Abandoned');
  assert.equal(endOf(lines('call.answered', 'call.ended', ''))?.word, 'Call ended');
});

test('the call in hand before the one that is wrapped up; nobody else’s', () => {
  const works = new Map([1, 2, 3].map((id) => [id, call({ id, call_id: `c${id}`, state: id === 1 ? 'wrap' : 'active', agent: id === 3 ? 'bob' : 'anna' })]));
  assert.equal(callOf(works, agent({ id: 'anna', calls: [{ id: 'c2' }] }))?.id, 2);
  assert.equal(callOf(works, agent({ id: 'anna' }))?.id, 1);
  assert.equal(callOf(works, agent({ id: 'carla' })), undefined);
});

test('more time, up to what the profile allows', () => {
  const voice = { cost: 0, maximum: 1, nudge_ms: 0, wrap_max_ms: 100_000 };
  const me = (data: object) => agent({ id: 'anna', voice: 'wrap', voice_since: 1_000, voice_wrap_until: 31_000, ...data });
  assert.equal(moreWrap(me({}), voice), 91_000);
  assert.equal(moreWrap(me({ voice_wrap_until: 91_000 }), voice), 101_000);
  assert.equal(moreWrap(me({ voice_wrap_until: 101_000 }), voice), 0);
  assert.equal(moreWrap(me({ voice: 'idle' }), voice), 0);
  assert.equal(moreWrap(me({}), undefined), 0);
});

test('in the lists: nothing unread, a withheld number, a ringing call is not mine yet', () => {
  const voice = (state: string, more: object = {}) => ({ kind: 'call', channel_kind: 'voice', state, ...more });
  const s = live([
    work(1, 1, voice('active', { agent: 'anna', answered_at: 50 })), conv(1, 1, { kind: 'voice', contact_name: '', seq: 3, last_text: 'Anna answered.' }),
    work(2, 1, voice('offered', { agent: 'anna' })), conv(2, 1, { kind: 'voice', seq: 2 }),
    work(3, 1, voice('queued', { t0: 10 })), conv(3, 1, { kind: 'voice', seq: 1 }),
  ]);
  const rows = listRows(s, { name: 'mine' }, { text: '', kind: '' });
  assert.deepEqual(rows.map((r) => [r.id, r.name, r.unread, r.talkingSince, r.preview]), [[1, 'Unknown caller', 0, 50, 'Anna answered.']]);
  assert.equal(counts(s, 100).unreadMine, 0);
  assert.deepEqual(listRows(s, { name: 'queues' }, { text: '', kind: '' }).map((r) => [r.id, r.waitingSince]), [[3, 10]]);
  assert.equal(contactName(readConv({ id: 9, kind: 'chat' })), '#9');
});

test('nobody accepts, takes, hands over or reopens a call here; its outcome can be said', () => {
  const at = (state: string, over: boolean, role = 'agent') => {
    const s = live([
      work(1, 1, { kind: 'call', channel_kind: 'voice', state, agent: 'anna' }),
      conv(1, 1, { kind: 'voice', state: over ? 'resolved' : 'open' }),
    ]);
    return { state: { ...s, role }, conv: s.convs.get(1), work: s.works.get(1) } as unknown as Ctx;
  };
  const never = ['offer.accept', 'reply', 'pick', 'transfer', 'assign', 'takeover', 'snooze', 'park', 'resolve', 'reopen', 'spam', 'block'];
  for (const c of [at('offered', false), at('active', false, 'supervisor'), at('wrap', true, 'supervisor')])
    for (const id of never) assert.equal(byId.get(id)!.when(c), false, id);
  assert.equal(byId.get('outcome')!.when(at('active', false)), false);
  assert.equal(byId.get('outcome')!.when(at('wrap', true)), true);
  assert.equal(moreTime(at('wrap', true)), null, 'nobody of that name wraps up');
});

test('a supervisor takes over what a colleague has in hand, and nothing else', () => {
  const may = (data: object, role = 'supervisor') => {
    const s = live([work(1, 1, data), conv(1, 1)]);
    return byId.get('takeover')!.when({ state: { ...s, role }, conv: s.convs.get(1), work: s.works.get(1) } as unknown as Ctx);
  };
  for (const state of ['active', 'parked', 'snoozed']) assert.equal(may({ state, agent: 'bob' }), true, state);
  assert.equal(may({ state: 'active', agent: 'bob' }, 'agent'), false);
  assert.equal(may({ state: 'active', agent: 'anna' }), false);
  for (const state of ['queued', 'offered', 'wrap']) assert.equal(may({ state, agent: 'bob' }), false, state);
});
