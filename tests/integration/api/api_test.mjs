/* The REST API and the operation's routes, against the real daemon. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { smsIn } from '../../lib/sms.mjs';
import { endProcess, killNow, until } from '../../lib/system.mjs';

let d;
let lead, boss, anna, bob;
before(async () => {
  d = await Daemon.start();
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('boss', { role: 'admin' });
  await d.addUser('anna', { queues: 'sms' });
  await d.addUser('bob', { queues: 'chat' });
  [lead, boss, anna, bob] = await Promise.all(['lead', 'boss', 'anna', 'bob'].map((id) => d.rest(id)));
});
after(() => d?.stop());

let next = 1;
const text = (id) => `text of ${id}`;
/* A new conversation by SMS. */
async function conversation() {
  const n = next++;
  const from = `+4477009${String(n).padStart(5, '0')}`;
  assert.equal((await smsIn({ port: d.port }, { id: `m${n}`, from, text: text(n) })).status, 200);
  return until('it is there', async () => (await lead.get('/v1/conversations?limit=200')).conversations.find((c) => c.peer.addr === from));
}
const write = (who, path, body, options) => who.call('POST', path, body, options);
async function done(who, path, body, options) {
  const r = await write(who, `${path}?wait=1`, body, options);
  assert.equal(r.status, 200, r.text);
  return r.json.result;
}

test('a write is durable, applied once, and its result is told', async () => {
  const c = await conversation();
  const w = await write(lead, `/v1/conversations/${c.id}/notes`, { text: 'first' });
  assert.equal(w.status, 202);
  assert.ok(w.json.command && w.json.after);
  const read = await lead.get(`/v1/conversations/${c.id}?after=${w.json.after}`);
  assert.equal(read.conversation.seq, c.seq + 1, 'a read with after= sees it');
  const told = await lead.call('GET', `/v1/commands/${w.json.command}?wait=1`);
  assert.deepEqual([told.status, told.json.result.ok, told.json.result.seq], [200, true, c.seq + 1]);
  assert.equal((await boss.call('GET', `/v1/commands/${w.json.command}`)).status, 404, 'his alone');

  const headers = { 'Idempotency-Key': 'key-1' };
  for (let i = 0; i < 3; i++) assert.equal((await done(lead, `/v1/conversations/${c.id}/notes`, { text: 'once' }, { headers })).ok, true);
  const log = await lead.get(`/v1/conversations/${c.id}/messages?after=0`);
  assert.equal(log.messages.filter((m) => m.text === 'once').length, 1);
  assert.ok(log.messages.filter((m) => m.kind === 'note').every((m) => m.private));
});

test('what is wrong is named', async () => {
  const c = await conversation();
  const cases = [
    ['notes', { txt: 'x' }, 400, 'txt'],
    ['notes', {}, 400, 'text'],
    ['notes', { text: 5 }, 400, 'text'],
    ['snooze', { until: 'tomorrow' }, 400, 'until'],
    ['assign', { agent: 'anna' }, 403, undefined, anna],
  ];
  for (const [what, body, status, field, who = lead] of cases) {
    const r = await write(who, `/v1/conversations/${c.id}/${what}`, body);
    assert.deepEqual([r.status, r.json.field], [status, field], r.text);
    assert.ok(r.json.error && r.json.text);
  }
  assert.equal((await lead.call('POST', `/v1/conversations/${c.id}/notes`, { text: 'x' }, { headers: { 'Idempotency-Key': 'a b' } })).json.field, 'Idempotency-Key');
  for (const [path, field] of [['?limit=0x1', 'limit'], ['?limit=201', 'limit'], ['?view=some', 'view'], ['?after=1-x', 'after'], ['?contact=me', 'contact']])
    assert.equal((await lead.call('GET', `/v1/conversations${path}`)).json.field, field);
  for (const path of ['/v1/conversations/999999', '/v1/conversations/x', '/v1/conversations/01', '/v1/contacts/999999', '/v1/agents/nobody', '/v1/commands/none', '/v1/none'])
    assert.equal((await lead.call('GET', path)).status, 404, path);
  const big = await write(lead, `/v1/conversations/${c.id}/notes`, { text: 'x'.repeat(70000) });
  assert.equal(big.status, 413);
  assert.equal((await lead.call('PUT', '/v1/agents', {})).status, 405);
});

