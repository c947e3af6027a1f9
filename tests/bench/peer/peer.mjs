/* The same job the way one would write it in Node today: a signed hook → Redis stream, fsync always →
 * consumer group → conversation and agent → the agent's WebSocket. One process, as tandemd is one.
 *
 *   node peer.mjs PORT REDIS_SOCKET SECRET
 *
 * Honest to both sides: it answers a hook only after XADD is durable, checks the signature, drops
 * duplicates, keeps a conversation's log and state in Redis, commits a batch in one MULTI with its XACK,
 * and pipelines wherever ioredis can. It has no routing rules beyond "the agent of this conversation,
 * else the one with the fewest", no fencing and no failover. */
import Redis from 'ioredis';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const [port, path, secret] = process.argv.slice(2);
const redis = new Redis({ path, enableAutoPipelining: true });
const reader = new Redis({ path });
const BATCH = 200;

/* ---- in ---- */

function valid(body, signature) {
  const right = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(signature ?? '', 'hex');
  return given.length === right.length && timingSafeEqual(given, right);
}

async function hook(body, req, res) {
  if (!valid(body, req.headers['x-signature'])) {
    res.writeHead(401).end();
    return;
  }
  let m;
  try {
    m = JSON.parse(body);
  } catch {
    m = {};
  }
  if (!m.id || !m.from || typeof m.text !== 'string') {
    res.writeHead(400).end();
    return;
  }
  await redis.xadd('inbox', '*', 'm', JSON.stringify({ id: m.id, from: m.from, text: m.text, at: Date.now() }));
  res.writeHead(200, { 'Content-Length': 0 }).end();
}

const server = createServer((req, res) => {
  const parts = [];
  req.on('data', (d) => parts.push(d));
  req.on('end', () => {
    const body = Buffer.concat(parts);
    if (req.method === 'POST' && req.url === '/hooks/sms') hook(body, req, res).catch(() => res.writeHead(503).end());
    else res.writeHead(req.url === '/readyz' ? 200 : 404, { 'Content-Length': 0 }).end();
  });
});
server.keepAliveTimeout = 60000;

/* ---- agents and visitors ---- */

const agents = [];
const staff = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const visitors = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('upgrade', (req, socket, head) => {
  const wss = req.url === '/agent/ws' ? staff : visitors;
  wss.handleUpgrade(req, socket, head, (ws) => {
    if (wss === visitors) return;
    const agent = { ws, load: 0 };
    agents.push(agent);
    ws.on('close', () => agents.splice(agents.indexOf(agent), 1));
  });
});

/* ---- assignment ---- */

const conversations = new Map(); /* from → { agent, seq, seen } */

function conversation(from) {
  let c = conversations.get(from);
  if (!c) conversations.set(from, (c = { agent: null, seq: 0, seen: [] }));
  if (c.agent && agents.includes(c.agent)) return c;
  c.agent = agents.reduce((best, a) => (!best || a.load < best.load ? a : best), null);
  if (c.agent) c.agent.load++;
  return c;
}

async function apply(entries) {
  const tx = redis.multi();
  const out = [];
  for (const [, fields] of entries) {
    const m = JSON.parse(fields[1]);
    const c = conversation(m.from);
    if (c.seen.includes(m.id)) continue;
    c.seen.push(m.id);
    if (c.seen.length > 64) c.seen.shift();
    c.seq++;
    tx.rpush(`conv:${m.from}:log`, JSON.stringify({ ...m, seq: c.seq }));
    tx.set(`conv:${m.from}`, JSON.stringify({ seq: c.seq, last: m.text, at: m.at }));
    if (c.agent) out.push([c.agent.ws, JSON.stringify({ t: 'message', conv: m.from, seq: c.seq, data: { text: m.text, at: m.at } })]);
  }
  const ids = entries.map(([id]) => id);
  tx.xack('inbox', 'workers', ...ids);
  tx.xdel('inbox', ...ids);
  await tx.exec();
  for (const [ws, frame] of out) ws.send(frame);
}

async function work() {
  await redis.xgroup('CREATE', 'inbox', 'workers', '0', 'MKSTREAM').catch(() => {});
  for (;;) {
    const got = await reader.xreadgroup('GROUP', 'workers', 'w1', 'COUNT', BATCH, 'BLOCK', 1000, 'STREAMS', 'inbox', '>');
    if (got) await apply(got[0][1]);
  }
}

server.listen(Number(port), '127.0.0.1');
await work();
