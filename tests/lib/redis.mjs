/* A redis-server of a test's own, reached by loopback: masters, replicas, sentinels. Ended by pid. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alive, freePort, killNow, until } from './system.mjs';

/* As tandemd's private Redis has them: every write is flushed, nothing is evicted. The replica's copy goes
 * straight over the wire. */
const lines = ['save ""', 'appendonly yes', 'appendfsync always', 'auto-aof-rewrite-min-size 2gb', 'repl-diskless-sync yes', 'repl-diskless-sync-delay 0'];

export class RedisServer {
  /* name: of its folder in dir. more: lines of its settings. sentinel: it is one. */
  static async start(dir, name, { more = [], replicaOf, sentinel = false } = {}) {
    const r = new RedisServer();
    r.dir = join(dir, name);
    r.port = await freePort();
    r.socket = join(r.dir, 'redis.sock');
    r.sentinel = sentinel;
    mkdirSync(r.dir, { mode: 0o700 });
    r.config = join(r.dir, 'redis.conf');
    writeFileSync(r.config, [
      `port ${r.port}`, 'bind 127.0.0.1', `dir ${r.dir}`, `logfile ${join(r.dir, 'redis.log')}`,
      ...(sentinel ? [] : [...lines, `unixsocket ${r.socket}`]),
      ...(replicaOf ? [`replicaof 127.0.0.1 ${replicaOf.port}`] : []),
      ...more, '',
    ].join('\n'), { mode: 0o600 });
    await r.run();
    return r;
  }

  async run() {
    this.child = spawn('redis-server', [this.config, ...(this.sentinel ? ['--sentinel'] : [])], { stdio: 'ignore' });
    this.child.unref();
    this.pid = this.child.pid;
    await until('redis-server answers', async () => (await this.cli('PING')) === 'PONG');
  }

  /* One command, the answer as text. */
  cli(...args) {
    return new Promise((done, fail) =>
      execFile('redis-cli', ['-p', this.port, ...args], { timeout: 10000 }, (e, stdout, stderr) => (e ? fail(new Error(stderr || e.message)) : done(stdout.trim()))),
    );
  }

  /* One field of INFO replication. */
  async info(field) {
    return new RegExp(`^${field}:(.*?)\r?$`, 'm').exec(await this.cli('INFO', 'replication'))?.[1];
  }

  signal(name) {
    killNow(this.pid, name);
  }

  async kill() {
    killNow(this.pid);
    await until('redis-server is dead', () => !alive(this.pid));
  }

  /* Where a daemon finds the master by a Unix socket that can be pointed elsewhere. */
  standAt(path) {
    rmSync(path, { force: true });
    symlinkSync(this.socket, path);
  }
}

/* A replica that has caught up. */
export const following = (replica) => until('the replica has caught up', async () => (await replica.info('master_link_status')) === 'up');
