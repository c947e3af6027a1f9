/* Private mail servers: Dovecot (IMAP, LMTP, SASL) and Postfix (submission with login, port 465,
 * delivery to Dovecot, bounces), in a folder of their own on ports that were free. They want to be
 * started by root, as everywhere. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { killNow, tempFolder, freePort, until } from '../../lib/system.mjs';

const mailUser = 65534; /* nobody: who owns the mailboxes */
export const password = 'secret of the mail tests';
export const domains = ['acme.example', 'customer.example'];

const run = (file, ...args) =>
  new Promise((done, fail) =>
    execFile(file, args, { timeout: 30000 }, (e, out, err) => (e ? fail(new Error(`${file} ${args.join(' ')}: ${err || out || e.message}`)) : done(out))),
  );

/* Why they cannot run here; undefined: they can. */
export function missing() {
  if (process.getuid() !== 0) return 'Dovecot and Postfix are started by root only';
  for (const f of ['/usr/sbin/dovecot', '/usr/sbin/postfix', '/usr/lib/dovecot/lmtp']) if (!existsSync(f)) return `${f} is not installed`;
  return undefined;
}

export class MailServers {
  /* introspect: a URL with user and password: XOAUTH2 tokens are asked for there (RFC 7662). */
  static async start({ postfix = true, introspect } = {}) {
    const s = new MailServers();
    s.introspect = introspect;
    s.dir = tempFolder();
    chmodSync(s.dir, 0o755);
    for (const p of ['imap', 'imaps', 'smtp', 'smtps']) s[p] = await freePort();
    await s.certificate();
    s.configureDovecot();
    await s.startDovecot();
    if (postfix) await s.startPostfix();
    return s;
  }

  async certificate() {
    this.cert = join(this.dir, 'cert.pem');
    this.key = join(this.dir, 'key.pem');
    await run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', this.key, '-out', this.cert);
  }

