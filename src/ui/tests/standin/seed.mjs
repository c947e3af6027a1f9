/* A contact centre in the middle of a morning. `rows` adds that many waiting conversations. */
import { World } from './world.mjs';

const MIN = 60_000;
const HOUR = 60 * MIN;

export function policy() {
  const kinds = {
    voice: { cost: 100, maximum: 1, wrap_max_ms: 5 * MIN }, chat: { cost: 30, maximum: 3, nudge_ms: 90_000 }, sms: { cost: 15, maximum: 4 },
    social: { cost: 20, maximum: 2 }, mail: { cost: 40, maximum: 1 },
  };
  return {
    name: 'Harbour Energy',
    profiles: [{ id: 'default', capacity: 100, ...kinds }],
    queues: [
      { id: 'chat', name: 'Live chat', priority: 0, target_ms: 45_000 },
      { id: 'billing', name: 'Billing', priority: 1, target_ms: 4 * HOUR },
      { id: 'sms', name: 'Text messages', priority: 1, target_ms: 5 * MIN },
      { id: 'social', name: 'Social', priority: 2, target_ms: HOUR },
    ],
    channels: [
      { id: 'web', connector: 'webchat', queue: 'chat', kind: 'chat', live: true, media_max: 26_214_400 }, { id: 'sms-uk', connector: 'sms_twilio', queue: 'sms', kind: 'sms', media_max: 5_242_880 },
      { id: 'support-mail', connector: 'email', queue: 'billing', kind: 'mail', media_max: 26_214_400 }, { id: 'mastodon', connector: 'social_mastodon', queue: 'social', kind: 'social', reacts: true, length_unit: 'graphemes', max_length: 500 }, { id: 'pbx', connector: 'voice_asterisk', queue: 'billing', kind: 'voice' },
    ],
    dispositions: [
      { id: 'solved', name: 'Solved' }, { id: 'information', name: 'Information given' }, { id: 'refund', name: 'Refund or credit' },
      { id: 'engineer', name: 'Engineer booked' }, { id: 'no-answer', name: 'No answer from the customer' },
    ],
    reasons: [{ id: 'lunch', name: 'Lunch' }, { id: 'break', name: 'Short break' }, { id: 'meeting', name: 'Meeting' }, { id: 'training', name: 'Training' }],
    canned: [
      { id: 'hello', text: 'Hello, and thank you for getting in touch. How can I help?' },
      { id: 'reading', text: 'Could you send me a photo of your meter with the reading and the serial number?' },
      { id: 'moment', text: 'One moment please, I am looking into it.' },
      { id: 'engineer', text: 'I have booked an engineer. You will receive a text message with the two-hour window the evening before.' },
      { id: 'bye', text: 'Glad I could help. Have a good day!' },
    ],
  };
}

const people = [
  ['anna', 'Anna Lindqvist', 'agent', 'available', ''], ['bob', 'Bob Okafor', 'agent', 'available', ''], ['carla', 'Carla Méndez', 'supervisor', 'available', ''],
  ['dev', 'Dev Patel', 'agent', 'paused', 'lunch'], ['eun', 'Eun-ji Park', 'agent', 'draining', ''], ['farid', 'Farid Haddad', 'agent', 'not-responding', ''],
  ['greta', 'Greta Vogel', 'agent', 'out', ''], ['hugo', 'Hugo Martins', 'agent', 'available', ''],
];

export function emptyWorld() {
  const w = new World();
  const now = w.now();
  w.put('policy', '', policy(), true);
  for (const [i, [id, name, role, presence, reason]] of people.entries()) {
    w.users.set(id, 'secret');
    w.put('agent', id, {
      id, name, role, presence, presence_reason: reason, presence_since: now - (7 + id.length * 11) * MIN, profile: 'default',
      queues: id === 'hugo' ? ['social'] : ['chat', 'billing', 'sms'], extension: id === 'greta' ? '' : String(211 + i), voice: id === 'greta' ? 'none' : 'idle', voice_since: now - 3 * MIN,
    }, true);
  }
  for (const c of policy().channels) w.put('chan', c.id, { id: c.id, connector: c.connector, state: 'up' }, true);
  return w;
}

export function addConv(w, o) {
  const peer = o.peer ?? { type: o.kind === 'mail' ? 'email' : o.kind, addr: o.addr ?? '', name: o.name };
  const contact = o.contact ?? o.id + 100_000;
  if (!w.contacts.has(contact)) {
    w.contacts.set(contact, {
      id: contact, name: o.name, language: 'English', created_at: o.at - 90 * 24 * HOUR,
      identities: o.identities ?? [{ address: peer, verified: o.kind !== 'social', source: `${o.channel} hook` }], fields: o.fields ?? [],
    });
  }
  const c = {
    id: o.id, contact, channel: o.channel, kind: o.kind, peer, contact_name: o.name, subject: o.subject ?? '', language: 'English',
    created_at: o.at, last_at: o.at, posts: o.posts ?? [], tags: o.tags ?? [], fields: o.convFields ?? [],
  };
  if (o.closed) {
    w.closed.set(o.id, { ...c, version: 1, state: 'resolved', disposition: o.closed, last_agent: 'bob', last_text: o.text ?? '', last_direction: 'out', seq: 0, resolved_at: o.at });
    return;
  }
  w.put('conv', o.id, c, true);
  w.put('work', o.id, {
    id: o.id, channel_kind: o.kind, channel: o.channel, queue: o.queue, state: o.state ?? 'queued', agent: o.agent ?? '', t0: o.t0 ?? o.at,
    queued_at: o.at, priority: o.priority ?? 0, reason: o.reason ?? '', waits_for: o.waits ?? '', silent_since: o.silent ?? 0, wake_at: o.wake ?? 0,
    kind: o.members ? 'cluster' : 'conversation', members: o.members ?? [], cluster: o.cluster ?? 0,
  }, true);
  for (const [direction, text, ago, more] of o.lines ?? []) {
    const d = w.say(o.id, { direction, text, at: w.now() - ago, from: direction === 'in' ? peer : undefined, author: direction === 'in' ? '' : 'anna', ...more }, true);
    if (more?.delivery) w.deliver(o.id, d.seq, more.delivery, more.why ? { error: more.why } : {}, true);
  }
  const log = w.logs.get(o.id) ?? [];
  w.put('conv', o.id, { read_seq: log.length - (o.unread ?? 0) }, true);
}

export { MIN, HOUR };
