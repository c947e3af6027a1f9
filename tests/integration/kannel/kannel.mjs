/* A private Kannel: bearerbox, smsbox and Kannel's own fake SMS centre, on ports that were free.
 *
 *   const k = await Kannel.start({ hookUrl, token });
 *   await k.incoming('+447700900001 200 text Hello');   // as fakesmsc(1) writes messages
 *   k.received();                                       // what the phones got: { from, to, type, … }
 *   await k.stop(); */
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { request } from '../../lib/http.mjs';
import { endProcess, freePort, tempFolder, until } from '../../lib/system.mjs';

const fakesmsc = '/usr/lib/kannel/test/fakesmsc';
export const installed = existsSync(fakesmsc) && spawnSync('bearerbox', ['--version']).status !== null;
export const user = { username: 'tandem', password: 'kannel-password-of-the-tests' };

const config = ({ dir, ports, hook }) => `
group = core
admin-port = ${ports.admin}
admin-interface = 127.0.0.1
admin-password = bar
smsbox-port = ${ports.box}
smsbox-interface = 127.0.0.1
dlr-storage = internal
sms-combine-concatenated-mo = true

group = smsc
smsc = fake
smsc-id = fake
port = ${ports.smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${ports.send}
sendsms-interface = 127.0.0.1
http-request-retry = 20
http-queue-delay = 1

group = sendsms-user
username = ${user.username}
password = ${user.password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = yes
max-messages = 0
post-url = "${hook}"
`;

export class Kannel {
  static async start({ hookUrl, token }) {
    const k = new Kannel();
    k.dir = tempFolder('tandem-kannel-');
    k.ports = { admin: await freePort(), box: await freePort(), smsc: await freePort(), send: await freePort() };
    k.url = `http://127.0.0.1:${k.ports.send}/cgi-bin/sendsms`;
    k.conf = join(k.dir, 'kannel.conf');
    const hook = `${hookUrl}?token=${token}&id=%I&from=%p&to=%P&at=%T&smsc=%i&coding=%c&charset=%C`;
    writeFileSync(k.conf, config({ dir: k.dir, ports: k.ports, hook }));
    k.phones = 0;
    k.bearerbox = k.run('bearerbox', [k.conf]);
    await until('bearerbox runs', () => k.status());
    await k.startSmsbox();
    await k.attach();
    return k;
  }

  run(name, args, log = name) {
    const out = openSync(join(this.dir, `${log}.log`), 'a');
    const child = spawn(name, args, { stdio: ['ignore', out, out], cwd: this.dir });
    closeSync(out);
    child.on('error', (e) => process.stderr.write(`${name}: ${e.message}\n`));
    child.unref();
    return child;
  }

  async status() {
    const r = await request({ port: this.ports.admin, path: '/status.txt?password=bar', ms: 2000 }).catch(() => ({}));
    return r.status === 200 ? r.text : '';
  }

  async startSmsbox() {
    this.smsbox = this.run('smsbox', [this.conf]);
    await until('smsbox is connected', async () => /smsbox:/.test(await this.status()));
    await until('sendsms listens', async () => (await request({ port: this.ports.send, path: '/cgi-bin/sendsms', ms: 2000 }).catch(() => ({}))).status);
  }

  async stopSmsbox() {
    await endProcess(this.smsbox.pid, { signal: 'SIGKILL' });
    await until('bearerbox misses smsbox', async () => !/smsbox:/.test(await this.status()));
  }

  /* A fake centre; it sends `message`, then stays for what comes. */
  async attach(message) {
    if (this.centre) await endProcess(this.centre.pid);
    const log = `phones-${++this.phones}`;
    this.centre = this.run(fakesmsc, ['-H', '127.0.0.1', '-r', String(this.ports.smsc), '-i', '0.1', '-m', message ? '1' : '0', message ?? '0 0 text none'], log);
    await until('the fake centre is connected', async () => /FAKE:\d+ \(online/.test(await this.status()));
    if (message) await until('the fake centre has sent', () => /sent message 1/.test(readFileSync(join(this.dir, `${log}.log`), 'latin1')));
  }

  incoming(message) {
    return this.attach(message);
  }

  /* All that the phones got so far, oldest first. */
  received() {
    const list = [];
    for (let i = 1; i <= this.phones; i++) {
      const log = readFileSync(join(this.dir, `phones-${i}.log`), 'utf8');
      for (const [, from, to, rest] of log.matchAll(/Got message \d+: <(\S+) (\S+) ([^\n]*)>/g)) list.push({ from, to, ...content(rest) });
    }
    return list;
  }

  async stop() {
    for (const child of [this.centre, this.smsbox, this.bearerbox]) if (child) await endProcess(child.pid);
  }
}

const bytes = (s) => Buffer.from(s.replace(/\+/g, ' ').replace(/%([0-9A-Fa-f]{2})|[^%]/g, (m, hex) => (hex ? String.fromCharCode(parseInt(hex, 16)) : m)), 'latin1');

/* What the centre writes of UCS-2. */
export const wide = (text) => bytes(text).swap16().toString('utf16le');

/* "text Hello", "ucs-2 %04%1F", "udh %05%00%03… data …": of a part it does not tell the alphabet. */
function content(rest) {
  let m = /^udh (\S+) (.*)$/s.exec(rest);
  const udh = m ? bytes(m[1]) : undefined;
  m = /^(text|data|ucs-2) ?(.*)$/s.exec(m ? m[2] : rest);
  if (!m) return { type: 'unknown', text: rest };
  const type = m[1];
  const text = type === 'ucs-2' ? wide(m[2]) : m[2];
  return { type, text, ...(udh ? { ref: udh[3], parts: udh[4], part: udh[5] } : {}) };
}
