/* The checker is believed only because each violation, planted alone, is found: and nothing else is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './check.mjs';
import { mark } from './journal.mjs';

/* A sound run: two customers, two agents, an answer by SMS, one that may have been sent. */
function sound() {
  const work = (version, data) => ({ entity: 'work', key: '7', version, data: { id: 7, channel_kind: 'sms', units: 15, ...data } });
  const agent = (key, version, data) => ({ entity: 'agent', key, version, data });
  const event = (n, index, item) => ({ k: 'entity', who: 'watch', event: `100-${n}-${index}`, ...item });
  const lines = [
    { k: 'snapshot', who: 'watch', event: '100-0-0', items: [agent('anna', 1, {}), agent('bob', 1, {})] },
    { k: 'send', id: 'a1', sender: '+441', n: 1, channel: 'sms' },
    { k: 'ack', id: 'a1' },
    { k: 'send', id: 'a2', sender: '+441', n: 2, channel: 'sms' },
    { k: 'ack', id: 'a2' },
    { k: 'send', id: 'a3', sender: '+441', n: 3, channel: 'sms' } /* never acknowledged; not stored */,
    { k: 'send', id: 'b1', sender: 'visitor', n: 1, channel: 'web' },
    { k: 'ack', id: 'b1' },
    event(1, 0, work(1, { state: 'queued' })),
    event(2, 0, agent('anna', 2, { used: 15 })),
    event(2, 1, work(2, { state: 'offered', agent: 'anna', offer: '1-9', offered_at: 5 })),
    { k: 'accept', agent: 'anna', conv: 7, offer: '1-9', ok: true },
    event(3, 0, work(3, { state: 'active', agent: 'anna', offered_at: 5 })),
    { k: 'receipt', who: 'anna', id: 'a1', conv: 7, seq: 1, event: '100-1-1' },
    { k: 'receipt', who: 'watch', id: 'a1', conv: 7, seq: 1, event: '100-1-1' },
    { k: 'reply', id: 'r1', agent: 'anna', conv: 7, channel: 'sms' },
    { k: 'reply-ack', id: 'r1' },
    { k: 'reply-end', id: 'r1', ok: true },
    { k: 'provider', id: 'm3', text: mark('r1'), answer: '5xx' },
    { k: 'provider', id: 'm3', text: mark('r1'), answer: 'ok' },
    { k: 'reply', id: 'r2', agent: 'anna', conv: 7, channel: 'sms' },
    { k: 'reply-ack', id: 'r2' },
    { k: 'reply-end', id: 'r2', ok: true },
    { k: 'provider', id: 'm4', text: mark('r2'), answer: 'hang' },
    { k: 'reply', id: 'r3', agent: 'anna', conv: 7, channel: 'sms' },
    { k: 'reply-ack', id: 'r3' },
    { k: 'reply-end', id: 'r3', ok: false, error: 'stale' },
    event(4, 0, work(4, { state: 'parked', agent: 'anna' })),
    event(4, 1, agent('anna', 3, { used: 0 })),
    { k: 'rest', who: 'watch' },
  ];
  const stored = {
    conversations: [
      {
        id: 7, channel: 'sms',
        messages: [
          { id: 'm1', seq: 1, direction: 'in', text: mark('a1', 'hello') },
          { id: 'm2', seq: 2, direction: 'in', text: mark('a2', 'again') },
          { id: 'm3', seq: 3, direction: 'out', text: mark('r1') },
          { id: 'm4', seq: 4, direction: 'out', text: mark('r2') },
        ],
        deliveries: [{ message_id: 'm3', state: 'sent' }, { message_id: 'm4', state: 'unknown' }],
      },
      { id: 8, channel: 'web', messages: [{ id: 'm9', seq: 1, direction: 'in', text: mark('b1') }], deliveries: [] },
    ],
  };
  return { lines, stored, work, agent, event };
}

const rules = (run) => [...new Set(check(run.lines, run.stored).map((v) => v.rule))];
const insert = (run, ...lines) => run.lines.splice(-1, 0, ...lines);
const conv = (run, id = 7) => run.stored.conversations.find((c) => c.id === id);

test('a sound run has no finding', () => assert.deepEqual(check(sound().lines, sound().stored), []));

