/* Mail against real servers: Dovecot and Postfix of our own, the real daemon between them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { autoAccept } from '../../lib/agent.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { request } from '../../lib/http.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { MailServers, missing, password } from './servers.mjs';

const why = missing();
const skip = why ? { skip: why } : {};
let servers, d, anna, rest;

const channel = (s, more = {}) => ({
  connector: 'email',
  queue: 'mail',
  address: 'help@acme.example',
  from_name: '{agent} at Acme',
  user: 'help',
  password: password.replaceAll(' ', '_'),
  imap_host: 'localhost',
  imap_port: s.imaps,
  smtp_host: 'localhost',
  smtp_port: s.smtp,
  ca_file: s.cert,
  plus_address: true,
  ...more,
});

const mail = (id, { from = 'Anna Customer <anna@customer.example>', subject = `About ${id}`, text = `text of ${id}`, more = '' } = {}) =>
  `From: ${from}\r\nTo: help@acme.example\r\nSubject: ${subject}\r\nMessage-ID: <${id}@customer.example>\r\nDate: ${new Date().toUTCString().replace('GMT', '+0000')}\r\n${more}\r\n${text}\r\n`;

const messages = [];
const came = (what, fits) => until(what, () => messages.find((m) => m.direction === 'in' && fits(m)));
const state = async (id = 'mail') => (await rest.get('/v1/channels')).channels.find((c) => c.id === id);

/* Whatever else she has is done with, so that there is room for this one. */
async function hers(conv) {
  await until(`#${conv} is hers`, async () => {
    const mine = anna.all('work').filter((w) => w.agent === 'anna' && w.state === 'active');
    for (const w of mine) if (w.id !== conv) await anna.cmd('work.resolve', { conv: w.id });
    await anna.cmd('work.wrapped');
    return mine.some((w) => w.id === conv);
  }, { every: 200 });
}

before(async () => {
  if (why) return;
  servers = await MailServers.start();
  servers.deliver('help', mail('old-one')); /* was there before us */
  servers.deliver('help', mail('old-two', { from: 'help@acme.example', text: 'We answered long ago.' }).replace('To: help@acme.example', 'To: anna@customer.example'));
  servers.folder('help/.Sent', 'new');
  d = await Daemon.start({
    change: (s) => {
      const more = { imap_host: undefined, smtp_port: servers.smtps, smtp_security: 'tls' };
      s.channels = {
        ...s.channels,
        mail: channel(servers, { sent_folder: 'Sent', file_sent: true }),
        mail465: channel(servers, more),
        wrong: channel(servers, { imap_port: servers.imap, imap_security: 'starttls', password: 'nobody knows this' }),
      };
      s.queues = { ...s.queues, mail: { name: 'Mail' } };
    },
  });
  await d.addUser('anna', { name: 'Anna Agent', queues: 'mail' });
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('boss', { role: 'admin' });
  rest = await d.rest('lead');
  anna = await d.agent('anna');
  anna.on('message', (f) => messages.push({ conv: f.conv, ...f.data }));
  autoAccept(anna);
  const lead = await d.agent('lead', { presence: null });
  lead.on('message', (f) => messages.push({ conv: f.conv, ...f.data }));
  /* "v1 <UIDVALIDITY> <UID> …": from here on, what comes is new */
  await until('its cursor is committed', async () => /v1 \d+ \d+/.test(await d.redis('HGET', '{main}:chans', 'mail')));
});
after(async () => {
  await d?.stop();
  await servers?.stop();
});