test('an agent sees his queues and his own, a lead all', async () => {
  const c = await conversation();
  for (const path of [`/v1/conversations/${c.id}`, `/v1/conversations/${c.id}/messages`, `/v1/contacts/${c.contact}`]) {
    for (const who of [lead, boss, anna]) assert.equal((await who.call('GET', path)).status, 200);
    assert.equal((await bob.call('GET', path)).status, 404, path);
  }
  const sees = async (who, path) => (await who.get(path)).conversations.some((x) => x.id === c.id);
  for (const path of ['/v1/conversations', '/v1/conversations?queue=sms', `/v1/conversations?contact=${c.contact}`, `/v1/contacts/${c.contact}/conversations`]) {
    assert.ok(await sees(anna, path), path);
    assert.ok(!(await sees(bob, path)), path);
  }
  assert.ok(!(await sees(anna, '/v1/conversations?view=mine')));
  assert.equal((await done(bob, `/v1/conversations/${c.id}/resolve`, {})).ok, false);
  assert.equal((await done(lead, `/v1/conversations/${c.id}/resolve`, {})).ok, true);
  assert.ok(await sees(lead, '/v1/conversations?view=closed'));
  assert.ok(!(await sees(lead, '/v1/conversations')));
  assert.ok(!(await sees(bob, '/v1/conversations?view=closed')));
});

test('pages miss nothing and repeat nothing, though many conversations have the same time', async () => {
  const from = (i) => `+44770055${String(i).padStart(4, '0')}`;
  for (let wave = 0; wave < 3; wave++)
    await Promise.all(Array.from({ length: 30 }, (_, i) => smsIn({ port: d.port }, { id: `p${wave}-${i}`, from: from(wave * 30 + i), text: 'page' })));
  const want = await until('all are there', async () => {
    const all = (await lead.get('/v1/conversations?limit=200')).conversations;
    return all.filter((c) => c.last_text === 'page').length === 90 && all;
  });
  for (const who of [lead, anna]) {
    const seen = [];
    let pages = 0;
    for (let before = ''; ; pages++) {
      const page = await who.get(`/v1/conversations?limit=7${before}`);
      seen.push(...page.conversations.map((c) => c.id));
      if (!page.before) break;
      assert.equal(page.before, page.conversations.at(-1).last_at);
      before = `&before=${page.before}`;
    }
    assert.deepEqual(seen, want.map((c) => c.id));
    assert.ok(pages > 1);
  }
});

test('pages of messages', async () => {
  const c = await conversation();
  for (let i = 0; i < 12; i++) assert.ok((await done(lead, `/v1/conversations/${c.id}/notes`, { text: `n${i}` })).ok);
  const seqs = async (q) => (await lead.get(`/v1/conversations/${c.id}/messages${q}`)).messages.map((m) => m.seq);
  const all = await seqs('');
  assert.deepEqual(all, Array.from({ length: all.length }, (_, i) => i + 1));
  assert.deepEqual(await seqs('?limit=3'), all.slice(-3));
  assert.deepEqual(await seqs('?before=4'), [1, 2, 3]);
  assert.deepEqual(await seqs('?after=2&limit=2'), [3, 4]);
  assert.deepEqual(await seqs(`?after=${all.length}`), []);
});

test('the floor', async () => {
  assert.deepEqual((await anna.get('/v1/agents')).agents.map((a) => a.id).sort(), ['anna', 'bob', 'boss', 'lead']);
  assert.equal((await anna.get('/v1/agents/bob')).agent.role, 'agent');
  assert.deepEqual((await anna.get('/v1/queues')).queues.map((q) => q.id).sort(), ['chat', 'sms']);
  assert.equal((await anna.get('/v1/policy')).policy.name, 'Test Shop');
  const sms = async () => (await anna.get('/v1/channels')).channels.find((c) => c.id === 'sms');
  assert.equal((await write(lead, '/v1/channels/sms/pause')).status, 403);
  assert.ok((await done(boss, '/v1/channels/sms/pause')).ok);
  assert.deepEqual([(await sms()).paused, (await sms()).state], [true, 'paused']);
  assert.ok((await done(boss, '/v1/channels/sms/resume')).ok);
  assert.equal((await sms()).paused, false);
  assert.equal((await write(boss, '/v1/channels/none/pause')).status, 404);
});

