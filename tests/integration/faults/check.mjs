/* The accounting: what was acknowledged against what is stored, and what was seen on the way.
 *
 * check(lines, stored, limits) → violations, each { rule, text }. Pure. `lines` as journal.mjs tells;
 * `stored` as observe.mjs reads it at rest: { conversations: [{ id, channel, messages, deliveries }] }.
 * limits: { capacity, maximum: { chat: 3, … } }.
 *
 * The rules:
 *   lost          acknowledged, but stored nowhere
 *   twice         stored twice, in one conversation or in two
 *   invented      stored, but nobody said it
 *   order         the messages of a sender stand in another order than he said them
 *   gap           the sequence of a conversation has holes, or a number twice
 *   receipt       an agent was shown something else than what is stored, or the same event twice
 *   refused-kept  an answer that was rejected stands in the conversation
 *   sent-twice    a provider may have got an outbound message more than once
 *   unsent        an acknowledged answer neither reached the provider nor says that it is unknown or failed
 *   verdict       what is shown of a send is not what the provider knows
 *   fork          two watchers saw different content of the same version: two leaders at once
 *   overlap       one offer was accepted by two, or work was with somebody to whom it was never offered
 *   capacity      an agent had more than his profile allows, and nobody had forced it on him
 *   ledger        an agent's published units are not the sum of his work */
import { marked } from './journal.mjs';

const COUNTS = new Set(['reserved', 'offered', 'active', 'wrap']);
const PHONE_COUNTS = new Set(['ringing', 'active', 'hold', 'wrap']);
const MAY_HAVE_GONE = new Set(['ok', 'hang', 'reset']);
const GONE_OUT = new Set(['sent', 'delivered', 'read', 'bounced']);

class Findings {
  constructor() {
    this.list = [];
  }

  add(rule, text) {
    this.list.push({ rule, text });
  }
}

const of = (lines, k) => lines.filter((l) => l.k === k);

function group(items, key) {
  const m = new Map();
  for (const i of items) {
    const k = key(i);
    if (!m.has(k)) m.set(k, []);
    m.get(k).push(i);
  }
  return m;
}

/* id → the places where it stands */
function places(stored) {
  const all = [];
  for (const c of stored.conversations)
    for (const m of c.messages) {
      const id = marked(m.text);
      if (id) all.push({ id, conv: c.id, seq: m.seq, message: m, channel: c.channel });
    }
  return group(all, (p) => p.id);
}

/* ---- in ---- */

