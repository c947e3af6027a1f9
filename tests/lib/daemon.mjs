/* The real daemon for a test: a data folder of its own, a private Redis in it, ports that were free.
 *
 *   const d = await Daemon.start({ provider });
 *   await d.addUser('anna', { role: 'supervisor' });
 *   const anna = await d.agent('anna');
 *   …
 *   await d.stop();
 *
 * Several processes may serve one folder (spawn again): the second takes over when the first dies. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from './agent.mjs';
import { settings } from './config.mjs';
import { Rest, request } from './http.mjs';
import { alive, binaries, endProcess, freePort, killNow, pages, processesIn, sleep, tempFolder, until } from './system.mjs';
import { Visitor } from './visitor.mjs';

const run = (file, args, options = {}) =>
  new Promise((done, fail) =>
    execFile(file, args, { maxBuffer: 1 << 26, timeout: 30000, ...options }, (e, stdout, stderr) => {
      if (!e) return done(stdout);
      e.message = `${file} ${args.join(' ')}: ${stderr || stdout || e.message}`.trim();
      fail(e);
    }),
  );

class Process {
  constructor(child, ports) {
    Object.assign(this, { child, pid: child.pid, port: ports.at(-1), ports, spawnedAt: Date.now(), exit: null });
    this.ended = new Promise((done) => child.on('exit', (code, signal) => done((this.exit = { code, signal }))));
  }

  async kill(signal = 'SIGKILL') {
    this.child.ref(); /* worth waiting for */
    killNow(this.pid, signal);
    return this.ended;
  }
}

export class Daemon {
  /* provider: a FakeProvider for SMS. change(settings): edits them. env: of the process. */
  static async start(options = {}) {
    const d = new Daemon();
    await d.prepare(options);
    await d.spawn({ env: options.env });
    return d;
  }

  async prepare({ provider, change, usePages = false, demo } = {}) {
    this.dir = tempFolder();
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.provider = provider;
    this.processes = [];
    this.users = new Map();
    this.links = new Set();
    this.rests = new Set();
    this.settings = settings({ ports: [this.port], providerUrl: provider?.url, pages: usePages ? pages : undefined, demo });
    change?.(this.settings);
    this.config = join(this.dir, 'tandem.yaml');
    this.writeSettings(this.settings, this.config);
    this.log = join(this.dir, 'tandemd.log');
  }

  writeSettings(s, file = this.config) {
    writeFileSync(file, JSON.stringify(s, null, 2), { mode: 0o600 });
  }

  /* ---- processes ---- */

  /* Starts one more process and waits until it is ready. alone: give it a second listener of its own
   * beside the shared port, so that it can be asked apart from the others (then: process.port). */
  async spawn({ env = {}, alone = false, wait = true } = {}) {
    let config = this.config;
    const ports = [this.port];
    if (alone) {
      ports.push(await freePort());
      config = join(this.dir, `tandem-${ports[1]}.yaml`);
      const s = structuredClone(this.settings);
      s.server.listen.push({ address: '127.0.0.1', port: ports[1] });
      this.writeSettings(s, config);
    }
    const out = openSync(this.log, 'a');
    const child = spawn(join(binaries, 'tandemd'), ['--config', config, '--data', this.dir], {
      detached: true /* a process group of its own */,
      stdio: ['ignore', out, out],
      env: { ...process.env, ...env },
    });
    closeSync(out);
    child.on('error', (e) => process.stderr.write(`tandemd: ${e.message}\n`));
    child.unref(); /* a test that failed does not hang for its sake */
    const p = new Process(child, ports);
    this.processes.push(p);
    if (wait) await this.ready(p);
    return p;
  }

  async ready(p = this.current) {
    await until('tandemd is ready', async () => {
      if (p.exit) throw this.fail(`tandemd ended: ${JSON.stringify(p.exit)}`);
      return (await request({ port: p.port, path: '/readyz', ms: 2000 }).catch(() => ({}))).status === 200;
    }, { ms: 30000, every: 5 }).catch((e) => {
      throw p.exit ? this.fail(`tandemd ended: ${JSON.stringify(p.exit)}`) : this.fail(e.message);
    });
    p.readyAt = Date.now();
    await this.noteRedis();
    return p;
  }

  get current() {
    return this.processes.at(-1);
  }

  /* kill -9 of the newest process. */
  async kill(signal = 'SIGKILL') {
    return this.current.kill(signal);
  }

