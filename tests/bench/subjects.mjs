/* What is measured: the daemon and the peer, each with a Redis of its own that syncs every write. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { secrets } from '../lib/config.mjs';
import { Daemon } from '../lib/daemon.mjs';
import { request } from '../lib/http.mjs';
import { binaries, endProcess, freePort, tempFolder, until } from '../lib/system.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const bench = process.env.TANDEM_BENCH ?? join(binaries, 'tests/bench/tandem-bench');

/* Agents take a thousand conversations each, so that the measurement never waits for a free one. */
function manyPerAgent(s) {
  s.server.max_connections = 50000;
  s.queues.sms.accept = 'auto';
  s.profiles = { default: { sms: { cost: 0, maximum: 1000 } } };
  s.log.level = 'warn';
}

export class Tandem {
  name = 'tandem';

  static async start({ agents = 4, sanitized = false } = {}) {
    const t = new Tandem();
    t.sanitized = sanitized;
    t.daemon = await Daemon.start({ change: manyPerAgent });
    t.cookies = [];
    for (let i = 0; i < agents; i++) {
      await t.daemon.addUser(`agent${i}`, { queues: 'sms' });
      t.cookies.push(await t.daemon.login(`agent${i}`));
    }
    return t;
  }

  get arguments() {
    const who = this.cookies.flatMap((c) => ['--agent', c]);
    return ['--port', this.daemon.port, '--secret', secrets.sms, ...who, ...this.procs];
  }

  get procs() {
    return ['--proc', `tandemd=${this.daemon.current.pid}`, '--proc', `redis=${this.daemon.redisPid}`];
  }

  get idleArguments() {
    return ['--port', this.daemon.port, ...this.procs];
  }

  stop() {
    return this.daemon.stop();
  }
}

export class Peer {
  name = 'peer';

  static async start({ agents = 4 } = {}) {
    const p = new Peer();
    p.agents = agents;
    p.dir = tempFolder('tandem-peer-');
    p.port = await freePort();
    const socket = join(p.dir, 'redis.sock');
    /* Both name the folder: whatever happens, system.mjs ends them. */
    p.redis = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--dir', p.dir, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--auto-aof-rewrite-min-size', '4gb'], { stdio: 'ignore' });
    await until('the peer has its Redis', () => existsSync(socket));
    p.node = spawn(process.execPath, [join(here, 'peer/peer.mjs'), String(p.port), socket, secrets.sms], { stdio: ['ignore', 'ignore', 'inherit'] });
    await until('the peer is ready', async () => (await request({ port: p.port, path: '/readyz' })).status === 200);
    return p;
  }

  get procs() {
    return ['--proc', `node=${this.node.pid}`, '--proc', `redis=${this.redis.pid}`];
  }

  get arguments() {
    return ['--port', this.port, '--secret', secrets.sms, '--plain', this.agents, ...this.procs];
  }

  get idleArguments() {
    return ['--port', this.port, '--plain', 1, ...this.procs];
  }

  async stop() {
    await endProcess(this.node.pid);
    await endProcess(this.redis.pid);
  }
}

let runs = 0;
/* One measurement; → its JSON. Ids differ between measurements, so that nothing counts as a duplicate. */
export function measure(...args) {
  const run = `b${process.pid}x${runs++}`;
  const all = [args[0], '--json', ...(args[0] === 'load' ? ['--run', run, '--first', runs * 100_000_000] : []), ...args.slice(1)].map(String);
  return new Promise((done, fail) => {
    const child = spawn(bench, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (d) => (out += d));
    child.stderr.on('data', (d) => (err += d));
    child.on('error', fail);
    child.on('exit', (code) => {
      try {
        done({ ...JSON.parse(out), code, err });
      } catch {
        fail(new Error(`${bench} ${all.join(' ')}: ${code} ${err}`));
      }
    });
  });
}