test('a new mail reaches the agent over IDLE; what was there before does not', skip, async () => {
  const at = Date.now();
  servers.deliver('help', mail('first', { text: 'Where is my parcel?\r\n\r\nOn Monday, Acme wrote:\r\n> Dear Anna\r\n' }));
  const m = await came('the mail', (x) => x.text.includes('parcel'));
  console.log(`# shown ${Date.now() - at} ms after its delivery`);
  assert.equal(m.text, 'Where is my parcel?');
  assert.match(m.quoted, /> Dear Anna/);
  assert.equal(m.from.addr, 'anna@customer.example');
  assert.equal(m.subject, 'About first');
  assert.equal(m.attachments.at(-1).type, 'message/rfc822');
  assert.match(m.attachments.at(-1).sha256, /^[0-9a-f]{64}$/);
  assert.ok(!messages.some((x) => x.external_id === 'old-one@customer.example'));
  await until('the figures say that it is taken', async () => {
    const looked = await d.metric('tandem_channel_looked_time_seconds', 'channel="mail"');
    return looked * 1000 >= at && (await d.metric('tandem_channel_behind_messages', 'channel="mail"')) === 0;
  });
  assert.equal(await d.metric('tandem_channel_looked_time_seconds', 'channel="wrong"') ?? null, null, 'never looked');
});

test('the answer leaves through Postfix, arrives, and its answer comes back to the conversation', skip, async () => {
  const first = await came('the mail', (x) => x.text.includes('parcel'));
  const conv = first.conv;
  const r = await anna.cmd('message.send', { conv, text: 'It is on its way.\n<b>Tomorrow</b>, ünïcode.' });
  assert.equal(r.ok, true, JSON.stringify(r));
  const raw = await until('it arrives', () => servers.mails('anna').find((x) => x.includes('on its way')));
  const header = (name) => new RegExp(`^${name}: *((?:.|\\r?\\n[ \\t])*)`, 'mi').exec(raw)?.[1].replace(/\r?\n[ \t]+/g, ' ');
  assert.match(header('From'), /Anna Agent at Acme <help@acme\.example>/);
  assert.equal(header('Subject'), 'Re: About first');
  assert.equal(header('In-Reply-To'), '<first@customer.example>');
  assert.match(header('References'), /<first@customer\.example>/);
  assert.match(header('Reply-To'), new RegExp(`<?help\\+${conv}-[a-z2-7]{16}@acme\\.example>?`));
  assert.match(header('Message-ID'), new RegExp(`^<[0-9A-Z]{26}\\.${conv}-[a-z2-7]{16}@acme\\.example>$`));
  assert.match(raw, /multipart\/alternative/);
  assert.match(raw, /&lt;b&gt;Tomorrow/);

  /* by reference, to the plain address */
  servers.deliver('help', mail('second', { text: 'Thank you.', more: `In-Reply-To: ${header('Message-ID')}\r\n` }));
  const second = await came('its answer', (x) => x.text === 'Thank you.');
  assert.equal(second.conv, conv);
  assert.equal(second.matched, 'token');
  /* by the address alone, from another mail program and another person: the token proves it */
  servers.deliver('help', mail('third', { from: 'ben@customer.example', text: 'Ben here.', subject: 'x', more: `Delivered-To: ${header('Reply-To').replace(/.*<|>.*/g, '')}\r\n` }));
  const third = await came('the third', (x) => x.text === 'Ben here.');
  assert.deepEqual([third.conv, third.matched], [conv, 'token']);
  /* a token that somebody made up counts for nothing */
  servers.deliver('help', mail('forged', { from: 'eve@evil.example', text: 'Eve here.', more: `In-Reply-To: <01ABC.${conv}-aaaaaaaaaaaaaaaa@acme.example>\r\n` }));
  const forged = await came('the forged one', (x) => x.text === 'Eve here.');
  assert.notEqual(forged.conv, conv);
});