test('figures', async () => {
  const c = await conversation();
  const now = Date.now();
  const of = async (who, q) => (await who.get(`/v1/stats?from=${now - 900_000}&to=${now + 900_000}&${q}`)).rows;
  const sms = async () => (await of(lead, 'by=queue')).find((r) => r.id === 'sms');
  const before = await sms();
  assert.ok(before.counts.entered >= 1);
  assert.ok((await done(lead, `/v1/conversations/${c.id}/messages`, { text: 'Hello' })).ok);
  const after = await sms();
  assert.equal(after.counts.answered, (before.counts.answered ?? 0) + 1);
  assert.equal(after.counts.entered, before.counts.entered);
  assert.ok(after.figures.sl_ans >= 0 && after.figures.asa_s >= 0);
  assert.equal((await of(lead, 'by=channel')).find((r) => r.id === 'sms').counts.answered, after.counts.answered);
  const steps = await of(lead, 'by=queue&step=900');
  assert.equal(steps.filter((r) => r.id === 'sms').reduce((n, r) => n + (r.counts.answered ?? 0), 0), after.counts.answered);
  assert.deepEqual((await of(anna, 'by=queue')).map((r) => r.id), ['sms'], 'an agent sees his queues');
  assert.ok((await of(bob, 'by=queue')).every((r) => r.id === 'chat'));
  assert.ok((await of(anna, 'by=agent')).every((r) => r.id === 'anna'));
  assert.equal((await anna.call('GET', '/v1/stats?by=channel')).status, 403);
  for (const [q, field] of [['by=team', 'by'], ['', 'by'], ['by=queue&step=7', 'step'], ['by=queue&from=5&to=4', 'to'], ['by=queue&from=x', 'from']]) {
    const r = await lead.call('GET', `/v1/stats?${q}`);
    assert.deepEqual([r.status, r.json.field], [400, field], q);
  }
});

test('why it waits', async () => {
  const c = await conversation();
  const r = await lead.call('GET', `/v1/work/${c.id}/why`);
  assert.deepEqual([r.status, r.json.result.ok], [200, true]);
  assert.match(r.json.result.text, /^It has waited \d+ s\. .*(agents? could take it|Nobody)/);
  const other = await bob.call('GET', `/v1/work/${c.id}/why`);
  assert.deepEqual([other.json.result.ok ?? false, other.json.result.error], [false, 'forbidden']);
});

test('what is held waits, and goes out when it is released', async () => {
  const c = await conversation();
  const channel = async () => (await lead.get('/v1/channels')).channels.find((x) => x.kind === 'sms');
  const delivery = async (seq) => (await lead.get(`/v1/conversations/${c.id}/messages?after=0`)).deliveries.find((x) => x.seq === seq);
  assert.equal((await write(anna, '/v1/outbound/hold', { scope: 'sms' })).status, 403);
  const wrong = await done(lead, '/v1/outbound/hold', { scope: 'nowhere' });
  assert.deepEqual([wrong.ok ?? false, wrong.error], [false, 'invalid']);
  assert.equal((await done(lead, '/v1/outbound/hold', { scope: 'sms' })).ok, true);
  const held = await until('it is held', async () => { const x = await channel(); return x.held && x; });
  assert.equal(held.held_by, 'lead');
  const { seq } = await done(lead, `/v1/conversations/${c.id}/messages`, { text: 'waits' });
  const waits = await until('it waits', () => delivery(seq));
  assert.deepEqual([waits.state, waits.code], ['queued', 'held']);
  await d.ctl('release', 'sms');
  await until('it goes on', async () => (await delivery(seq)).code !== 'held');
  await d.ctl('hold', 'all');
  await until('all is held', async () => (await channel()).held);
  await d.ctl('release', 'all');
  await until('it is not held', async () => !(await channel()).held);
  const liked = await done(lead, `/v1/conversations/${c.id}/react`, { seq: 1, text: '+' });
  assert.deepEqual([liked.ok ?? false, liked.error], [false, 'invalid'], 'SMS has no likes');
});