const planted = {
  'an acknowledged message is nowhere': ['lost', (r) => { conv(r, 8).messages = []; }],
  'an acknowledged answer is nowhere': ['lost', (r) => { insert(r, { k: 'reply', id: 'r9', channel: 'web' }, { k: 'reply-ack', id: 'r9' }); }],
  'a message stands twice in its conversation': ['twice', (r) => { conv(r).messages.push({ id: 'm5', seq: 5, text: mark('a2') }); }],
  'a message stands in two conversations': ['twice', (r) => { conv(r, 8).messages.push({ id: 'm8', seq: 2, text: mark('a1') }); }],
  'a message that nobody said': ['invented', (r) => { conv(r, 8).messages.push({ id: 'm8', seq: 2, text: mark('zz') }); }],
  'two messages of a sender have changed places': ['order', (r) => {
    const m = conv(r).messages;
    [m[0].text, m[1].text] = [m[1].text, m[0].text];
    r.lines = r.lines.filter((l) => l.k !== 'receipt');
  }],
  'an older message stands in a later conversation': ['order', (r) => {
    conv(r).messages.splice(0, 1);
    conv(r).messages.forEach((m, i) => { m.seq = i + 1; });
    conv(r, 8).messages.push({ id: 'm1', seq: 2, text: mark('a1') });
    r.lines = r.lines.filter((l) => l.k !== 'receipt');
  }],
  'a hole in the sequence': ['gap', (r) => { conv(r).messages.at(-1).seq = 6; }],
  'an agent was shown what is not stored so': ['receipt', (r) => { insert(r, { k: 'receipt', who: 'bob', id: 'a2', conv: 7, seq: 9, event: '100-9-9' }); }],
  'an agent was shown one event twice': ['receipt', (r) => { insert(r, r.lines.find((l) => l.k === 'receipt')); }],
  'a rejected answer is kept': ['refused-kept', (r) => { conv(r).messages.push({ id: 'm5', seq: 5, text: mark('r3') }); }],
  'the provider took one twice': ['sent-twice', (r) => { insert(r, { k: 'provider', id: 'm3', text: mark('r1'), answer: 'ok' }); }],
  'sent again although it may have been sent': ['sent-twice', (r) => { insert(r, { k: 'provider', id: 'm4', text: mark('r2'), answer: 'ok' }); }],
  'an answer was never sent and nobody says so': ['unsent', (r) => {
    r.lines = r.lines.filter((l) => l.id !== 'm4');
    conv(r).deliveries[1].state = 'queued';
  }],
  'an answer is called sent and was not': ['verdict', (r) => { r.lines = r.lines.filter((l) => l.answer !== 'ok'); }],
  'the provider took it and it still waits': ['verdict', (r) => { conv(r).deliveries[0].state = 'sending'; }],
  'the provider took it and it is called failed': ['verdict', (r) => { conv(r).deliveries[0].state = 'failed'; }],
  'the provider got what is stored nowhere': ['verdict', (r) => { insert(r, { k: 'provider', id: 'mx', text: mark('rx'), answer: 'ok' }); }],
  'one version with two contents': ['fork', (r) => { insert(r, { ...r.event(4, 0, r.work(3, { state: 'active', agent: 'bob' })), who: 'other' }); }],
  'one offer accepted by two': ['overlap', (r) => { insert(r, { k: 'accept', agent: 'bob', conv: 7, offer: '1-9', ok: true }); }],
  'an offer accepted by whom it was not made to': ['overlap', (r) => {
    insert(r, r.event(5, 0, r.work(5, { state: 'offered', agent: 'anna', offer: '2-9', units: 0 })), { k: 'accept', agent: 'bob', conv: 7, offer: '2-9', ok: true });
  }],
  'more units than capacity': ['capacity', (r) => {
    insert(r, r.event(5, 0, r.work(5, { state: 'active', agent: 'bob', units: 115 })), r.event(5, 1, r.agent('bob', 2, { used: 115 })));
  }],
  'more of a kind than its maximum': ['capacity', (r) => {
    const five = [21, 22, 23, 24, 25].map((n, i) => ({ ...r.event(5, i, r.work(1, { state: 'active', agent: 'bob' })), key: String(n) }));
    insert(r, ...five, r.event(5, 9, r.agent('bob', 2, { used: 75 })));
  }],
  'work offered to one on the phone': ['capacity', (r) => {
    insert(r, r.event(5, 0, r.agent('bob', 2, { used: 100, voice: 'active', voice_since: 10 })),
      r.event(6, 0, r.work(5, { state: 'offered', agent: 'bob', offer: '3-9', offered_at: 20 })), r.event(6, 1, r.agent('bob', 3, { used: 115, voice: 'active', voice_since: 10 })));
  }],
  'units that are not the sum of the work': ['ledger', (r) => { insert(r, r.event(5, 0, r.agent('bob', 2, { used: 15 }))); }],
};
for (const [name, [rule, plant]] of Object.entries(planted))
  test(`found: ${name} (${rule})`, () => {
    const run = sound();
    plant(run);
    assert.deepEqual(rules(run), [rule]);
  });

test('not blamed: work that a person forced on an agent', () => {
  const r = sound();
  insert(r, r.event(5, 0, r.work(5, { state: 'active', agent: 'bob', units: 115, forced: true })), r.event(5, 1, r.agent('bob', 2, { used: 115 })));
  assert.deepEqual(rules(r), []);
});
test('not blamed: a call that comes while there is other work', () => {
  const r = sound();
  insert(r, r.event(5, 0, r.work(5, { state: 'active', agent: 'bob', offered_at: 5 })), r.event(5, 1, r.agent('bob', 2, { used: 15 })),
    r.event(6, 0, r.agent('bob', 3, { used: 115, voice: 'ringing', voice_since: 10 })));
  assert.deepEqual(rules(r), []);
});
test('not blamed: the middle of a batch', () => {
  const r = sound();
  insert(r, r.event(5, 0, r.agent('bob', 2, { used: 15 })), r.event(5, 1, r.work(5, { state: 'active', agent: 'bob' })));
  assert.deepEqual(rules(r), []);
});
test('not blamed: an unacknowledged message that is stored', () => {
  const r = sound();
  conv(r).messages.push({ id: 'm5', seq: 5, text: mark('a3') });
  assert.deepEqual(rules(r), []);
});