test('a file goes with a mail, as it was, and what came with one can be read', skip, async () => {
  const { conv } = await came('the mail', (x) => x.text.includes('parcel'));
  const me = await d.rest('anna');
  const { csrf } = await me.get('/v1/me');
  const file = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(3000, 'picture')]);
  const up = await request({ port: d.port, method: 'POST', path: '/v1/uploads?name=M%C3%BCll%20plan.png', body: file,
    headers: { Cookie: me.cookie, 'X-CSRF': csrf, Origin: d.url, 'Content-Type': 'image/png' } });
  assert.equal(up.status, 201, up.text);
  const r = await anna.cmd('message.send', { conv, text: 'Here is the plan.', files: [up.json.file] });
  assert.equal(r.ok, true, JSON.stringify(r));
  const raw = await until('it arrives', () => servers.mails('anna').find((x) => x.includes('Here is the plan')));
  assert.match(raw, /multipart\/mixed/);
  assert.match(raw, /Content-Type: image\/png/i);
  assert.match(raw, /filename/i);
  const coded = file.toString('base64');
  assert.ok(raw.replace(/\s/g, '').includes(coded), 'the bytes are the same');

  const log = await rest.get(`/v1/conversations/${conv}/messages?after=0`);
  const sent = log.messages.find((m) => m.text === 'Here is the plan.');
  assert.equal(sent.attachments[0].name, 'Müll plan.png');
  const got = await request({ port: d.port, path: `/v1/conversations/${conv}/messages/${sent.seq}/attachments/0`, headers: { Cookie: me.cookie } });
  assert.ok(got.bytes.equals(file));
  const first = log.messages.find((m) => m.text.includes('parcel'));
  const eml = await request({ port: d.port, path: `/v1/conversations/${conv}/messages/${first.seq}/attachments/${first.attachments.length - 1}`, headers: { Cookie: me.cookie } });
  assert.equal(eml.status, 200);
  assert.match(eml.headers['content-disposition'], /^attachment/);
  assert.match(eml.text, /Where is my parcel/);
});

test('a bounce is shown at the message that bounced', skip, async () => {
  const deliveries = [];
  anna.on('delivery', (f) => deliveries.push(f));
  servers.deliver('help', mail('gone-1', { from: 'Gone <gone@customer.example>', text: 'I shall be gone.' }));
  const m = await came('the mail', (x) => x.text === 'I shall be gone.');
  await hers(m.conv);
  const r = await anna.cmd('message.send', { conv: m.conv, text: 'To nobody.' });
  assert.equal(r.ok, true, JSON.stringify(r));
  const f = await until('it bounces', () => deliveries.find((x) => JSON.stringify(x).includes('bounced')), { ms: 30000 });
  assert.match(JSON.stringify(f), /nobody of that name/);
});

test('a refused recipient fails with the server\'s words', skip, async () => {
  const deliveries = [];
  anna.on('delivery', (f) => deliveries.push(f));
  servers.deliver('help', mail('no-such', { from: 'nosuch@customer.example', text: 'Answer me if you can.' }));
  const m = await came('the mail', (x) => x.text === 'Answer me if you can.');
  await hers(m.conv);
  assert.equal((await anna.cmd('message.send', { conv: m.conv, text: 'I cannot.' })).ok, true);
  const f = await until('it fails', () => deliveries.find((x) => JSON.stringify(x).includes('failed')));
  assert.match(JSON.stringify(f), /550/);
});

test('nothing is lost while the mail server is away, and a bad mail stops nobody', skip, async () => {
  await servers.stopDovecot();
  await until('the channel says so', async () => (await state()).state === 'down');
  servers.deliver('help', mail('away-1', { text: 'one' }));
  servers.deliver('help', 'garbage without any header');
  servers.deliver('help', '\0\0\xff\xfe');
  servers.deliver('help', mail('away-2', { text: 'two' }));
  await servers.startDovecot();
  await came('the first', (x) => x.external_id === 'away-1@customer.example' || x.text === 'one');
  await came('the second', (x) => x.text === 'two');
  await until('it is up again', async () => (await state()).state === 'up');
});

test('nothing is lost and nothing is twice when the daemon is killed', skip, async () => {
  await d.kill();
  for (let i = 0; i < 20; i++) servers.deliver('help', mail(`killed-${i}`, { from: `c${i}@customer.example`, text: `killed ${i}` }));
  await d.spawn();
  await until('all are there', async () => {
    const { conversations } = await rest.get('/v1/conversations?limit=200');
    return conversations.filter((c) => /^c\d+@/.test(c.peer.addr)).length === 20;
  }, { ms: 30000 });
});