function checkStored(f, lines, where) {
  const said = new Map(of(lines, 'send').map((l) => [l.id, l]));
  const replies = new Map(of(lines, 'reply').map((l) => [l.id, l]));
  for (const l of lines)
    if ((l.k === 'ack' || l.k === 'reply-ack') && !where.has(l.id)) {
      if (l.k === 'reply-ack' && !wasApplied(lines, l.id)) continue;
      f.add('lost', `${l.id} was acknowledged and stands nowhere`);
    }
  for (const [id, list] of where) {
    if (list.length > 1) f.add('twice', `${id} stands at ${list.map((p) => `#${p.conv}/${p.seq}`).join(' and ')}`);
    if (!said.has(id) && !replies.has(id)) f.add('invented', `${id} stands at #${list[0].conv}/${list[0].seq}, but nobody said it`);
  }
}

const ends = new WeakMap();
function wasApplied(lines, id) {
  if (!ends.has(lines)) ends.set(lines, new Map(of(lines, 'reply-end').map((l) => [l.id, l.ok])));
  return ends.get(lines).get(id) !== false;
}

function checkOrder(f, lines, where) {
  for (const [sender, list] of group(of(lines, 'send'), (l) => l.sender)) {
    const found = list
      .filter((l) => where.has(l.id))
      .map((l) => ({ n: l.n, id: l.id, ...where.get(l.id)[0] }))
      .sort((a, b) => a.conv - b.conv || a.seq - b.seq);
    for (let i = 1; i < found.length; i++)
      if (found[i].n < found[i - 1].n) f.add('order', `${sender}: ${found[i].id} stands after ${found[i - 1].id}`);
  }
}

function checkGaps(f, stored) {
  for (const c of stored.conversations)
    c.messages.forEach((m, i) => {
      if (m.seq !== i + 1) f.add('gap', `#${c.id}: entry ${m.seq} where ${i + 1} is due`);
    });
}

function checkReceipts(f, lines, where) {
  const seen = new Set();
  for (const l of of(lines, 'receipt')) {
    const at = where.get(l.id)?.find((p) => p.conv === l.conv && p.seq === l.seq);
    if (!at) f.add('receipt', `${l.who} was shown ${l.id} at #${l.conv}/${l.seq}, which is not stored so`);
    const key = `${l.who} ${l.event}`;
    if (seen.has(key)) f.add('receipt', `${l.who} was shown event ${l.event} twice`);
    seen.add(key);
  }
}

/* ---- out ---- */

function checkReplies(f, lines, stored, where) {
  const results = new Map(of(lines, 'reply-end').map((l) => [l.id, l]));
  const acked = new Set(of(lines, 'reply-ack').map((l) => l.id));
  const requests = group(of(lines, 'provider'), (l) => marked(l.text));
  const states = new Map(stored.conversations.flatMap((c) => c.deliveries.map((d) => [d.message_id, d.state])));
  for (const l of of(lines, 'reply')) {
    const end = results.get(l.id);
    if (end && !end.ok && where.has(l.id)) f.add('refused-kept', `${l.id} was rejected (${end.error}) and stands in #${where.get(l.id)[0].conv}`);
    if (l.channel !== 'sms') continue;
    checkSend(f, l.id, requests.get(l.id) ?? [], where.get(l.id)?.[0], states, acked.has(l.id) && end?.ok !== false);
  }
  for (const [id, list] of requests) if (!where.has(id)) f.add('verdict', `the provider got ${id} ${list.length} times, but it is stored nowhere`);
}

function checkSend(f, id, requests, place, states, isAcked) {
  const may = requests.filter((r) => MAY_HAVE_GONE.has(r.answer));
  const ok = requests.filter((r) => r.answer === 'ok');
  const state = place && states.get(place.message.id);
  if (may.length > 1) f.add('sent-twice', `${id}: the provider got it ${may.length} times (${may.map((r) => r.answer).join(', ')})`);
  if (!isAcked || !place) return;
  if (!may.length && !GONE_OUT.has(state) && state !== 'unknown' && state !== 'failed') f.add('unsent', `${id}: it never reached the provider and its state is ${state}`);
  if (ok.length && !GONE_OUT.has(state) && state !== 'unknown') f.add('verdict', `${id}: the provider took it, and its state is ${state}`);
  if (!may.length && GONE_OUT.has(state)) f.add('verdict', `${id}: its state is ${state}, but the provider never took it`);
}

/* ---- agents ---- */

function checkForks(f, lines) {
  const seen = new Map();
  const look = (who, i) => {
    const key = `${i.entity}:${i.key} version ${i.version}`;
    const text = JSON.stringify(i.data);
    const had = seen.get(key);
    if (had && had.text !== text) f.add('fork', `${key}: ${had.who} saw ${had.text}, ${who} saw ${text}`);
    else if (!had) seen.set(key, { who, text });
  };
  for (const l of lines)
    if (l.k === 'snapshot') l.items.forEach((i) => look(l.who, i));
    else if (l.k === 'entity') look(l.who, l);
}

function checkOffers(f, lines) {
  const offered = new Map(); /* offer → agent */
  const held = new Map(); /* conv → agents who had it, by offer or by force */
  const look = (i) => {
    if (i.entity !== 'work') return;
    const w = i.data;
    if (w.offer && w.agent) offered.set(w.offer, w.agent);
    if (w.forced) held.set(`${i.key} ${w.agent}`, true);
  };
  for (const l of lines)
    if (l.k === 'snapshot') l.items.forEach(look);
    else if (l.k === 'entity') look(l);
  const taken = new Map();
  for (const l of of(lines, 'accept').filter((x) => x.ok)) {
    const before = taken.get(l.offer);
    if (before && before !== l.agent) f.add('overlap', `offer ${l.offer} of #${l.conv} was accepted by ${before} and by ${l.agent}`);
    taken.set(l.offer, l.agent);
    const to = offered.get(l.offer);
    if (to && to !== l.agent) f.add('overlap', `offer ${l.offer} of #${l.conv} was made to ${to} and accepted by ${l.agent}`);
  }
}

/* One watcher's picture, looked at whenever it is whole: after a snapshot, and after the last event of a
 * batch (one entry of the stream: "<ms>-<seq>-<index>"). */
function checkPicture(f, lines, limits) {
  const said = new Set();
  const ofPictures = lines.filter((l) => ['snapshot', 'entity', 'gone', 'rest'].includes(l.k));
  for (const [who, list] of group(ofPictures, (l) => l.who)) {
    let picture = new Map();
    let batch;
    const look = () => judge(f, picture, limits, said, `${who} at ${batch}`);
    for (const l of list) {
      const entry = l.event?.split('-').slice(0, 2).join('-');
      if (l.k === 'entity' || l.k === 'gone') {
        if (entry !== batch && batch !== undefined) look();
        const key = `${l.entity}:${l.key}`;
        if (l.k === 'entity') picture.set(key, l.data);
        else picture.delete(key);
      } else {
        if (l.k === 'snapshot') picture = new Map(l.items.map((i) => [`${i.entity}:${i.key}`, i.data]));
        look();
      }
      batch = entry ?? batch;
    }
  }
}

/* What each agent has: his work that counts, and his phone, which takes all of him. */
function burdens(picture, limits) {
  const all = new Map();
  for (const [key, a] of picture)
    if (key.startsWith('agent:')) {
      const phone = PHONE_COUNTS.has(a.voice);
      all.set(key.slice(6), { a, phone, units: phone ? limits.capacity : 0, counts: {}, excused: phone, works: [] });
    }
  for (const [key, w] of picture) {
    if (!key.startsWith('work:') || !w.agent || !COUNTS.has(w.state)) continue;
    const b = all.get(w.agent) ?? { units: 0, counts: {}, excused: false, works: [] };
    all.set(w.agent, b);
    b.units += w.units ?? 0;
    b.counts[w.channel_kind] = (b.counts[w.channel_kind] ?? 0) + 1;
    b.excused ||= Boolean(w.forced || w.overbooked);
    b.works.push({ name: `#${key.slice(5)} ${w.state}`, ...w });
  }
  return all;
}

function judge(f, picture, limits, said, when) {
  for (const [agent, b] of burdens(picture, limits)) {
    const report = (rule, text) => {
      if (said.has(`${rule} ${agent} ${text}`)) return;
      said.add(`${rule} ${agent} ${text}`);
      f.add(rule, `${agent} ${text} (${b.works.map((w) => w.name).join(', ')}; ${when})`);
    };
    if (!b.excused && b.units > limits.capacity) report('capacity', `has ${b.units} units of ${limits.capacity}`);
    for (const [kind, n] of Object.entries(b.counts))
      if (!b.excused && n > (limits.maximum[kind] ?? Infinity)) report('capacity', `has ${n} ${kind} of ${limits.maximum[kind]}`);
    if (b.a && (b.a.used ?? 0) !== b.units) report('ledger', `shows ${b.a.used ?? 0} units and has ${b.units}`);
    for (const w of b.phone ? b.works : [])
      if (!w.forced && w.state !== 'wrap' && (w.offered_at ?? 0) > b.a.voice_since) report('capacity', `was offered ${w.name} while on the phone`);
  }
}

export function check(lines, stored, limits = { capacity: 100, maximum: { voice: 1, chat: 3, sms: 4, social: 2, mail: 1 } }) {
  const f = new Findings();
  const where = places(stored);
  checkStored(f, lines, where);
  checkOrder(f, lines, where);
  checkGaps(f, stored);
  checkReceipts(f, lines, where);
  checkReplies(f, lines, stored, where);
  checkForks(f, lines);
  checkOffers(f, lines);
  checkPicture(f, lines, limits);
  return f.list;
}