  configureDovecot() {
    this.mail = join(this.dir, 'mail');
    mkdirSync(this.mail);
    chownSync(this.mail, mailUser, mailUser);
    this.conf = join(this.dir, 'dovecot.conf');
    const tokens = join(this.dir, 'dovecot-oauth2.conf');
    if (this.introspect) {
      writeFileSync(tokens, `introspection_mode = post
introspection_url = ${this.introspect}
username_attribute = sub
active_attribute = active
active_value = true
`);
    }
    writeFileSync(this.conf, `
base_dir = ${this.dir}/run
log_path = ${this.dir}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <${this.cert}
ssl_key = <${this.key}
mail_location = maildir:${this.mail}/%n
mail_max_userip_connections = 100
first_valid_uid = 1
${this.introspect ? `auth_mechanisms = plain xoauth2
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = ${tokens}
}` : ''}
passdb {
  driver = static
  args = password=${password.replaceAll(' ', '_')}
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailUser} home=${this.mail}/%n allow_all_users=yes
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${this.imap}
  }
  inet_listener imaps {
    port = ${this.imaps}
    ssl = yes
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener for-postfix {
    mode = 0666
  }
}
`);
  }

  async startDovecot() {
    this.dovecot = spawn('/usr/sbin/dovecot', ['-F', '-c', this.conf], { stdio: 'ignore' });
    await until('dovecot runs', () => existsSync(join(this.dir, 'run/lmtp')) && existsSync(join(this.dir, 'run/for-postfix')));
  }

  async stopDovecot() {
    const ended = new Promise((done) => this.dovecot.on('exit', done));
    killNow(this.dovecot.pid, 'SIGTERM');
    await ended;
    await until('dovecot is gone', () => !existsSync(join(this.dir, 'run/master.pid')));
  }

  /* The next hop of gone@…: it knows nobody, so Postfix, which took the mail, sends a report. */
  async startRefuser() {
    const server = createServer((c) => {
      c.on('error', () => {});
      c.write('220 refuser\r\n');
      createInterface({ input: c }).on('line', (l) => {
        const word = l.slice(0, 4).toUpperCase();
        c.write(word === 'RCPT' ? '550 5.1.1 nobody of that name\r\n' : word === 'DATA' ? '503 5.5.1 nobody to send it to\r\n' : word === 'QUIT' ? '221 2.0.0 bye\r\n' : '250 2.0.0 fine\r\n');
        if (word === 'QUIT') c.end();
      });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    server.unref();
    this.refuser = { server, port: server.address().port };
  }

  async startPostfix() {
    await this.startRefuser();
    const dir = (this.postfix = join(this.dir, 'postfix'));
    for (const d of ['', 'queue', 'data', 'etc']) mkdirSync(join(dir, d), { recursive: true });
    await run('chown', 'postfix', join(dir, 'data'));
    this.maillog = join(this.dir, 'postfix.log');
    writeFileSync(join(dir, 'etc/main.cf'), `
compatibility_level = 3.6
queue_directory = ${dir}/queue
data_directory = ${dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${this.maillog}
maillog_file_prefixes = ${this.dir}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.acme.example
mydestination =
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.9/32
recipient_delimiter = +
virtual_mailbox_domains = ${domains.join(', ')}
virtual_mailbox_maps = inline:{ help@acme.example=x, anna@customer.example=x, gone@customer.example=x, ben@customer.example=x }
transport_maps = inline:{ { gone@customer.example = lmtp:inet:127.0.0.1:${this.refuser.port} } }
virtual_transport = lmtp:unix:${this.dir}/run/lmtp
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${this.dir}/run/for-postfix
smtpd_tls_cert_file = ${this.cert}
smtpd_tls_key_file = ${this.key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtp_dns_support_level = disabled
`);
    writeFileSync(join(dir, 'etc/master.cf'), `
127.0.0.1:${this.smtp} inet n - n - - smtpd
127.0.0.1:${this.smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
`);
    await run('/usr/sbin/postfix', '-c', join(dir, 'etc'), 'start');
  }

  async stop() {
    if (this.postfix) await run('/usr/sbin/postfix', '-c', join(this.postfix, 'etc'), 'stop').catch(() => {});
    this.refuser?.server.close();
    if (this.dovecot.exitCode === null) await this.stopDovecot();
  }

  /* ---- mailboxes ---- */

  folder(user, sub) {
    const dir = join(this.mail, user);
    for (const d of ['', 'new', 'cur', 'tmp']) {
      mkdirSync(join(dir, d), { recursive: true });
      chownSync(join(dir, d), mailUser, mailUser);
    }
    return join(dir, sub);
  }

  /* Into the mailbox as any delivery agent does it. at: an earlier INTERNALDATE, the file's time in a
   * Maildir; seen: somebody has read it already. */
  deliver(user, raw, { at, seen } = {}) {
    this.count = (this.count ?? 0) + 1;
    const name = `${Math.floor(Date.now() / 1000)}.M${String(this.count).padStart(6, '0')}P${process.pid}.test`;
    const tmp = join(this.folder(user, 'tmp'), name);
    writeFileSync(tmp, raw);
    chownSync(tmp, mailUser, mailUser);
    if (at) utimesSync(tmp, at / 1000, at / 1000);
    renameSync(tmp, join(this.folder(user, seen ? 'cur' : 'new'), seen ? `${name}:2,S` : name));
  }

  /* Deleted at the server by somebody else. */
  remove(user, text) {
    for (const d of ['new', 'cur'])
      for (const f of readdirSync(this.folder(user, d))) if (readFileSync(join(this.folder(user, d), f), 'utf8').includes(text)) rmSync(join(this.folder(user, d), f));
  }

  /* All mails of a user, as text. */
  mails(user) {
    return ['new', 'cur'].flatMap((d) => {
      const dir = this.folder(user, d);
      return readdirSync(dir).map((f) => readFileSync(join(dir, f), 'utf8'));
    });
  }

  /* Of the first mail of a user that includes it: its flags, as Maildir has them. */
  flags(user, text) {
    const dir = this.folder(user, 'cur');
    const f = readdirSync(dir).find((x) => readFileSync(join(dir, x), 'utf8').includes(text));
    return f?.split(':2,')[1] ?? '';
  }

  doveadm(...args) {
    return run('/usr/bin/doveadm', '-c', this.conf, ...args);
  }
}
