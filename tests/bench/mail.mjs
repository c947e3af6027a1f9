/* How fast a full mailbox becomes durable conversations: Dovecot with N mails of text and HTML, from the
 * first batch's commit to the last. Beside it npm's mailparser, which takes the same mails apart from
 * memory and does nothing else: no server, no store, no conversation. Prints figures, asserts nothing.
 *   TANDEM_BIN=build/release node tests/bench/mail.mjs [mails] [noraw]   (root, as tests/integration/email) */
import { loadavg } from 'node:os';
import { simpleParser } from 'mailparser';
import { MailServers, password } from '../integration/email/servers.mjs';
import { Daemon } from '../lib/daemon.mjs';
import { until } from '../lib/system.mjs';
const load = loadavg()[0];
const N = Number(process.argv[2] ?? 3000), raw = process.argv[3] !== 'noraw';
const s = await MailServers.start({ postfix: false });
const channel = {
  connector: 'email', queue: 'mail', address: 'help@acme.example', user: 'help', password: password.replaceAll(' ', '_'),
  imap_host: 'localhost', imap_port: s.imaps, ca_file: s.cert, keep_raw: raw,
};
const d = await Daemon.start({
  change: (c) => {
    c.channels = { mail: channel };
    c.queues = { mail: { name: 'Mail' } };
  },
});
const cursor = async () => Number(/v1 \d+ (\d+)/.exec(await d.redis('HGET', '{main}:chans', 'mail'))?.[1] ?? -1);
await until('begun', async () => (await cursor()) >= 0);
await s.stopDovecot();
const html = '<html><body>' + '<p>Hello, <b>where</b> is my parcel? <a href="https://x.example/y">here</a></p>'.repeat(10) + '</body></html>';
const mail = (i) =>
  [
    'Received: from a by b', `From: C ${i} <c${i}@x.example>`, 'To: help@acme.example', `Subject: About ${i}`, `Message-ID: <m${i}@x>`,
    'Date: Mon, 1 May 2023 10:00:00 +0000', 'MIME-Version: 1.0', 'Content-Type: multipart/alternative; boundary=b', '',
    '--b', 'Content-Type: text/plain', '', `${'Where is my parcel? '.repeat(20)}${i}`,
    '--b', 'Content-Type: text/html', '', html, '--b--', '',
  ].join('\r\n');
for (let i = 0; i < N; i++) s.deliver('help', mail(i));
const cpu = () => d.metric('tandem_process_cpu_seconds_total');
const cpu0 = await cpu();
await s.startDovecot();
let t0;
let c0 = 0;
await until('all of them', async () => {
  const c = await cursor();
  if (c > 0 && !t0) [t0, c0] = [Date.now(), c];
  return c >= N;
}, { ms: 120000 });
const ms = Date.now() - t0;
const cpuOurs = (await cpu()) - cpu0;
const ours = (N - c0) / ms * 1000;
console.log(`load ${load.toFixed(1)}; Tandem, raw=${raw}: ${N - c0} mails in ${ms} ms, Dovecot to durable conversations: ${Math.round(ours)} mails/s`);
await d.stop();
await s.stop();
const parse = async (from, to) => {
  for (let i = from; i < to; i++) if ((await simpleParser(mail(i))).subject !== `About ${i}`) throw new Error(`mail ${i}`);
};
await parse(0, 300); /* warm */
const t1 = performance.now(), use1 = process.cpuUsage();
await parse(0, N);
const theirs = N / (performance.now() - t1) * 1000;
const use = process.cpuUsage(use1), cpuTheirs = (use.user + use.system) / 1e6;
console.log(`mailparser, parsing only: ${Math.round(theirs)} mails/s; ratio ${(ours / theirs).toFixed(2)}`);
const each = (seconds) => Math.round(seconds / N * 1e6);
/* says more than the clock where others use the machine, too */
console.log(`processor for a mail: Tandem's daemon, all it does, ${each(cpuOurs)} µs; mailparser ${each(cpuTheirs)} µs; ratio ${(cpuTheirs / cpuOurs).toFixed(2)}`);
