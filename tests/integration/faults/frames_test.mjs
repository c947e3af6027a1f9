/* Frames that no well-behaved page sends, at both sockets: an answer with the request's id, and a close
 * when it goes on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Daemon } from '../../lib/daemon.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { until } from '../../lib/system.mjs';

let d;
let cookie;
before(async () => {
  d = await Daemon.start();
  await d.addUser('anna');
  await d.addUser('root', { role: 'admin' });
  cookie = await d.login('anna');
});
after(() => d?.stop());

/* A bare socket that keeps what comes. */
function bare(path, { headers = {}, options = {} } = {}) {
  const all = Object.fromEntries(Object.entries({ Origin: d.url, ...headers }).filter(([, v]) => v !== undefined));
  const ws = new WebSocket(`ws://127.0.0.1:${d.port}${path}`, { headers: all, perMessageDeflate: false, ...options });
  const s = { ws, frames: [], code: null, status: null };
  ws.on('message', (m) => s.frames.push(...m.toString().split('\n').map((line) => JSON.parse(line))));
  ws.on('close', (code) => (s.code ??= code));
  ws.on('unexpected-response', (_, res) => (s.status = res.statusCode) && ws.terminate());
  ws.on('error', () => {});
  s.send = (x) => ws.send(typeof x === 'string' ? x : JSON.stringify(x));
  s.open = () => until('it is open', () => ws.readyState === WebSocket.OPEN);
  s.frame = (what, test) => until(what, () => s.frames.find(test));
  s.closed = () => until('it is closed', () => s.code !== null || s.status !== null).then(() => s.code);
  return s;
}
const TAB = 'tab-of-this-test-0';
async function agent() {
  const s = bare('/agent/ws', { headers: { Cookie: cookie } });
  await s.open();
  s.send({ t: 'hello', tab: TAB });
  await s.frame('the snapshot', (f) => f.t === 'snapshot' && f.last);
  return s;
}
async function visitor() {
  const s = bare('/chat/ws');
  await s.open();
  s.send({ t: 'hello', channel: 'web', tab: TAB });
  await s.frame('welcome', (f) => f.t === 'welcome');
  return s;
}

test('agent: a bad command is refused with its id and the reason', async () => {
  const s = await agent();
  const cases = [
    [{ t: 'cmd', id: '1', cmd: 'no.such', body: {} }, 'invalid', /no\.such/],
    [{ t: 'cmd', id: '2', cmd: 'offer.accept', body: {} }, 'invalid', /conv|offer/],
    [{ t: 'cmd', id: '3', cmd: 'offer.accept', body: { conv: 'x', offer: '1' } }, 'invalid', /conv/],
    [{ t: 'cmd', id: '4', cmd: 'offer.accept', body: [] }, 'invalid', /body/],
    [{ t: 'cmd', id: '5', cmd: 'offer.accept', body: { conv: 1, offer: 'x', nonsense: 1 } }, null, /nonsense/],
    [{ t: 'nonsense', id: '6' }, 'invalid', /./],
    [{ t: 'cmd', id: '7', cmd: 'user.put', body: { id: 'eve', role: 'admin' } }, 'forbidden', /./],
    [{ t: 'cmd', id: '8', cmd: 'session.close', body: { agent: 'root', session: 'x' } }, 'forbidden', /./],
    [{ t: 'cmd', id: '9', cmd: 'work.assign', body: { conv: 1, agent: 'anna' } }, 'forbidden', /./],
  ];
  for (const [frame, error, says] of cases) {
    s.send(frame);
    const f = await s.frame(`an answer to ${frame.id}`, (x) => x.id === frame.id && (x.t === 'refused' || x.t === 'result'));
    if (!error && f.t === 'result') continue; /* an unknown field may be ignored */
    assert.equal(f.t, 'refused');
    if (error) assert.equal(f.error, error, JSON.stringify(f));
    assert.match(f.text, says);
  }
  assert.equal(s.code, null, 'one mistake of each kind is forgiven');
  s.ws.terminate();
});

test('agent: a command without an id is refused', async () => {
  const s = await agent();
  s.send({ t: 'cmd', cmd: 'work.wrapped', body: {} });
  const f = await s.frame('an answer', (x) => x.t === 'refused');
  assert.equal(f.error, 'invalid');
  s.ws.terminate();
});

test('agent: no JSON is answered, and then it is closed with 4429', async () => {
  const s = await agent();
  s.send('{"t":"cmd","id":"1","cmd":');
  await s.frame('an answer', (f) => f.t === 'refused' && f.error === 'invalid');
  for (let i = 0; i < 30 && s.code === null; i++) s.send(['nonsense', '[]', '{"t":7}', '"x"'][i % 4]);
  assert.equal(await s.closed(), 4429);
});

test('agent: a frame beyond 64 KiB closes with 1009', async () => {
  const s = await agent();
  s.send({ t: 'cmd', id: '1', cmd: 'note.add', body: { conv: 1, text: 'x'.repeat(70000) } });
  assert.equal(await s.closed(), 1009);
});

