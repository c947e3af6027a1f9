/* The network of Bluesky in small, from its makers' @atproto/dev-env: a directory of identities (PLC), an
 * account server (PDS) and the AppView, with a private PostgreSQL and Redis.
 *
 *   if (missing) …                       // why it cannot run here
 *   const n = await Network.start();
 *   const anna = await n.account('anna');   // { agent, did, handle, password }
 *   await n.settled();                      // the AppView has seen all
 *   await n.stop(); */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcess, freePort, tempFolder, until } from '../../lib/system.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

function findPostgres() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).filter((v) => existsSync(join(root, v, 'bin/initdb'))) : [];
  return versions.length ? join(root, versions.sort((a, b) => a - b).at(-1), 'bin') : null;
}
const postgres = findPostgres();

function whatIsMissing() {
  if (Number(process.versions.node.split('.')[0]) < 20) return `Node 20 or newer (this is ${process.versions.node})`;
  if (!existsSync(join(here, 'node_modules/@atproto/dev-env'))) return 'the packages: tests/integration/bluesky/run fetches them';
  try {
    new (require('better-sqlite3'))(':memory:').close();
  } catch (e) {
    return `better-sqlite3, which has to be compiled: ${e.message.split('\n')[0]}`;
  }
  if (!postgres) return "PostgreSQL (Debian's package postgresql)";
  if (spawnSync('redis-server', ['--version']).status !== 0) return 'redis-server';
  return null;
}
/* null: all is there. */
export const missing = whatIsMissing();

const idOf = (user, flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);

export class Network {
  static async start() {
    const n = new Network();
    n.dir = tempFolder('tandem-bluesky-');
    n.children = [];
    await n.startPostgres();
    const redis = await freePort();
    n.run('redis-server', ['--port', String(redis), '--bind', '127.0.0.1', '--save', '', '--dir', n.dir], 'redis.log');
    process.env.REDIS_HOST = `127.0.0.1:${redis}`;
    const { TestNetwork } = require('@atproto/dev-env');
    n.net = await TestNetwork.create({ dbPostgresSchema: 'tandem', dbPostgresUrl: n.database });
    n.url = n.net.pds.url;
    return n;
  }

  run(file, args, log, options = {}) {
    const out = openSync(join(this.dir, log), 'a');
    const child = spawn(file, args, { stdio: ['ignore', out, out], ...options });
    closeSync(out);
    child.unref();
    this.children.push(child);
    return child;
  }

  /* PostgreSQL refuses to be root: then it runs as its own user. */
  async startPostgres() {
    const data = join(this.dir, 'postgres');
    const port = await freePort();
    const as = process.getuid() === 0 ? { uid: idOf('postgres', '-u'), gid: idOf('postgres', '-g') } : {};
    chmodSync(this.dir, 0o711);
    mkdirSync(data);
    if (as.uid) chownSync(data, as.uid, as.gid);
    const made = spawnSync(join(postgres, 'initdb'), ['-D', join(data, 'db'), '-A', 'trust', '-U', 'tandem', '--no-sync'], { encoding: 'utf8', cwd: data, ...as });
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
    this.run(join(postgres, 'postgres'), ['-D', join(data, 'db'), '-p', String(port), '-k', data, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'], 'postgres.log', { cwd: data, ...as });
    const psql = (sql) => spawnSync('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'tandem', '-c', sql, 'postgres'], { encoding: 'utf8' });
    await until('PostgreSQL answers', () => psql('create database network').status === 0, { every: 200 });
    this.database = `postgresql://tandem@127.0.0.1:${port}/network`;
  }

  async account(name) {
    const agent = this.net.pds.getClient();
    const handle = `${name}.test`;
    const password = `password of ${name}`;
    const { data } = await agent.createAccount({ email: `${name}@example.org`, handle, password });
    return { agent, handle, password, did: data.did };
  }

  async settled() {
    await this.net.processAll();
  }

  async stop() {
    await this.net?.close();
    for (const c of this.children.reverse()) await endProcess(c.pid, { signal: 'SIGINT' });
  }
}
