/* A person and an agent by Telegram, through long polls that Telegram holds, with a kill between. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';

const token = '42:ABC-a-token-that-nobody-may-see';
const secret = 'hook_secret-1';
const anna = { id: 777, is_bot: false, first_name: 'Anna', language_code: 'de' };
const chat = { id: 777, type: 'private', first_name: 'Anna' };

/* The Bot API as its page tells: what is not confirmed by an offset comes again; an empty poll is held. */
class BotApi {
  constructor() {
    Object.assign(this, { updates: [], next: 1, calls: [], held: [], refuse: [], sent: 100, polls: 0 });
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

  push(update) {
    this.updates.push({ update_id: this.next++, ...update });
    for (const h of this.held.splice(0)) h();
  }

  say(text, more = {}) {
    this.push({ message: { message_id: this.next + 10, from: anna, chat, date: 1700000000, text, ...more } });
  }

  handle(req, res) {
    let text = '';
    req.setEncoding('utf8').on('data', (x) => (text += x)).on('end', () => {
      const answer = (status, json) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
      const [, path, method] = req.url.split('/');
      if (path !== `bot${token}`) return answer(404, { ok: false, error_code: 404, description: 'Not Found' });
      const body = JSON.parse(text);
      if (method === 'getUpdates') return this.poll(body, answer);
      this.calls.push({ method, body });
      const no = this.refuse.shift();
      if (no) return answer(no.error_code, { ok: false, ...no });
      answer(200, { ok: true, result: { message_id: this.sent++, chat: { id: body.chat_id } } });
    });
  }

  poll({ offset = 0, timeout, limit }, answer) {
    this.polls++;
    this.wait = timeout;
    this.updates = this.updates.filter((u) => u.update_id >= offset);
    const say = () => answer(200, { ok: true, result: this.updates.slice(0, limit) });
    if (this.updates.length) return say();
    const timer = setTimeout(say, timeout * 1000);
    this.held.push(() => (clearTimeout(timer), say()));
  }
}

let api;
let d;
let rest;
let berta;
const texts = async () => (await observe(rest)).conversations.flatMap((c) => c.messages).map((m) => `${m.direction}: ${m.text}`);

before(async () => {
  api = await new BotApi().start();
  d = await Daemon.start({
    change(s) {
      const common = { connector: 'chat_telegram', queue: 'chat', api_url: api.url, allow_private: true };
      s.channels.telegram = { ...common, token, timeout: '15s' };
      s.channels.hooked = { ...common, token, mode: 'webhook', webhook_secret: secret };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('berta', { name: 'Berta' });
  rest = await d.rest('lead');
});
after(async () => {
  await d?.stop();
  api?.stop();
});

test('a message reaches the agent while a long poll waits for it', async () => {
  await until('a poll is held', () => api.held.length === 1);
  assert.equal(api.wait, 5);
  berta = await d.agent('berta');
  autoAccept(berta);
  api.say('Hallo 👋');
  await until('it is stored', async () => (await texts()).includes('in: Hallo 👋'));
  await until('berta has it', () => berta.all('work').some((w) => w.agent === 'berta' && w.state === 'active'));
});

test('the answer goes out, after the pause that Telegram asks for', async () => {
  const work = berta.all('work').find((w) => w.agent === 'berta' && w.state === 'active');
  api.refuse.push({ error_code: 429, description: 'Too Many Requests: retry after 1', parameters: { retry_after: 1 } });
  const at = Date.now();
  assert.ok((await berta.cmd('message.send', { conv: work.id, text: 'Guten Tag' })).ok);
  await until('it is sent', () => api.calls.length === 2);
  assert.ok(Date.now() - at >= 900, 'not before the pause is over');
  assert.deepEqual(api.calls.at(-1), { method: 'sendMessage', body: { chat_id: 777, text: 'Guten Tag' } });
});

test('a kill loses nothing and doubles nothing', async () => {
  await d.kill();
  api.say('One');
  api.say('Two');
  await d.spawn();
  await until('both are stored', async () => (await texts()).includes('in: Two'));
  await until('the place is confirmed', () => api.updates.length === 0);
  const all = await texts();
  for (const t of ['in: Hallo 👋', 'in: One', 'in: Two']) assert.equal(all.filter((x) => x === t).length, 1, t);
});

test('a hook with the secret is taken, one without is not', async () => {
  const body = JSON.stringify({ update_id: 5, message: { message_id: 900, from: { ...anna, id: 778 }, chat: { ...chat, id: 778 }, date: 1700000000, text: 'By hook' } });
  const hook = (headers) => request({ port: d.port, method: 'POST', path: '/hooks/hooked', body, headers: { 'Content-Type': 'application/json', ...headers } });
  assert.equal((await hook({})).status, 401);
  assert.equal((await hook({ 'X-Telegram-Bot-Api-Secret-Token': 'wrong' })).status, 401);
  assert.equal((await hook({ 'X-Telegram-Bot-Api-Secret-Token': secret })).status, 200);
  assert.equal((await hook({ 'X-Telegram-Bot-Api-Secret-Token': secret })).status, 200);
  await until('it is stored', async () => (await texts()).includes('in: By hook'));
  assert.equal((await texts()).filter((t) => t === 'in: By hook').length, 1);
});

test('the token is nowhere to be seen', async () => {
  assert.ok(!readFileSync(d.log, 'utf8').includes(token));
  assert.ok(!JSON.stringify(await observe(rest)).includes(token));
  const keys = (await d.redis('KEYS', '*')).split('\n');
  for (const key of keys) {
    const dump = await d.redis('DUMP', key).catch(() => '');
    assert.ok(!dump.includes(token), key);
  }
});