test('a mailbox that was made anew (UIDVALIDITY) brings nothing twice and nothing less', skip, async () => {
  const before = (await rest.get('/v1/conversations?limit=200')).conversations.length;
  await servers.stopDovecot();
  const { rmSync, readdirSync } = await import('node:fs');
  for (const f of readdirSync(servers.folder('help', '')))
    if (f.startsWith('dovecot')) rmSync(`${servers.folder('help', '')}/${f}`);
  await sleep(1100); /* UIDVALIDITY is made of the time in seconds */
  servers.deliver('help', mail('anew', { from: 'new@customer.example', text: 'after it was made anew' }));
  await servers.startDovecot();
  await until('the new one is there', async () => (await rest.get('/v1/conversations?limit=200')).conversations.some((c) => c.peer.addr === 'new@customer.example'), { ms: 30000 });
  await sleep(1000);
  const all = (await rest.get('/v1/conversations?limit=200')).conversations;
  assert.equal(all.length - before, 1, 'and nothing else, not even what was there before us');
});

test('read elsewhere, deleted elsewhere, an id used again: nothing is missed, nothing comes back', skip, async () => {
  servers.deliver('help', mail('read-1', { text: 'Somebody has read me before you.' }), { seen: true });
  await came('the one that was read', (x) => x.text.startsWith('Somebody has read me'));
  servers.deliver('help', mail('read-1', { text: 'Another text under the same id.' }));
  await came('the one with a used id', (x) => x.text.startsWith('Another text'));
  const all = async () => (await rest.get('/v1/conversations?limit=200')).conversations.length;
  const before = await all();
  servers.remove('help', 'Somebody has read me');
  await d.kill();
  for (const k of (await d.redis('KEYS', '{main}:thread:*anna@customer.example*')).split('\n').filter(Boolean)) await d.redis('DEL', k);
  await d.spawn(); /* without dedupe keys: the cursor alone has to know */
  servers.deliver('help', mail('read-2', { from: 'read@customer.example', text: 'The next one.' }));
  await until('the next one is there', async () => (await rest.get('/v1/conversations?limit=200')).conversations.some((c) => c.peer.addr === 'read@customer.example'), { ms: 30000 });
  assert.equal(await all(), before + 1, 'and nothing else');
});

test('port 465 goes through the other library; a conversation that we begin arrives', skip, async () => {
  const r = await anna.cmd('conv.start', { channel: 'mail465', peer: { type: 'email', addr: 'ben@customer.example' }, subject: 'From us', text: 'Out of the blue.' });
  assert.equal(r.ok, true, JSON.stringify(r));
  const raw = await until('it arrives', () => servers.mails('ben').find((x) => x.includes('Out of the blue')));
  assert.match(raw, /^Subject: From us\r?$/m);
});

test('a wrong password is said, and stops this channel only', skip, async () => {
  await until('it is said', async () => (await state('wrong')).state === 'auth');
  assert.match((await state('wrong')).error, /refused the login/);
  assert.ok(!d.logTail(1000).includes('nobody knows this'));
  assert.equal((await state('mail')).state, 'up');
});

test('an answer to all: cc is seen, bcc is not, each gets it once', skip, async () => {
  servers.deliver('help', mail('team', { text: 'We are two.', more: 'Cc: ben@customer.example, help@acme.example\r\n' }));
  const m = await came('the mail', (x) => x.text === 'We are two.');
  assert.deepEqual(m.cc.map((a) => a.addr), ['ben@customer.example'], 'without our own address');
  await hers(m.conv);
  const bad = await anna.cmd('message.send', { conv: m.conv, text: 'x', cc: [{ addr: 'ben@customer.example\r\nBcc: eve@evil.example' }] });
  assert.equal(bad.ok, false);
  assert.equal((await anna.cmd('message.send', { conv: m.conv, text: 'x', subject: 'a\r\nBcc: eve@evil.example' })).ok, false);
  const r = await anna.cmd('message.send', { conv: m.conv, text: 'Hello to both.', cc: m.cc, bcc: [{ addr: 'help@acme.example' }], subject: 'Re: You two' });
  assert.equal(r.ok, true, JSON.stringify(r));
  for (const who of ['anna', 'ben', 'help']) {
    const raw = await until(`${who} has it`, () => servers.mails(who).find((x) => x.includes('Hello to both')));
    assert.match(raw, /^Cc: .*ben@customer\.example/m);
    assert.match(raw, /^Subject: Re: You two\r?$/m);
    assert.ok(!/^Bcc:/mi.test(raw) && !raw.includes('eve@'));
    assert.equal(servers.mails(who).filter((x) => x.includes('Hello to both')).length, 1);
  }
});