  async restart(options = {}) {
    if (!this.current.exit) await this.kill();
    return this.spawn(options);
  }

  logTail(lines = 30) {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').split('\n').slice(-lines - 1).join('\n') : '';
  }

  fail(text) {
    return new Error(`${text}\n--- end of ${this.log}\n${this.logTail()}`);
  }

  /* Ends all that was started here, politely, then by force. Throws when tandemd did not end by itself
   * within its time, or a sanitizer has complained. */
  async stop() {
    for (const l of this.links) l.close();
    for (const r of this.rests) r.close();
    const wrong = [];
    for (const p of this.processes) {
      if (p.exit) continue;
      p.child.ref();
      if (!(await endProcess(p.pid, { ms: 15000 }))) wrong.push('tandemd had to be killed');
      else if ((await p.ended).code !== 0) wrong.push(`tandemd ended with ${JSON.stringify(p.exit)}`);
    }
    for (const pid of processesIn(this.dir)) await endProcess(pid);
    if (/Sanitizer|runtime error:/.test(existsSync(this.log) ? readFileSync(this.log, 'utf8') : '')) wrong.push('a sanitizer complains');
    if (wrong.length) throw new Error(`${wrong.join('; ')}\n--- end of ${this.log}\n${this.logTail(80)}`);
  }

  /* ---- Redis ---- */

  get redisSocket() {
    return join(this.dir, 'redis.sock');
  }

  /* redis-cli on the private socket; the answer as text. */
  async redis(...args) {
    return (await run('redis-cli', ['-s', this.redisSocket, ...args])).trim();
  }

  async noteRedis() {
    const info = await this.redis('INFO', 'server').catch(() => '');
    this.redisPid = Number(/process_id:(\d+)/.exec(info)?.[1]) || this.redisPid;
    return this.redisPid;
  }

  async killRedis(signal = 'SIGKILL') {
    await this.noteRedis();
    killNow(this.redisPid, signal);
    await until('redis is dead', () => !alive(this.redisPid));
  }

  /* ---- people ---- */

  ctl(...args) {
    return run(join(binaries, 'tandemctl'), ['--data', this.dir, ...args]);
  }

  /* Only agents take work unless told: a supervisor with queues would be offered it, too. */
  async addUser(id, { name = id, role = 'agent', queues = role === 'agent' ? 'chat,sms' : '', password = `password of ${id}`, more = [] } = {}) {
    await this.ctl('user', 'add', id, '--name', name, '--role', role, ...(queues ? ['--queues', queues] : []), '--password', password, ...more);
    this.users.set(id, { id, name, role, password });
  }

  /* → the session cookie, ready for a Cookie header. */
  async login(id, password = this.users.get(id)?.password, port = this.port) {
    const body = JSON.stringify({ user: id, password });
    const headers = { 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${port}` };
    for (;;) {
      const r = await request({ port, method: 'POST', path: '/login', headers, body });
      if (r.status === 204) return r.headers['set-cookie'][0].split(';')[0];
      if (r.status !== 503) throw new Error(`login of ${id}: ${r.status} ${r.text}`);
      await sleep(100); /* too many at once, or the store is away */
    }
  }

  async rest(id, options = {}) {
    const r = new Rest(this.port, { origin: this.url, cookie: options.token ? undefined : await this.login(id), ...options });
    this.rests.add(r);
    return r;
  }

  /* Logs in and comes live. presence: what he sets himself to; null: leave it. */
  async agent(id, { presence = 'available', port = this.port, ...options } = {}) {
    const cookie = await this.login(id, undefined, port);
    const a = new Agent({ port, cookie, id, ...options });
    this.links.add(a);
    await a.whenLive();
    if (presence) {
      const r = await a.cmd('presence.set', { presence });
      if (!r.ok) throw new Error(`presence.set: ${JSON.stringify(r)}`);
    }
    return a;
  }

  visitor(options = {}) {
    const v = new Visitor({ port: this.port, origin: this.url, ...options });
    this.links.add(v);
    return v;
  }

  /* One metric's value; labels as a part of its line. */
  async metric(name, labels = '') {
    const r = await request({ port: this.port, path: '/metrics' });
    const line = r.text.split('\n').find((l) => l.startsWith(name) && l.includes(labels) && !l.startsWith('#'));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  }
}
