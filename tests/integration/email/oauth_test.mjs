/* Mailboxes that log in by OAuth 2: a real provider (oidc-provider), Dovecot asking it about every
 * token, Postfix asking Dovecot; the real daemon between them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { until } from '../../lib/system.mjs';
import { OAuthServer, checker, client } from './oauth_server.mjs';
import { MailServers, missing } from './servers.mjs';

const why = missing();
const skip = why ? { skip: why } : {};
let servers, oauth, d, anna, boss, other, callback;

const mail = (id, text = `text of ${id}`) =>
  `From: Anna Customer <anna@customer.example>\r\nTo: help@acme.example\r\nSubject: About ${id}\r\nMessage-ID: <${id}@customer.example>\r\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\r\n\r\n${text}\r\n`;
const messages = [];
const facts = [];
const came = (what, fits) => until(what, () => messages.find((m) => m.direction === 'in' && fits(m)), { ms: 30000 });
const channels = async () => (await boss.get('/v1/channels')).channels;
const channel = async () => (await channels()).find((c) => c.id === 'mail');
const state = (wanted) => until(`the channel is ${wanted}`, async () => (await channel()).state === wanted, { ms: 30000, every: 100 });

async function post(rest, path, body) {
  const r = await rest.call('POST', path, body ?? {});
  if (r.status !== 200) throw Object.assign(new Error(r.text), { status: r.status });
  return r.json;
}

/* As the button and the page at /oauth/callback do it. */
async function connect() {
  const begun = await post(boss, '/v1/channels/mail/oauth');
  const back = await oauth.consent(begun.authorize_url, callback);
  return post(boss, '/v1/oauth/callback', back);
}
const refused = (work, pattern) => assert.rejects(work, (e) => pattern.test(`${e.status} ${e.message}`) || assert.fail(`${e.status} ${e.message}`));

before(async () => {
  if (why) return;
  d = new Daemon();
  await d.prepare();
  callback = `${d.url}/oauth/callback`;
  oauth = await OAuthServer.start(callback);
  servers = await MailServers.start({ introspect: `http://${checker.id}:${checker.secret}@127.0.0.1:${oauth.port}/token/introspection` });
  const s = d.settings;
  s.server.public_url = d.url;
  s.queues = { ...s.queues, mail: { name: 'Mail' } };
  s.channels = {
    ...s.channels,
    mail: {
      connector: 'email', queue: 'mail', address: 'help@acme.example', user: 'help', auth: 'oauth2',
      oauth_client_id: client.id, oauth_client_secret: client.secret, oauth_authorize_url: `${oauth.url}/auth`,
      oauth_token_url: `${oauth.url}/token`, oauth_scopes: 'openid offline_access', allow_private: true,
      imap_host: 'localhost', imap_port: servers.imaps, smtp_host: 'localhost', smtp_port: servers.smtp, ca_file: servers.cert,
    },
  };
  d.writeSettings(s);
  await d.spawn();
  await d.addUser('anna', { name: 'Anna Agent', queues: 'mail' });
  await d.addUser('boss', { role: 'admin' });
  await d.addUser('other', { role: 'admin' });
  boss = await d.rest('boss');
  other = await d.rest('other');
  anna = await d.agent('anna');
  anna.on('message', (f) => messages.push({ conv: f.conv, ...f.data }));
  anna.on('fact', (f) => facts.push(f));
  autoAccept(anna);
});
after(async () => {
  await d?.stop();
  await servers?.stop();
  await oauth?.stop();
});

test('a channel that nobody has connected says so', skip, async () => {
  await state('auth');
  const c = await channel();
  assert.match(c.error, /connect/);
  assert.equal(c.oauth, true);
  assert.equal((await boss.get('/v1/channels')).oauth_callback, callback);
});