test('mail sent by other means joins its conversation as ours; our own is not doubled', skip, async () => {
  servers.deliver('help', mail('asks', { text: 'Who answers from the phone?' }));
  const m = await came('the mail', (x) => x.text.includes('from the phone'));
  const own = servers.mails('ben').find((x) => x.includes('Hello to both'));
  servers.deliver('help/.Sent', own); /* as a provider files it */
  servers.deliver('help/.Sent', `From: help@acme.example\r\nTo: anna@customer.example\r\nSubject: Re: About asks\r\nMessage-ID: <phone-1@phone.example>\r\nIn-Reply-To: <asks@customer.example>\r\nDate: ${new Date().toUTCString()}\r\n\r\nI do, from my phone.\r\n`);
  const sent = await until('it is there', () => messages.find((x) => x.text === 'I do, from my phone.'));
  assert.equal(sent.conv, m.conv);
  assert.equal(sent.direction, 'out');
  servers.deliver('help', mail('asks-2', { from: 'ben@customer.example', text: 'Ben heard of it.', more: 'In-Reply-To: <phone-1@phone.example>\r\n' }));
  assert.equal((await came('the answer to it', (x) => x.text === 'Ben heard of it.')).conv, m.conv);
  assert.equal(messages.filter((x) => x.text.startsWith('Hello to both') && x.external_id).length, 0, 'not doubled');
});

test('what we send lies in the folder of sent mail, read, once, and does not come back as another', skip, async () => {
  const filed = () => servers.mails('help/.Sent').filter((x) => x.includes('It is on its way'));
  await until('it is filed', () => filed().length > 0);
  assert.equal(filed().length, 1);
  const arrived = servers.mails('anna').find((x) => x.includes('It is on its way'));
  const id = (raw) => /^Message-ID: *(<.*>)/mi.exec(raw)[1];
  assert.equal(id(filed()[0]), id(arrived));
  assert.ok(servers.flags('help/.Sent', 'It is on its way').includes('S'), 'marked as read');
  assert.ok(servers.mails('help/.Sent').every((x) => !/^Bcc:/mi.test(x)));
  /* the watcher of that folder has passed it by when it has taken what came after it */
  const conv = messages.find((x) => x.text.includes('parcel')).conv;
  const log = (await rest.get(`/v1/conversations/${conv}/messages?after=0`)).messages;
  assert.equal(log.filter((m) => m.text.startsWith('It is on its way')).length, 1);
});

test('history comes on request: closed, unrouted, once', skip, async () => {
  const boss = await d.rest('boss');
  const find = async (text) => (await boss.get('/v1/conversations?limit=200&view=closed')).conversations.find((c) => c.last_text === text);
  assert.equal((await boss.call('GET', '/v1/channels/mail/import')).status, 404);
  assert.equal((await boss.call('POST', '/v1/channels/mail/import', { since: -1 })).status, 400);
  assert.equal((await rest.call('POST', '/v1/channels/mail/import', {})).status, 403);
  const asked = await boss.call('POST', '/v1/channels/mail/import', { since: Date.now() - 86400000 });
  assert.equal(asked.status, 202, asked.text);
  const p = await until('it is imported', async () => {
    const x = await boss.get('/v1/channels/mail/import');
    return x.finished && x;
  }, { ms: 30000 });
  assert.ok(p.done >= 2, JSON.stringify(p));
  const c = await until('the old one is there', () => find('text of old-one'));
  assert.equal(c.state, 'resolved');
  const ours = await until('ours too', () => find('We answered long ago.'));
  assert.equal(ours.peer.addr, 'anna@customer.example');
  assert.equal(ours.last_direction, 'out');
  assert.ok(!anna.all('work').some((w) => w.id === c.id && w.state !== 'done'), 'nobody\'s work');
  const before = (await boss.get('/v1/conversations?limit=200&view=closed')).conversations.length;
  await boss.call('POST', '/v1/channels/mail/import', {});
  await until('again', async () => { const x = await boss.get('/v1/channels/mail/import'); return x.finished && x.since === 0; }, { ms: 30000 });
  assert.equal((await boss.get('/v1/conversations?limit=200&view=closed')).conversations.length, before, 'nothing twice');
});

