/* The conversations of that morning. */
import { addConv, emptyWorld, HOUR, MIN } from './seed.mjs';

const note = (author, text, ago) => ['internal', text, ago, { kind: 'note', private: true, author }];
const event = (name, text, ago) => ['internal', text, ago, { kind: 'event', event: name }];

export function morning() {
  const w = emptyWorld();
  const now = w.now();
  addConv(w, {
    id: 1042, name: 'Ada Whitfield', kind: 'chat', channel: 'web', queue: 'chat', agent: 'anna', state: 'active', at: now - 9 * MIN, silent: now - 25_000, contact: 501, unread: 1,
    tags: ['meter', 'vip'], peer: { type: 'visitor', addr: 'v-7Q2K', name: 'Ada Whitfield' },
    identities: [
      { address: { type: 'email', addr: 'ada.whitfield@example.org' }, verified: true, source: 'token' },
      { address: { type: 'sms', addr: '+44 7700 900148' }, verified: true, source: 'sms hook' }, { address: { type: 'visitor', addr: 'v-7Q2K' }, verified: false },
    ],
    fields: [{ key: 'Customer no.', value: '40 118 772' }, { key: 'Tariff', value: 'Fixed 24, dual fuel' }], convFields: [{ key: 'Page', value: '/account/readings' }],
    reason: 'Your last conversation with Ada was two days ago, and you had 55 units free. Bob was considered: less free capacity.',
    lines: [
      ['in', 'Hi! My online account says my electricity reading was rejected, and now the estimated bill is about twice what I normally pay.', 9 * MIN],
      ['in', 'I sent the reading on Friday', 9 * MIN - 20_000], event('accepted', 'Anna Lindqvist took the conversation', 8 * MIN),
      ['out', 'Hello Ada, sorry about that. I have your account open: Friday’s reading was 48 213, but the system expected something near 41 000, so it was held back.', 7 * MIN],
      ['out', 'Could you send me a photo of your meter with the reading and the serial number?', 7 * MIN - 15_000],
      ['in', 'Sure, here it is', 4 * MIN, { attachments: [{ name: 'meter-friday.jpg', type: 'image/jpeg', bytes: 412_300, sha256: 'a1' }] }],
      note('bob', 'Her meter was exchanged on the 3rd. The serial in our system is the old one, that is why the check fails.', 3 * MIN),
      ['out', 'Thank you, that explains it: your meter was exchanged on the 3rd and our system still compares with the old one. I am correcting the serial number now, and the bill will be calculated again tonight.', 2 * MIN],
      ['in', 'Oh great, thank you! Do I need to do anything about the direct debit? It is due on Thursday', 25_000],
    ],
  });
  w.put('conv', 1042, { peer_read_seq: 8 }, true);
  addConv(w, {
    id: 1038, name: 'Tomasz Zieliński', kind: 'sms', channel: 'sms-uk', queue: 'sms', agent: 'anna', state: 'active', at: now - 22 * MIN, addr: '+44 7700 900732', tags: ['engineer'], unread: 1, silent: now - 3 * MIN,
    lines: [
      ['in', 'Hello is the engineer still coming today? I have waited since 8', 22 * MIN],
      ['out', 'Good morning Tomasz, yes: he is at the job before yours and should reach you before 11:30.', 18 * MIN, { delivery: 'delivered' }],
      ['out', 'He will call this number ten minutes before.', 18 * MIN, { delivery: 'failed', why: 'the network refused the message (30008)' }], ['in', 'Ok thanks. Please ring the side door, front bell is broken', 3 * MIN],
    ],
  });
  addConv(w, {
    id: 1029, name: 'Margaret Osei', kind: 'mail', channel: 'support-mail', queue: 'billing', agent: 'anna', state: 'parked', at: now - 26 * HOUR, addr: 'm.osei@example.com', subject: 'Refund for the March bill', tags: ['refund'],
    lines: [
      ['in', '', 26 * HOUR, { subject: 'Refund for the March bill', html: '<p>Dear team,</p><p>on 12 March I was charged <b style="color:#b3261e">£184.20 twice</b>. My bank confirms both payments:</p><table style="border-collapse: collapse"><tr><td style="padding: 2px 12px 2px 0">12 March</td><td>£184.20</td></tr><tr><td style="padding: 2px 12px 2px 0">13 March</td><td>£184.20</td></tr></table><p>Please return one of them.<img src="https://tracker.example/p.gif" width="1"></p><p>Kind regards<br>Margaret Osei</p><p><img src="cid:statement%40bank" alt="The statement" width="160"></p><script>alert(1)</script>', attachments: [{ name: 'statement.png', type: 'image/png', bytes: 18_200, sha256: 'a1', content_id: 'statement@bank' }] }],
      ['out', 'Dear Ms Osei,\n\nyou are right: the payment of 13 March was taken by mistake. I have ordered the refund; it will reach your account within three working days.\n\nKind regards\nAnna Lindqvist', 24 * HOUR, { delivery: 'read' }],
    ],
  });
  addConv(w, { id: 1017, name: 'Priya Raman', kind: 'mail', channel: 'support-mail', queue: 'billing', agent: 'anna', state: 'snoozed', wake: now + 20 * HOUR, at: now - 50 * HOUR, addr: 'priya@example.net', subject: 'Moving out on the 30th', lines: [['in', 'Please close my account for the flat on the 30th; the reading follows.', 50 * HOUR]] });
  const waiting = [
    [1051, 'Jonas Keller', 'chat', 'web', 'chat', 'The pay button does nothing on my phone', 38_000, 'a free place: all three chat agents are full'],
    [1050, 'Lucía Fernández', 'chat', 'web', 'chat', 'Hola, can somebody help me in Spanish?', 71_000, 'an agent who speaks Spanish'],
    [1047, '+44 7700 900555', 'sms', 'sms-uk', 'sms', 'STOP sending me estimated bills!!', 4 * MIN, 'Bob, who had it last, until 10:42'],
    [1044, '@windfarmwatch', 'social', 'mastodon', 'social', '@harbourenergy third outage this month in Leith. Are you even reading these?', 31 * MIN, 'an agent to take it from the board'],
    [1040, 'Ibrahim Sesay', 'mail', 'support-mail', 'billing', 'Direct debit failed twice', 95 * MIN, 'free capacity'],
    [1036, 'Northside Bakery Ltd', 'mail', 'support-mail', 'billing', 'Business tariff: quote for three sites', 3.3 * HOUR, 'free capacity'],
    [1031, 'Hannah Cole', 'mail', 'support-mail', 'billing', 'Wrong name on the bill', 4.6 * HOUR, 'free capacity'],
  ];
  waiting.forEach(([id, name, kind, channel, queue, text, ago, waits], i) =>
    addConv(w, { id, name, kind, channel, queue, at: now - ago, waits, priority: queue === 'chat' ? 0 : 1, unread: 1, addr: kind === 'sms' ? name : '', subject: kind === 'mail' ? text : '', lines: [['in', kind === 'mail' ? 'Please see below, and let me know.' : text, ago]], tags: i === 3 ? ['outage'] : [] }));
  const others = [[1041, 'Grace Liu', 'chat', 'web', 'chat', 'bob', 'Perfect, that worked'], [1039, 'Oliver Brandt', 'sms', 'sms-uk', 'sms', 'eun', 'Thank you'], [1033, 'Sofia Rossi', 'mail', 'support-mail', 'billing', 'carla', 'I have attached the contract']];
  others.forEach(([id, name, kind, channel, queue, agent, text], i) => addConv(w, { id, name, kind, channel, queue, agent, state: 'active', at: now - (6 + i * 7) * MIN, addr: '', lines: [['in', text, (6 + i * 7) * MIN]] }));
  for (let i = 0; i < 130; i++) addConv(w, { id: 900 - i, contact: i % 25 ? undefined : 501, name: i % 25 ? ['Ellen Marsh', 'Kofi Mensah', 'Yara Haddad', 'Piotr Nowak', 'Isla Grant'][i % 5] : 'Ada Whitfield', kind: ['mail', 'chat', 'sms'][i % 3], channel: ['support-mail', 'web', 'sms-uk'][i % 3], at: now - (30 + i * 9) * HOUR, closed: ['solved', 'information', 'refund'][i % 3], subject: i % 3 ? '' : 'Question about my bill', text: ['Thank you, that is all I needed.', 'It works now, thanks!', 'Will do.'][i % 3] });
  addCall(w, { id: 1060, from: '+44 131 496 0712', agent: 'hugo', state: 'active', t0: now - 5 * MIN, answered: now - 4 * MIN - 14_000 });
  addCall(w, { id: 1061, from: '', t0: now - 52_000 });
  for (const id of w.entities.agent.keys()) w.recount(id, true);
  return w;
}

