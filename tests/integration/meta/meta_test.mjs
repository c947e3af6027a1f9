/* WhatsApp, Messenger and comments, both ways: hooks signed as Meta signs them, a Graph API that checks
 * the token and its proof and keeps what it gets. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';

const secret = 'app-secret-that-nobody-may-see';
const token = 'EAA-token-that-nobody-may-see';
const word = 'our-verify-token';
const mac = (key, text) => createHmac('sha256', key).update(text).digest('hex');

class GraphApi {
  constructor() {
    Object.assign(this, { calls: [], refuse: [], next: 1 });
    this.server = createServer((req, res) => this.handle(req, res));
  }

  async start() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  handle(req, res) {
    let text = '';
    req.setEncoding('utf8').on('data', (x) => (text += x)).on('end', () => {
      const url = new URL(req.url, this.url);
      const say = (status, json) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
      const known = req.headers.authorization === `Bearer ${token}` && url.searchParams.get('appsecret_proof') === mac(secret, token);
      if (!known) return say(401, { error: { code: 190, message: 'Invalid OAuth access token' } });
      this.calls.push({ method: req.method, path: url.pathname, body: text && JSON.parse(text) });
      const no = this.refuse.shift();
      if (no) return say(400, { error: no });
      const id = `out-${this.next++}`;
      if (url.pathname.endsWith('/comments')) return say(200, { id: '555_1_900' });
      say(200, { messages: [{ id }], message_id: id, recipient_id: '1' });
    });
  }
}

let api;
let d;
let rest;
let berta;

function hook(channel, json, key = secret) {
  const body = JSON.stringify(json);
  return request({ port: d.port, method: 'POST', path: `/hooks/${channel}`, body, headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': `sha256=${mac(key, body)}` } });
}
const whatsapp = (value) => ({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value: { metadata: { phone_number_id: '123' }, ...value } }] }] });
const all = async () => (await observe(rest)).conversations;
const stored = (text) => until(`"${text}" is stored`, async () => (await all()).find((c) => c.messages.some((m) => m.text === text)));
const taken = (conv) => until('berta has it', () => berta.all('work').find((w) => w.id === conv.id && w.agent === 'berta' && w.state === 'active'));
async function answer(conv, text) {
  await taken(conv);
  const before = api.calls.length;
  assert.ok((await berta.cmd('message.send', { conv: conv.id, text })).ok);
  await until('the API has it', () => api.calls.length > before);
  return api.calls.at(-1);
}
const delivery = async (conv, state) => until(`it is ${state}`, async () => (await all()).find((c) => c.id === conv.id).deliveries.some((x) => x.state === state));

before(async () => {
  api = await new GraphApi().start();
  d = await Daemon.start({
    change(s) {
      const common = { queue: 'chat', app_secret: secret, verify_token: word, access_token: token, api_url: api.url, allow_private: true };
      s.channels.wa = { ...common, connector: 'chat_whatsapp', phone_number_id: '123', templates: { ready: 'order_ready de 2' } };
      s.channels.fb = { ...common, connector: 'chat_messenger', account_id: '555' };
      s.channels.comments = { ...common, connector: 'social_meta', page_id: '555' };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('berta', { name: 'Berta' });
  rest = await d.rest('lead');
  berta = await d.agent('berta');
  autoAccept(berta);
});
after(async () => {
  await d?.stop();
  api?.stop();
});

test('the handshake of a callback', async () => {
  const ask = (token) => request({ port: d.port, path: `/hooks/wa?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}` });
  const r = await ask(word);
  assert.equal(r.status, 200);
  assert.equal(r.text, '1158201444');
  assert.equal((await ask('another')).status, 401);
});

test('WhatsApp: in once, out, delivered; a closed window, then a template', async () => {
  const message = whatsapp({ contacts: [{ wa_id: '491', profile: { name: 'Anna' } }], messages: [{ from: '491', id: 'wamid.1', timestamp: '1700000000', type: 'text', text: { body: 'Hallo 👋' } }] });
  assert.equal((await hook('wa', message, 'another')).status, 401);
  assert.equal((await hook('wa', message)).status, 200);
  assert.equal((await hook('wa', message)).status, 200);
  const conv = await stored('Hallo 👋');
  const call = await answer(conv, 'Guten Tag');
  assert.equal(call.path, '/v23.0/123/messages');
  assert.deepEqual(call.body.text, { body: 'Guten Tag' });
  assert.equal(call.body.to, '491');
  await delivery(conv, 'sent');
  assert.equal((await hook('wa', whatsapp({ statuses: [{ id: 'out-1', status: 'delivered', timestamp: '1700000001', biz_opaque_callback_data: call.body.biz_opaque_callback_data }] }))).status, 200);
  await delivery(conv, 'delivered');
  assert.equal((await all()).find((c) => c.id === conv.id).messages.filter((m) => m.direction === 'in').length, 1);

  api.refuse.push({ code: 131047, message: 'Re-engagement message' });
  await answer(conv, 'Too late');
  await delivery(conv, 'failed');
  const template = await answer(conv, '/ready Anna | 17:00');
  assert.equal(template.body.template.name, 'order_ready');
  assert.deepEqual(template.body.template.components[0].parameters.map((p) => p.text), ['Anna', '17:00']);
});

test('Messenger: in and out', async () => {
  const event = { object: 'page', entry: [{ id: '555', time: 1700000000000, messaging: [{ sender: { id: '777' }, recipient: { id: '555' }, timestamp: 1700000000000, message: { mid: 'mid.1', text: 'By Messenger' } }] }] };
  assert.equal((await hook('fb', event)).status, 200);
  const call = await answer(await stored('By Messenger'), 'Hello');
  assert.equal(call.path, '/v23.0/555/messages');
  assert.deepEqual(call.body, { recipient: { id: '777' }, messaging_type: 'RESPONSE', message: { text: 'Hello' } });
});

test('comments: in, and each new one a conversation', async () => {
  const comment = (id, more = {}) => ({ object: 'page', entry: [{ id: '555', time: 1700000000, changes: [{ field: 'feed', value: { item: 'comment', verb: 'add', comment_id: id, post_id: '555_1', parent_id: '555_1', from: { id: '900', name: 'Cora' }, message: `Comment ${id}`, created_time: 1700000000, ...more } }] }] });
  assert.equal((await hook('comments', comment('555_1_1'))).status, 200);
  assert.equal((await hook('comments', comment('555_1_2', { from: { id: '901', name: 'Dora' } }))).status, 200);
  assert.equal((await hook('comments', comment('555_1_9', { from: { id: '555', name: 'Shop' } }))).status, 200);
  const one = await stored('Comment 555_1_1');
  const two = await stored('Comment 555_1_2');
  assert.notEqual(one.id, two.id);
  assert.ok(!(await all()).some((c) => c.messages.some((m) => m.text === 'Comment 555_1_9')));
});

test('secrets are nowhere to be seen', async () => {
  const log = readFileSync(d.log, 'utf8');
  const seen = JSON.stringify(await all());
  for (const x of [secret, token, word]) assert.ok(!log.includes(x) && !seen.includes(x));
});