test('agent: a message in fragments is one message', async () => {
  const s = await agent();
  const text = JSON.stringify({ t: 'cmd', id: '77', cmd: 'presence.set', body: { presence: 'available' } });
  s.ws.send(text.slice(0, 20), { fin: false });
  s.ws.send(text.slice(20, 40), { fin: false });
  s.ws.send(text.slice(40), { fin: true });
  const f = await s.frame('its result', (x) => x.t === 'result' && x.id === '77');
  assert.equal(f.ok, true);
  s.ws.terminate();
});

test('agent: a binary frame closes or is refused, and is never taken', async () => {
  const s = await agent();
  s.ws.send(Buffer.from(JSON.stringify({ t: 'cmd', id: '78', cmd: 'presence.set', body: { presence: 'available' } })), { binary: true });
  await until('an answer or a close', () => s.code !== null || s.frames.some((f) => f.id === '78'));
  assert.ok(!s.frames.some((f) => f.t === 'ack' && f.id === '78'));
  s.ws.terminate();
});

test('agent: the upgrade needs the own origin; the socket needs a login', async () => {
  const foreign = bare('/agent/ws', { headers: { Cookie: cookie, Origin: 'http://evil.example' } });
  await foreign.closed();
  assert.equal(foreign.status, 403);
  const none = bare('/agent/ws', { headers: { Cookie: cookie, Origin: undefined } });
  await none.closed();
  assert.equal(none.status, 403);
  const stranger = bare('/agent/ws', { headers: { Cookie: 'tandem=0123' } });
  assert.equal(await stranger.closed(), 4401);
});

test('agent: a command before hello is refused, a second hello too', async () => {
  const s = bare('/agent/ws', { headers: { Cookie: cookie } });
  await s.open();
  s.send({ t: 'hello', tab: 'short' });
  await s.frame('a refusal', (f) => f.t === 'refused');
  s.send({ t: 'cmd', id: '5', cmd: 'work.wrapped', body: {} });
  await s.frame('a refusal', (f) => f.t === 'refused' && f.id === '5');
  s.ws.terminate();
});

test('agent: a repeated command is applied once, and answered with its first result', async () => {
  const s = await agent();
  await smsIn(d, { id: 'repeated', from: '+447700900111', text: 'hello' });
  const { conv } = await s.frame('the message', (f) => f.t === 'message' && f.data.text === 'hello');
  const frame = { t: 'cmd', id: '900', cmd: 'note.add', body: { conv, text: 'once' } };
  s.send(frame);
  const first = await s.frame('its result', (f) => f.t === 'result' && f.id === '900');
  s.frames.length = 0;
  s.send(frame);
  const again = await s.frame('its result again', (f) => f.t === 'result' && f.id === '900');
  assert.equal(first.ok && again.ok, true);
  assert.equal(again.duplicate, true);
  const rest = await d.rest('anna');
  const { messages } = await rest.get(`/v1/conversations/${conv}/messages?after=0`);
  assert.equal(messages.filter((m) => m.text === 'once').length, 1);
  s.ws.terminate();
});

test('visitor: nonsense is refused with its id, and then closed with 4400', async () => {
  const s = await visitor();
  for (const [frame, id] of [[{ t: 'send', id: '1' }, '1'], [{ t: 'send', id: '2', text: 7 }, '2'], [{ t: 'rate', id: '3', rating: 'x' }, '3'], [{ t: 'open', id: '4', fields: [] }, '4'], [{ t: 'what', id: '5' }, '5']]) {
    s.send(frame);
    const f = await s.frame(`an answer to ${id}`, (x) => x.t === 'refused' && x.id === id);
    assert.equal(f.error, 'invalid');
  }
  for (let i = 0; i < 30 && s.code === null; i++) s.send('nonsense');
  assert.equal(await s.closed(), 4400);
});

test('visitor: too large, foreign origin, no such channel, too fast', async () => {
  const big = await visitor();
  big.send({ t: 'send', id: '1', text: 'x'.repeat(20000) });
  assert.equal(await big.closed(), 1009);
  const foreign = bare('/chat/ws', { headers: { Origin: 'http://evil.example' } });
  await foreign.closed();
  assert.equal(foreign.status, 403);
  const none = bare('/chat/ws');
  await none.open();
  none.send({ t: 'hello', channel: 'none', tab: TAB });
  assert.equal(await none.closed(), 4404);
  const fast = await visitor();
  for (let i = 1; i <= 40; i++) fast.send({ t: 'send', id: `f${i}`, text: 'hi' });
  await fast.frame('busy', (f) => f.t === 'refused' && f.error === 'busy');
  fast.ws.terminate();
});

test('visitor: a forged token gives nobody else’s conversation', async () => {
  const a = await visitor();
  const { token, visitor: id } = a.frames.find((f) => f.t === 'welcome');
  const forged = bare('/chat/ws');
  await forged.open();
  forged.send({ t: 'hello', channel: 'web', tab: TAB, token: token.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) });
  const w = await forged.frame('welcome', (f) => f.t === 'welcome');
  assert.notEqual(w.visitor, id);
  a.ws.terminate();
  forged.ws.terminate();
});