test('accounts and passwords', async () => {
  assert.equal((await write(lead, '/v1/users', { id: 'carl', password: 'password of carl' })).status, 403);
  assert.ok((await done(boss, '/v1/users', { id: 'carl', password: 'password of carl', queues: ['chat'] })).ok);
  d.users.set('carl', { id: 'carl', password: 'password of carl' });
  const carl = await d.rest('carl');
  assert.equal((await write(boss, '/v1/users', { id: 'carl', password: 'password of carl' })).status, 409);
  assert.equal((await write(boss, '/v1/users', { id: 'C arl', password: 'password of carl' })).json.field, 'id');
  assert.equal((await write(boss, '/v1/users', { id: 'cora', role: 'king' })).json.field, 'role');
  assert.equal((await boss.call('PATCH', '/v1/users/carl?wait=1', { name: 'Carl' })).json.result.ok, true);
  assert.equal((await boss.get('/v1/agents/carl')).agent.name, 'Carl');
  const change = (who, id, body) => write(who, `/v1/users/${id}/password?wait=1`, body);
  assert.equal((await change(carl, 'carl', { old: 'guessed', password: 'a new password' })).json.field, 'old');
  assert.equal((await change(carl, 'carl', { password: 'a new password' })).status, 403);
  assert.equal((await change(carl, 'carl', { old: 'password of carl', password: 'short' })).json.field, 'password');
  assert.equal((await change(carl, 'anna', { old: 'x', password: 'a new password' })).status, 403);
  assert.equal((await change(carl, 'carl', { old: 'password of carl', password: 'a new password' })).json.result.ok, true);
  assert.equal((await carl.call('GET', '/v1/agents')).status, 401, 'what the old password opened is closed');
  await d.login('carl', 'a new password');
  assert.equal((await change(lead, 'lead', { old: 'password of lead', password: 'a new password' })).json.result.ok, true);
  d.users.set('lead', { ...d.users.get('lead'), password: 'a new password' });
  lead = await d.rest('lead');
  lead.csrf = (await lead.get('/v1/me')).csrf;
  assert.equal((await change(boss, 'carl', { password: 'a third password' })).json.result.ok, true);
  await d.login('carl', 'a third password');
  assert.doesNotMatch(await d.redis('--raw', 'XRANGE', '{main}:inbox', '-', '+'), /a third password/, 'nothing stores it');
  assert.equal((await boss.call('DELETE', '/v1/users/carl?wait=1')).json.result.ok, true);
  assert.equal((await carl.call('GET', '/v1/agents')).status, 401);
});

test('tokens do what their scopes say', async () => {
  const make = async (name, ...scopes) => {
    const r = await write(boss, '/v1/tokens', { name, scopes });
    assert.equal(r.status, 201, r.text);
    return d.rest('', { token: r.json.token });
  };
  const c = await conversation();
  const [reads, writes, rules] = [await make('reads', 'read'), await make('writes', 'write'), await make('rules', 'admin')];
  const tries = async (who) => [
    (await who.call('GET', '/v1/queues')).status,
    (await write(who, `/v1/conversations/${c.id}/notes?wait=1`, { text: 'by a program' })).status,
    (await who.call('GET', '/v1/tokens')).status,
  ];
  assert.deepEqual(await tries(reads), [200, 403, 403]);
  assert.deepEqual(await tries(writes), [403, 200, 403]);
  assert.deepEqual(await tries(rules), [403, 403, 200]);
  assert.equal((await write(boss, '/v1/tokens', { name: 'reads', scopes: ['read'] })).status, 409);
  assert.equal((await write(boss, '/v1/tokens', { name: 'odd', scopes: ['all'] })).json.field, 'scopes');
  assert.equal((await boss.call('DELETE', '/v1/tokens/reads')).status, 200);
  assert.equal((await reads.call('GET', '/v1/queues')).status, 401);
  assert.deepEqual((await boss.get('/v1/tokens')).tokens.map((t) => t.name).sort(), ['rules', 'writes']);
});