/* A call, as far as it has come. */
export function addCall(w, { id, from, agent = '', state = 'queued', t0, answered = 0, ended = 0 }) {
  const call = `c${id}`;
  addConv(w, { id, name: '', kind: 'voice', channel: 'pbx', queue: 'billing', at: t0, peer: { type: 'tel', addr: from } });
  w.put('work', id, { kind: 'call', state, agent, call_id: call, from, to: '0800 100 200', t0, answered_at: answered, ended_at: ended, waits_for: '' }, true);
  const tell = (name, text, at) => { w.say(id, { direction: 'internal', kind: 'event', event: name, text, at }, true); w.put('conv', id, { last_text: text, last_at: at }, true); };
  const name = w.get('agent', agent)?.name;
  tell('call.queued', 'Waits in Billing.', t0);
  if (agent) tell('call.offered', `Rings at ${name}.`, answered ? answered - 6_000 : w.now() - 4_000);
  if (answered) tell('call.answered', `${name} answered after ${Math.round((answered - t0) / 1000)} s.`, answered);
  if (ended) tell('call.ended', `Ended after 3 min 20 s with ${name}.`, ended);
  if (ended) w.put('conv', id, { state: 'resolved' }, true);
  const voice = { offered: 'ringing', active: 'active', held: 'hold', wrap: 'wrap' }[state];
  if (agent) w.put('agent', agent, { voice, voice_since: ended || answered || w.now() - 4_000, calls: ended ? [] : [{ id: call, state: voice, since: answered || w.now() - 4_000, from }], ...(ended ? { voice_wrap_until: w.now() + 41_000 } : {}) }, true);
}