test('states and codes count once, in the session that began, with their own verifier', skip, async () => {
  const begun = await post(boss, '/v1/channels/mail/oauth');
  assert.match(begun.authorize_url, /code_challenge_method=S256/);
  assert.equal(begun.redirect_uri, callback);
  await refused(() => post(boss, '/v1/oauth/callback', { state: 'made-up', code: 'x' }), /409.*not asked for/);
  /* another administrator's session */
  const back = await oauth.consent(begun.authorize_url, callback);
  await refused(() => post(other, '/v1/oauth/callback', back), /409.*not asked for/);
  /* a code of one state with the verifier of another */
  const one = await post(boss, '/v1/channels/mail/oauth');
  const two = await post(boss, '/v1/channels/mail/oauth');
  const { code } = await oauth.consent(one.authorize_url, callback);
  const { state: second } = await oauth.consent(two.authorize_url, callback);
  await refused(() => post(boss, '/v1/oauth/callback', { state: second, code }), /409.*invalid_grant/);
  assert.match(oauth.refused.join(), /code_verifier does not match/);
  /* who says no */
  const three = await post(boss, '/v1/channels/mail/oauth');
  const nobody = new URL(three.authorize_url).searchParams.get('state');
  await refused(() => post(boss, '/v1/oauth/callback', { state: nobody, error: 'access_denied' }), /409.*access_denied/);
  assert.equal((await channel()).state, 'auth');
  await refused(() => post(boss, '/v1/channels/none/oauth'), /404/);
  const agent = await d.rest('anna');
  await refused(() => post(agent, '/v1/channels/mail/oauth'), /403/);
});

test('connected by consent: mail comes in and goes out with XOAUTH2', skip, async () => {
  oauth.accessTtl = 303; /* refreshed 5 min ahead: about every 3 s */
  const begun = await post(boss, '/v1/channels/mail/oauth');
  const back = await oauth.consent(begun.authorize_url, callback);
  assert.equal((await post(boss, '/v1/oauth/callback', back)).channel, 'mail');
  await refused(() => post(boss, '/v1/oauth/callback', back), /409.*used already/);
  await state('up');
  await until('its cursor is committed', async () => /v1 \d+ \d+/.test(await d.redis('HGET', '{main}:chans', 'mail')));
  servers.deliver('help', mail('first', 'Where is my parcel?'));
  const m = await came('the mail', (x) => x.text.includes('parcel'));
  assert.equal((await anna.cmd('message.send', { conv: m.conv, text: 'On its way.' })).ok, true);
  await until('the answer arrives', () => servers.mails('anna').some((x) => x.includes('On its way')), { ms: 30000 });
});

test('refresh tokens rotate, and the newest survives a killed daemon', skip, async () => {
  const before = oauth.refreshes;
  await until('refreshed ahead of the end', () => oauth.refreshes >= before + 2, { ms: 30000 });
  assert.match(await d.redis('HGET', '{main}:secrets:mail', 'oauth'), /seal1\./);
  await d.restart();
  await state('up');
  const again = oauth.refreshes;
  await until('refreshed by the next process', () => oauth.refreshes >= again + 1, { ms: 30000 });
  assert.ok(!oauth.refused.some((x) => /already used|not found/.test(x)), oauth.refused.join());
  servers.deliver('help', mail('second', 'Still there?'));
  await came('mail after that', (x) => x.text === 'Still there?');
});

test('the provider away: the token in hand is used as long as it lives', skip, async () => {
  oauth.down = true;
  await until('it was asked for another', () => oauth.turnedAway >= 2, { ms: 30000 });
  assert.equal((await channel()).state, 'up');
  oauth.down = false;
  const before = oauth.refreshes;
  await until('it gets another', () => oauth.refreshes > before, { ms: 30000 });
});

test('a grant that is taken back pauses the channel, mail waits, one consent brings it back', skip, async () => {
  const m = await came('the first', (x) => x.text.includes('parcel'));
  await oauth.revoke();
  await state('auth');
  const c = await channel();
  assert.equal(c.paused, true);
  assert.match(c.error, /connected anew.*invalid_grant/);
  const r = await anna.cmd('message.send', { conv: m.conv, text: 'Written while it was cut off.' });
  assert.equal(r.ok, true, JSON.stringify(r));
  servers.deliver('help', mail('third', 'Came while it was cut off.'));
  await until('the answer waits', async () => (await channel()).waiting === 1 || (await d.redis('XLEN', '{main}:outbox:mail')) !== '0', { ms: 10000 });
  assert.ok(!servers.mails('anna').some((x) => x.includes('cut off')));
  oauth.accessTtl = 3600;
  await connect();
  await state('up');
  await until('it leaves', () => servers.mails('anna').some((x) => x.includes('while it was cut off')), { ms: 30000 });
  await came('what came meanwhile', (x) => x.text.includes('Came while'));
  assert.equal(servers.mails('anna').filter((x) => x.includes('while it was cut off')).length, 1);
});
