/* The doctor finds the one thing that is wrong, and names the fix. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as plain } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer as tls } from 'node:tls';
import { Daemon } from '../../lib/daemon.mjs';
import { FakeProvider } from '../../lib/provider.mjs';
import { freePort, until } from '../../lib/system.mjs';
import { MailServers, missing, password } from '../email/servers.mjs';
import { Kannel, installed, user } from '../kannel/kannel.mjs';
import { Dns } from './dns.mjs';

const why = missing();
const withMail = why ? { skip: why } : {};
const withKannel = installed ? {} : { skip: 'Kannel is not installed' };
const listeners = [];
let servers, kannel, provider, dns, d, rest, dead, old, other;

const listen = (s, port = 0) => new Promise((done) => s.listen(port, '127.0.0.1', () => (listeners.push(s), done(s.address().port))));

/* A server with a certificate for localhost that ends in so many days. */
async function withCertificate(dir, days) {
  const [key, cert, request, names] = ['key', 'pem', 'csr', 'ext'].map((f) => join(dir, `${days}.${f}`));
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });
  writeFileSync(names, 'subjectAltName=DNS:localhost\n');
  openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, '-subj', '/CN=localhost');
  openssl('x509', '-req', '-in', request, '-signkey', key, '-days', `${days}`, '-extfile', names, '-out', cert);
  const server = tls({ key: readFileSync(key), cert: readFileSync(cert) });
  server.on('tlsClientError', () => {});
  return { cert, port: await listen(server) };
}

const mailbox = (more = {}) => ({
  connector: 'email', queue: 'sms', address: 'help@acme.example', user: 'help', password: password.replaceAll(' ', '_'),
  imap_host: 'localhost', imap_port: servers?.imaps ?? dead, smtp_host: 'localhost', smtp_port: servers?.smtp ?? dead,
  ...(servers ? { ca_file: servers.cert } : {}), ...more,
});

before(async () => {
  provider = await FakeProvider.start();
  dead = await freePort();
  if (!why) servers = await MailServers.start();
  dns = await Dns.start({
    'acme.example': ['v=spf1 mx -all', 'something else'],
    '_dmarc.acme.example': ['v=DMARC1; p=reject'],
    'mail2026._domainkey.acme.example': [`v=DKIM1; k=rsa; p=${'A'.repeat(390)}`],
    'twice.example': ['v=spf1 -all', 'v=spf1 mx -all'],
  });
  d = new Daemon();
  await d.prepare({ provider });
  old = await withCertificate(d.dir, -1);
  other = await withCertificate(d.dir, 30);
  if (installed) kannel = await Kannel.start({ hookUrl: `${d.url}/hooks/k`, token: 'a-token' });
  const sms = d.settings.channels.sms;
  d.settings.channels = {
    ...d.settings.channels,
    mail: mailbox(),
    'mail-plain': mailbox({ imap_port: servers?.imap ?? dead, imap_security: 'starttls' }),
    'mail-wrong': mailbox({ password: 'nobody-knows-this', folder: 'INBOX' }),
    'mail-folder': mailbox({ folder: 'Nowhere', smtp_host: undefined }),
    'mail-untrusted': mailbox({ ca_file: undefined, smtp_host: undefined }),
    'mail-name': mailbox({ imap_host: '127.0.0.1', imap_port: other.port, ca_file: other.cert, smtp_host: undefined }),
    'mail-old': mailbox({ imap_port: old.port, ca_file: old.cert, smtp_host: undefined }),
    'mail-dead': mailbox({ imap_port: dead, smtp_host: 'no-such-host.invalid', address: 'help@twice.example' }),
    inside: { ...sms, allow_private: false },
    elsewhere: { ...sms, public_url: `${provider.url}/hooks/sms` },
    k: { connector: 'sms_kannel', queue: 'sms', url: kannel?.url ?? `http://127.0.0.1:${dead}/`, ...user, hook_secret: 'a-token', allow_private: true },
    'k-wrong': { connector: 'sms_kannel', queue: 'sms', url: kannel?.url ?? `http://127.0.0.1:${dead}/`, ...user, password: 'wrong-one', hook_secret: 'a-token', allow_private: true },
    pbx: { connector: 'voice_asterisk', host: '127.0.0.1', port: dead, username: 'tandem', secret: 'phone-secret' },
  };
  d.writeSettings(d.settings);
  await d.spawn();
  await d.addUser('lead', { role: 'admin' });
  rest = await d.rest('lead');
});
after(async () => {
  await d?.stop();
  for (const l of listeners) l.close();
  await kannel?.stop();
  await servers?.stop();
  await provider?.stop();
  dns?.stop();
});