/* 10,000 rows: does the list still fly? */
export function crowd(rows = 10_000) {
  const w = morning();
  const now = w.now();
  const first = ['Amara', 'Ben', 'Chloé', 'Dmitri', 'Elif', 'Finn', 'Gita', 'Hana', 'Ivo', 'Jun'];
  const last = ['Adeyemi', 'Berg', 'Costa', 'Doyle', 'Eriksen', 'Farouk', 'García', 'Horvat'];
  for (let i = 0; i < rows; i++) {
    const kind = ['mail', 'sms', 'social', 'mail'][i % 4];
    const ago = (i % 600) * 30_000 + 5_000;
    addConv(w, { id: 20_000 + i, name: `${first[i % 10]} ${last[i % 8]}`, kind, channel: 'support-mail', queue: ['billing', 'sms', 'social', 'billing'][i % 4], at: now - ago, addr: `p${i}@example.org`, unread: 1, lines: [['in', `Question number ${i} about the bill`, ago]] });
  }
  return w;
}

/* One long conversation, for paging. */
export function long(w, id = 1042, n = 400) {
  const log = w.logs.get(id);
  const old = [];
  for (let i = 0; i < n; i++) old.push({ id: `M${id}-x${i}`, conv: id, direction: i % 3 ? 'in' : 'out', author: i % 3 ? '' : 'anna', from: i % 3 ? { type: 'visitor', addr: 'v-7Q2K', name: 'Ada Whitfield' } : undefined, text: `Line ${i + 1} of an old story${i % 7 ? '' : ', and a long one: it goes on and on so that it takes more than a single line of the page, wherever one looks at it, on a desk or on a phone'}`, at: w.now() - (n - i) * 20 * MIN });
  const all = [...old, ...log].map((m, i) => ({ ...m, seq: i + 1 }));
  w.logs.set(id, all);
  w.put('conv', id, { seq: all.length, read_seq: all.length - 1, peer_read_seq: all.length - 1 }, true);
}
