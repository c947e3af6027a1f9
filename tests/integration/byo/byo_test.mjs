/* A stranger connects his app: the blocks of the README that are marked as tried are run as they stand,
 * against the real daemon; only HOOK, SECRET and PORT come from outside. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { freePort, until } from '../../lib/system.mjs';
import { observe } from '../faults/observe.mjs';

const page = readFileSync(new URL('../../../connectors/byo_http/README.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/<!-- tried -->\n```(\w+)\n([^]*?)```/g)].map(([, language, text]) => ({ language, text }));
const shell = blocks.filter((b) => b.language === 'sh').map((b) => b.text);
const secret = '5f3c7e0b6f7d4c2a9d1e8b7a6c5d4e3f';
let d;
let rest;
let app;
let said = '';
let appPort;

const run = promisify(execFile);
const env = (more = {}) => ({ ...process.env, HOOK: `${d.url}/hooks/my-app`, SECRET: secret, PORT: `${appPort}`, ...more });
const bash = (text, more) => run('bash', ['-euo', 'pipefail', '-c', text], { env: env(more), timeout: 20000 });
const messages = async () => (await observe(rest)).conversations.flatMap((c) => c.messages.map((m) => ({ ...m, channel: c.channel })));

before(async () => {
  appPort = await freePort();
  d = await Daemon.start({
    change(s) {
      s.channels['my-app'] = { connector: 'chat_http', queue: 'chat', url: `http://127.0.0.1:${appPort}/tandem`, secret, allow_private: true };
      s.channels.posts = { connector: 'social_http', queue: 'chat', secret };
    },
  });
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('berta', { name: 'Berta' });
  rest = await d.rest('lead');
  writeFileSync(join(d.dir, 'app.mjs'), blocks.find((b) => b.language === 'js').text);
  app = spawn(process.execPath, [join(d.dir, 'app.mjs')], { env: env(), stdio: ['ignore', 'pipe', 'inherit'] });
  app.stdout.on('data', (x) => (said += x));
});
after(async () => {
  app?.kill('SIGKILL');
  await d?.stop();
});

test('the page has its blocks', () => {
  assert.equal(shell.length, 2);
  assert.equal(blocks.length, 3);
});

test('the first command is enough, and twice is once', async () => {
  assert.equal((await bash(shell[0])).stdout, '{"ok":true}');
  assert.equal((await bash(shell[0])).stdout, '{"ok":true}');
  const [m] = await until('it is stored', async () => ((await messages()).length ? messages() : false));
  assert.equal(m.text, 'Is anybody there?');
  assert.equal(m.from.name, 'Anna');
  assert.equal((await messages()).filter((x) => x.direction === 'in').length, 1);
});

test('a wrong secret, an old time and a broken body are told', async () => {
  await assert.rejects(bash(shell[0], { SECRET: 'another secret of 16' }), (e) => e.stdout.includes('the signature does not match'));
  const old = shell[0].replace('date +%s', 'echo 1700000000');
  assert.notEqual(old, shell[0]);
  await assert.rejects(bash(old), (e) => e.stdout.includes('outside the window'));
  await assert.rejects(bash(shell[0].replace('"id":"m-1",', '')), (e) => e.stdout.includes('/id: missing'));
});

test('the agent answers, the app hears it and says that it arrived', async () => {
  const berta = await d.agent('berta');
  autoAccept(berta);
  const work = await until('berta has it', () => berta.all('work').find((w) => w.agent === 'berta' && w.state === 'active'));
  assert.ok((await berta.cmd('message.send', { conv: work.id, text: 'Yes! “Here”' })).ok);
  await until('the app has it', () => said.includes('Berta to user-7: Yes! “Here”\n'));
  await until('it is delivered', async () => {
    const { conversations } = await observe(rest);
    return conversations.flatMap((c) => c.deliveries).some((x) => x.state === 'delivered');
  });
});

test('the other commands of the page', async () => {
  const { stdout } = await bash(shell[0] + shell[1]);
  assert.equal(stdout, '{"ok":true}'.repeat(6));
  const texts = await until('all are there', async () => {
    const t = (await messages()).map((m) => m.text);
    return t.includes('at once') && t.includes('A picture') && t;
  });
  assert.equal(texts.filter((t) => t === 'Two').length, 1);
});

test('posts: one that answers nothing is a conversation of its own', async () => {
  const post = shell[0].slice(0, shell[0].indexOf("post '{"));
  const to = { HOOK: `${d.url}/hooks/posts` };
  const say = (json) => bash(`${post}post '${JSON.stringify(json)}'`, to);
  await say({ id: 'p-1', from: { id: 'u' }, text: 'One' });
  await say({ id: 'p-2', from: { id: 'u' }, text: 'Another' });
  await say({ id: 'p-3', from: { id: 'u' }, text: 'More of one', thread: 'p-1' });
  const list = await until('all are there', async () => {
    const c = (await observe(rest)).conversations.filter((x) => x.channel === 'posts');
    return c.flatMap((x) => x.messages).length === 3 && c;
  });
  assert.deepEqual(list.map((c) => c.messages.map((m) => m.text)), [['One', 'More of one'], ['Another']]);
});