test('who is nobody gets nothing, and a page of another origin writes nothing', async () => {
  const c = await conversation();
  for (const path of ['/v1/agents', '/v1/conversations', '/v1/policy', '/v1/tokens']) assert.equal((await request({ port: d.port, path })).status, 401);
  const headers = { Cookie: lead.cookie, 'X-CSRF': lead.csrf, Origin: 'http://evil.example' };
  const forged = await request({ port: d.port, method: 'POST', path: `/v1/conversations/${c.id}/notes`, headers, body: '{"text":"x"}' });
  assert.equal(forged.status, 401);
  const bare = await request({ port: d.port, method: 'POST', path: `/v1/conversations/${c.id}/notes`, headers: { Cookie: lead.cookie, Origin: d.url }, body: '{"text":"x"}' });
  assert.equal(bare.status, 401);
});

test('the document, health and metrics', async () => {
  const doc = (await request({ port: d.port, path: '/v1/openapi.json' })).json;
  assert.equal(doc.openapi, '3.1.0');
  for (const path of ['/healthz', '/readyz']) assert.equal((await request({ port: d.port, path })).status, 200);
  const m = await request({ port: d.port, path: '/metrics' });
  assert.match(m.headers['content-type'], /version=0\.0\.4/);
  assert.ok(m.text.split('\n').every((l) => l === '' || /^# (HELP|TYPE) tandem_[a-z_]+ \S/.test(l) || /^tandem_[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+$/.test(l)));
  assert.equal(await d.metric('tandem_engine_leading'), 1);
  assert.equal(await d.metric('tandem_store_up'), 1);
  assert.ok((await d.metric('tandem_arrived_total', 'queue="sms"')) > 0);
  assert.ok((await d.metric('tandem_hooks_total', 'status="200"')) > 0);
  assert.ok((await d.metric('tandem_process_resident_bytes')) > 1e6);
});

test('too many writes at once are told to slow down', async () => {
  const c = await conversation();
  const all = await Promise.all(Array.from({ length: 300 }, (_, i) => write(boss, `/v1/conversations/${c.id}/notes`, { text: `${i}` })));
  const slow = all.filter((r) => r.status === 429);
  assert.ok(slow.length > 0 && slow.every((r) => r.headers['retry-after']));
  assert.ok(all.every((r) => [202, 429].includes(r.status)));
});

test('any process tells a result', async () => {
  const c = await conversation();
  const other = await d.spawn({ alone: true });
  const w = await write(anna, `/v1/conversations/${c.id}/notes?wait=1`, { text: 'here' });
  const headers = { Cookie: anna.cookie };
  const r = await until('the other knows', async () => {
    const x = await request({ port: other.port, path: `/v1/commands/${w.json.command}`, headers });
    return x.status === 200 && x;
  });
  assert.equal(r.json.result.ok, true);
  assert.ok(await endProcess(other.pid));
});

test('while the store is away nothing is taken, and the answer says so', async () => {
  const c = await conversation();
  const first = d.processes[0];
  await lead.call('GET', `/v1/conversations/${c.id}?after=9999999999999-0:0`, undefined, { ms: 100 }).catch(() => {}); /* leaves while it waits */
  await d.noteRedis();
  killNow(d.redisPid, 'SIGSTOP');
  const tried = await request({ port: first.port, path: '/v1/agents', headers: { Cookie: lead.cookie }, ms: 30000 });
  assert.equal(tried.status, 503);
  assert.ok(tried.headers['retry-after']);
  const written = await request({ port: first.port, method: 'POST', path: `/v1/conversations/${c.id}/notes`, headers: { Cookie: lead.cookie, 'X-CSRF': lead.csrf, Origin: d.url }, body: '{"text":"lost"}', ms: 30000 });
  assert.equal(written.status, 503);
  assert.equal((await request({ port: first.port, path: '/healthz' })).status, 200);
  killNow(d.redisPid, 'SIGCONT');
  await until('ready again', async () => (await request({ port: first.port, path: '/readyz' }).catch(() => ({}))).status === 200, { ms: 30000 });
  assert.equal((await lead.call('GET', '/v1/agents')).status, 200);
});

test('it ends cleanly', () => d.stop());