/* → step → { state, found, fix }; by tandemctl, which fails when something failed. */
async function examine(channel, ...more) {
  const text = await d.ctl('doctor', channel, '--json', '--dns', dns.address, ...more).catch((e) => e.message.slice(e.message.indexOf('{')));
  if (process.env.SHOW) console.error(channel, text);
  const { steps } = JSON.parse(text);
  for (const s of ['nobody-knows-this', password.replaceAll(' ', '_'), 'phone-secret', user.password, 'a-token']) assert.ok(!text.includes(s), 'no secret is told');
  return Object.fromEntries(steps.map((s) => [s.step, s]));
}

const failed = (steps) => Object.values(steps).filter((s) => s.state === 'failed').map((s) => s.step);

test('a mailbox in good order: every step, records included', withMail, async () => {
  await until('it runs', async () => (await rest.get('/v1/channels')).channels.find((c) => c.id === 'mail').state === 'up');
  const s = await examine('mail', '--dkim', 'mail2026');
  assert.deepEqual(failed(s), []);
  for (const name of ['imap dns', 'imap tcp', 'imap tls', 'imap login', 'imap folder', 'imap idle', 'smtp dns', 'smtp tcp', 'smtp tls', 'smtp login', 'smtp test', 'spf', 'dkim', 'dmarc', 'state']) assert.equal(s[name]?.state, 'ok', name);
  assert.match(s['imap tls'].found, /TLSv1\.3.*until 20/);
  assert.match(s.spf.found, /^v=spf1 mx -all$/);
  assert.match(s.dmarc.found, /p=reject/);
  assert.deepEqual(failed(await examine('mail-plain')), []);
});

test('a wrong password, a folder that is none, a certificate that is not trusted, of another name, expired', withMail, async () => {
  const wrong = await examine('mail-wrong');
  assert.equal(wrong['imap tls'].state, 'ok');
  assert.match(wrong['imap login'].fix, /password/);
  assert.match(wrong['smtp login'].fix, /password/);
  assert.equal(wrong['smtp login'].state, 'failed');
  assert.match((await examine('mail-folder'))['imap folder'].fix, /folder/);
  assert.match((await examine('mail-untrusted'))['imap tls'].fix, /ca_file/);
  assert.match((await examine('mail-name'))['imap tls'].fix, /"localhost"/);
});

test('an expired certificate, a dead port, a name that is none, two SPF records', async () => {
  const over = (await examine('mail-old'))['imap tls'];
  assert.equal(over.state, 'failed');
  assert.match(over.fix, /Renew the certificate of localhost: it ended on 20\d\d-\d\d-\d\d/);
  const s = await examine('mail-dead');
  assert.match(s['imap tcp'].fix, new RegExp(`nothing listens on ${dead}`));
  assert.equal(s['smtp dns'].state, 'failed');
  assert.match(s.spf.fix, /Join/);
  assert.match(s.dmarc.fix, /_dmarc\.twice\.example/);
  assert.equal(s.dkim.state, 'skipped');
});

test('Kannel: the login is tried, nothing is sent; hooks lead here and are verified', withKannel, async () => {
  const s = await examine('k');
  assert.deepEqual([s.login.state, s['hook address'].state, s['hook signature'].state], ['ok', 'ok', 'ok'], JSON.stringify(s));
  assert.match((await examine('k-wrong')).login.fix, /sendsms-user/);
});

test('a private address that is not allowed, a public address that leads elsewhere, a phone system that is away', async () => {
  assert.match((await examine('inside'))['url dns'].fix, /allow_private/);
  assert.match((await examine('elsewhere'))['hook address'].fix, /Lead .* to this server/);
  assert.equal((await examine('sms'))['hook address'].state, 'ok');
  const pbx = await examine('pbx');
  assert.equal(pbx['phone tcp'].state, 'failed');
  assert.equal(pbx.gate.state, 'failed');
});

test('the same by REST, by the settings as they are now; for administrators', async () => {
  const r = await rest.call('POST', '/v1/channels/pbx/doctor', undefined, { ms: 90000 });
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.ok, false);
  assert.equal(r.json.steps.find((s) => s.step === 'phone tcp').state, 'failed');
  const server = plain((c) => c.on('error', () => {}));
  await listen(server, dead);
  const again = await rest.call('POST', '/v1/channels/pbx/doctor', undefined, { ms: 90000 });
  assert.equal(again.json.steps.find((s) => s.step === 'phone tcp').state, 'ok');
  assert.equal((await rest.call('POST', '/v1/channels/nowhere/doctor')).status, 404);
  await d.addUser('anna');
  assert.equal((await (await d.rest('anna')).call('POST', '/v1/channels/pbx/doctor')).status, 403);
});
