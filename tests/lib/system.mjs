/* What tests need of the machine: paths, free ports, waiting with a deadline, processes by pid. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/* Where tandemd and tandemctl were built. */
export const binaries = resolve(process.env.TANDEM_BIN ?? join(root, 'build/release'));
export const pages = resolve(process.env.TANDEM_PAGES ?? join(root, 'build/pages'));
/* Deadlines are generous and grow with a slow build (sanitizers, valgrind); no test asserts on time. */
export const patience = Number(process.env.TANDEM_PATIENCE ?? 1);

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/* Resolves with the first truthy value of fn(); rejects with `what` after the deadline. */
export async function until(what, fn, { ms = 15000, every = 20 } = {}) {
  const end = Date.now() + ms * patience;
  let last;
  for (;;) {
    try {
      const v = await fn();
      if (v) return v;
      last = v;
    } catch (e) {
      last = e;
    }
    if (Date.now() > end) throw new Error(`not within ${(ms * patience) / 1000} s: ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
    await sleep(every);
  }
}

/* A promise with its handles outside. A rejection that nobody waits for is no crash. */
export function deferred() {
  const d = {};
  d.promise = new Promise((resolve, reject) => Object.assign(d, { resolve, reject }));
  d.promise.catch(() => {});
  return d;
}

const taken = new Set();
/* A TCP port of 127.0.0.1 that was free a moment ago; never the same twice in one process. */
export async function freePort() {
  for (;;) {
    const port = await new Promise((done, fail) => {
      const s = createServer();
      s.on('error', fail);
      s.listen(0, '127.0.0.1', () => {
        const { port } = s.address();
        s.close(() => done(port));
      });
    });
    if (!taken.has(port)) {
      taken.add(port);
      return port;
    }
  }
}

const folders = new Set();
export function tempFolder(name = 'tandem-test-') {
  const dir = mkdtempSync(join(tmpdir(), name));
  folders.add(dir);
  return dir;
}

export const alive = (pid) => {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '')[0];
    return state !== 'Z';
  } catch {
    return false;
  }
};

/* Pids whose command line names the folder: ours and nobody else's, since its name is unique. */
export function processesIn(dir) {
  return readdirSync('/proc')
    .filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid)
    .filter((n) => {
      try {
        return readFileSync(`/proc/${n}/cmdline`, 'utf8').includes(dir);
      } catch {
        return false;
      }
    })
    .map(Number);
}

export function killNow(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch {
    /* gone already */
  }
}

export async function endProcess(pid, { signal = 'SIGTERM', ms = 10000 } = {}) {
  killNow(pid, signal);
  try {
    await until(`process ${pid} ends`, () => !alive(pid), { ms });
  } catch {
    killNow(pid);
    await until(`process ${pid} is killed`, () => !alive(pid), { ms });
    return false;
  }
  return true;
}

/* Whatever happens, nothing is left behind: no process, no folder (TANDEM_KEEP=1 keeps folders). */
export function cleanUp() {
  for (const dir of folders) {
    for (const pid of existsSync(dir) ? processesIn(dir) : []) killNow(pid);
    if (!process.env.TANDEM_KEEP) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    else process.stderr.write(`kept: ${dir}\n`);
  }
  folders.clear();
}
process.on('exit', cleanUp);
for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, () => process.exit(130));