/* Dedupe keys end after 7 days: here they are taken away. A restart amid it comes first. */
test('an import goes on after a kill; the same time again brings only what is new, also without dedupe keys', skip, async () => {
  const boss = await d.rest('boss');
  const closed = async () => (await boss.get('/v1/conversations?limit=200&view=closed')).conversations.filter((c) => /^h\d+@/.test(c.peer.addr));
  const progress = async () => JSON.parse(await d.ctl('import', 'show', 'mail', '--json'));
  const archive = (i) => mail(`archived-${i}`, { from: `h${i}@customer.example`, text: `archived ${i}` });
  servers.folder('help/.Archive', 'new');
  for (let i = 0; i < 120; i++) servers.deliver('help/.Archive', archive(i), { at: Date.now() - 3600e3 });
  await assert.rejects(d.ctl('import', 'mail', '--since', 'yesterday'), /--since yesterday: expected a day/);
  await assert.rejects(d.ctl('import', 'nowhere'), /no channel nowhere/);
  await d.kill(); /* asked for while nobody is there: it waits */
  assert.match(await d.ctl('import', 'mail', '--folder', 'Archive'), /asked for/);
  assert.equal((await progress()).finished, false);
  await d.spawn();
  await until('it is under way', async () => (await closed()).length > 0, { ms: 30000, every: 5 });
  await d.kill();
  await d.spawn();
  await until('it is finished', async () => (await progress()).finished, { ms: 30000 });
  await until('all are there', async () => (await closed()).length === 120, { ms: 30000 });
  /* as after more than 7 days */
  for (const k of (await d.redis('KEYS', '{main}:thread:*h*@customer.example*')).split('\n').filter(Boolean)) await d.redis('DEL', k);
  for (const k of (await d.redis('KEYS', '{main}:ext:*archived-*')).split('\n').filter(Boolean)) await d.redis('DEL', k);
  await d.kill(); /* what the engine has in memory of them goes, too */
  await d.spawn();
  servers.deliver('help/.Archive', archive(500), { at: Date.now() - 3600e3 });
  await d.ctl('import', 'mail', '--folder', 'Archive');
  await until('it is finished again', async () => (await progress()).finished, { ms: 30000 });
  await until('what was new is there', async () => (await closed()).some((c) => c.peer.addr === 'h500@customer.example'), { ms: 30000 });
  assert.equal((await closed()).length, 121, 'nothing twice');
});

test('a picture inside a mail is stored and named by its content id; a remote one is not loaded', skip, async () => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const body = ['--b', 'Content-Type: text/html; charset=utf-8', '',
    '<p>Look:</p><img src="cid:logo%40acme" alt="ours"><img src="https://tracker.example/pixel.gif?u=1" alt="theirs"><img src="cid:nobody@acme">',
    '--b', 'Content-Type: image/png; name=logo.png', 'Content-Disposition: inline; filename=logo.png', 'Content-ID: <logo@acme>', 'Content-Transfer-Encoding: base64', '',
    png.toString('base64'), '--b--'].join('\r\n');
  servers.deliver('help', mail('pictures', { text: body, more: 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n' }));
  const m = await came('the mail', (x) => x.subject === 'About pictures');
  assert.match(m.html, /src="cid:logo%40acme"/);
  assert.doesNotMatch(m.html, /\ssrc="https:/, 'nothing remote is left to load');
  const index = m.attachments.findIndex((a) => a.content_id === 'logo@acme');
  assert.deepEqual([m.attachments[index].type, m.attachments[index].bytes], ['image/png', png.length]);
  const r = await request({ port: d.port, path: `/v1/conversations/${m.conv}/messages/${m.seq}/attachments/${index}`, headers: { Cookie: rest.cookie } });
  assert.deepEqual([r.status, r.headers['content-type'], r.bytes.equals(png)], [200, 'image/png', true]);
  assert.match(r.headers['content-disposition'], /^inline;/);
});
