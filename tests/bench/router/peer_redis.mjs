/* The same decisions by a Lua script in Redis, over a Unix socket, 256 in flight. Replays a trace of
 * router-bench, holds the answers against it, and prints decisions a second of Redis' own processor
 * time and of the clock. usage: node peer_redis.mjs TRACE [EVENTS] */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrace } from './trace.mjs';

const IN_FLIGHT = 256;
const trace = readTrace(process.argv[2]);
const limit = Number(process.argv[3] ?? Infinity);
const dir = mkdtempSync(join(tmpdir(), 'router-bench-'));
const path = join(dir, 'redis.sock');
const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', dir], { stdio: 'ignore' });

const resp = (args) => `*${args.length}\r\n` + args.map((a) => `$${Buffer.byteLength(String(a))}\r\n${a}\r\n`).join('');

async function open() {
  for (let i = 0; i < 100; i++) {
    const socket = connect(path);
    const ok = await new Promise((done) => socket.once('connect', () => done(true)).once('error', () => done(false)));
    if (ok) return socket;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('redis-server did not start');
}

/* Sends all, at most IN_FLIGHT unanswered; the answers as texts, in order. Answers here are one line,
 * or one bulk of which the line after is taken. */
async function pipeline(socket, commands) {
  const answers = [];
  let sent = 0, rest = '', bulk = false;
  const more = () => {
    let text = '';
    while (sent < commands.length && sent - answers.length < IN_FLIGHT) text += resp(commands[sent++]);
    if (text) socket.write(text);
  };
  await new Promise((done, fail) => {
    socket.removeAllListeners('data');
    socket.on('data', (data) => {
      const lines = (rest + data).split('\r\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line[0] === '-') fail(new Error(line));
        if (!bulk && line[0] === '$') bulk = true;
        else {
          answers.push(bulk ? line : line.slice(1));
          bulk = false;
        }
      }
      if (sent - answers.length <= IN_FLIGHT / 2) more();
      if (answers.length === commands.length) done();
    });
    more();
  });
  return answers;
}

/* user and system time of a process so far, in seconds, from Linux' /proc. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const pad = (n) => String(n).padStart(9, '0'); /* ties by the number: sorted sets break them by the text */

function setup(agents) {
  const commands = [];
  for (const a of agents)
    for (const q of a.queues)
      for (const [skill, top] of a.levels)
        for (let level = 1; level <= top; level++) {
          const c = `${q}:${skill}:${level}`;
          commands.push(['RPUSH', `classes:${pad(a.order)}`, c], ['ZADD', `ready:${c}`, 0, pad(a.order)]);
        }
  return commands;
}

try {
  const socket = await open();
  await pipeline(socket, setup(trace.agents));
  const [sha] = await pipeline(socket, [['SCRIPT', 'LOAD', readFileSync(new URL('decide.lua', import.meta.url), 'utf8')]]);
  const commands = trace.events.map((e) =>
    e.item
      ? ['EVALSHA', sha, 1, 'a', e.now, pad(e.item.id), `${e.item.queue}:${e.item.skill}:${e.item.level}`]
      : ['EVALSHA', sha, 1, 'f', e.now, pad(e.agent + 1)],
  );
  await pipeline(socket, commands.slice(0, trace.measured));
  const part = commands.slice(trace.measured, trace.measured + Math.min(limit, commands.length));
  const c0 = cpu(server.pid), t0 = performance.now();
  const answers = await pipeline(socket, part);
  const cpus = cpu(server.pid) - c0, wall = (performance.now() - t0) / 1000;
  const differ = answers.filter((a, i) => Number(a) !== trace.events[trace.measured + i].decided).length;
  console.log(`Redis and Lua: ${part.length} decisions, ${differ} differ, ${Math.round(part.length / cpus)}/s of its processor, ${Math.round(part.length / wall)}/s by the clock`);
  socket.end();
} finally {
  server.kill();
  rmSync(dir, { recursive: true, force: true });
}
