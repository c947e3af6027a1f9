/* A stand-in for the daemon: the visitors' protocol of ../../../README.md, scripted by the test.
 *
 * It keeps visitors by token, stores a message once by its id, numbers the lines, and is as strict with
 * what the widget sends as the daemon is (`faults` collects every breach). */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { pages } from './pages.mjs';

const KEY = randomBytes(16);
const sign = (v) => `v1.${v}.1700000000.${createHmac('sha256', KEY).update(v).digest('base64url')}`;
const FORM = [
  { id: 'name', label: '', type: 'text', required: true },
  { id: 'email', label: '', type: 'email', required: false },
];

export async function standin({ port = 0, config = {} } = {}) {
  const visitors = new Map();
  const sockets = new Set();
  const s = {
    config: { name: 'Leaf & Kettle', form: FORM, open: true, ...config },
    faults: [],
    frames: [], // everything the widget sent
    up: true,
    accept: true, // false: the upgrade is refused
    terse: true, // no visit after a welcome: the widget has to ask
    fresh: false, // a message after the end begins another conversation
    refuse: '', // why a call back is not taken
    mute: false, // true: messages are taken in but never acked
    visitors,
    sockets,
    uploads: [],
  };

  const web = createServer((req, res) => (req.url.startsWith('/chat/files?') ? upload(req, res) : pages(req, res)));
  const wss = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 });
  web.on('upgrade', (req, socket, head) => {
    if (!s.accept || req.url !== '/chat/ws') return socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    wss.handleUpgrade(req, socket, head, (ws) => serve(ws));
  });

  function visitor(token) {
    const id = token && sign(token.split('.')[1]) === token ? token.split('.')[1] : `vis${randomBytes(6).toString('hex')}`;
    if (!visitors.has(id)) visitors.set(id, { id, conv: 1, lines: [], seen: new Map(), visit: { state: 'idle' }, rating: 0, fields: {} });
    return visitors.get(id);
  }
  const put = (ws, f) => ws.readyState === 1 && ws.send(JSON.stringify(f));
  const all = (v, f) => {
    for (const ws of sockets) if (ws.visitor === v) put(ws, f);
  };

  const state = (v) => ({ t: 'visit', ...(v.lines.length ? { conv: v.conv } : {}), ...v.visit });

  s.line = (v, direction, text, name, id, file) => {
    const files = file && [{ ...file, url: '/media/x/y' }];
    const l = { seq: v.lines.length + 1, direction, text, at: Date.now(), ...(name ? { name } : {}), ...(id ? { id } : {}), ...(files ? { files } : {}) };
    v.lines.push(l);
    all(v, { t: 'messages', items: [l], last: l.seq, more: false });
    return l;
  };
  s.visit = (v, visit) => {
    v.visit = visit;
    all(v, state(v));
  };
  s.frame = (v, f) => all(v, f);
  s.raw = (text) => sockets.forEach((ws) => ws.send(text));
  s.drop = (code = 1012) => sockets.forEach((ws) => ws.close(code));
  s.cut = () => sockets.forEach((ws) => ws.terminate());
  s.last = () => [...visitors.values()].pop();
  s.renew = (v) => Object.assign(v, { conv: v.conv + 1, lines: [] });

  /* As POST /chat/files; a file named "broken" fails. */
  function upload(req, res) {
    const parts = [];
    const cors = { 'Access-Control-Allow-Origin': req.headers.origin ?? '*', 'Access-Control-Allow-Headers': 'authorization, content-type' };
    req.on('data', (x) => parts.push(x));
    req.on('end', () => {
      const url = new URL(req.url, s.url);
      const id = /^Bearer v1\.(\w+)\./.exec(req.headers.authorization ?? '')?.[1];
      if (req.method === 'OPTIONS') return res.writeHead(204, cors).end();
      if (!visitors.get(id)?.lines.length || url.searchParams.get('channel') !== 'web') return res.writeHead(401, cors).end('{}');
      const file = { name: url.searchParams.get('name'), type: req.headers['content-type'], bytes: Buffer.concat(parts).length };
      if (file.name === 'broken') return res.writeHead(503, cors).end('{"text":"no"}');
      const token = `u1.${s.uploads.push(file)}`;
      return res.writeHead(201, { ...cors, 'Content-Type': 'application/json' }).end(JSON.stringify({ file: token, name: file.name }));
    });
  }

  function hello(ws, f) {
    if (f.channel !== 'web') return ws.close(4404);
    if (!/^[\w-]{16,36}$/.test(f.tab)) s.faults.push('tab');
    const v = (ws.visitor = visitor(f.token));
    put(ws, { t: 'welcome', token: sign(v.id), visitor: v.id, config: s.config });
    let have = f.have > v.lines.length ? 0 : f.have;
    while (have < v.lines.length) {
      const items = v.lines.slice(have, have + 100);
      have += items.length;
      put(ws, { t: 'messages', items, last: have, more: have < v.lines.length });
    }
    if (!s.terse) put(ws, state(v));
    if (!s.up) put(ws, { t: 'store', up: false });
  }

  function act(ws, f) {
    const v = ws.visitor;
    if (typeof f.id !== 'string' || !f.id.includes('-')) s.faults.push(`id ${f.id}`);
    if (!s.up) return put(ws, { t: 'refused', id: f.id, error: 'unavailable' });
    if (f.text === 'forbidden words') return put(ws, { t: 'refused', id: f.id, error: 'invalid', text: 'These words are not taken.' });
    if (f.t === 'callback' && s.refuse) {
      put(ws, { t: 'ack', id: f.id });
      return put(ws, { t: 'result', id: f.id, ok: false, error: 'unsupported', text: s.refuse });
    }
    const before = v.seen.get(f.id);
    if (s.mute) {
      if (!before) apply(v, f);
      return;
    }
    put(ws, { t: 'ack', id: f.id });
    const seq = before ?? apply(v, f);
    put(ws, { t: 'result', id: f.id, ok: true, ...(seq ? { seq } : {}), ...(before === undefined ? {} : { duplicate: true }) });
  }

  function apply(v, f) {
    let seq = 0;
    if (f.t === 'open') {
      if (Object.keys(f.fields).length) v.fields = f.fields;
      all(v, state(v));
    }
    if (f.t === 'send') {
      if (v.visit.state === 'closed' && s.fresh) s.renew(v);
      seq = s.line(v, 'in', f.text, '', f.id, f.file && s.uploads[f.file.slice(3) - 1]).seq;
      const fresh = v.visit.state !== 'active' && v.visit.state !== 'waiting';
      if (fresh) s.visit(v, s.config.open ? { state: 'waiting', position: 2, expected_wait_ms: 120_000 } : { state: 'left-message' });
    }
    if (f.t === 'end') s.visit(v, { state: 'closed', read_seq: v.lines.length });
    if (f.t === 'callback') {
      v.callback = f;
      s.visit(v, { state: 'left-message', callback_at: f.at ?? Date.now() });
    }
    if (f.t === 'rate') v.rating = f.rating;
    v.seen.set(f.id, seq);
    return seq;
  }

  function serve(ws) {
    sockets.add(ws);
    ws.on('close', () => sockets.delete(ws));
    ws.on('message', (data) => {
      const f = JSON.parse(String(data));
      s.frames.push(f);
      if (f.t === 'ping') return put(ws, { t: 'pong' });
      if (f.t === 'hello') return hello(ws, f);
      if (!ws.visitor) return s.faults.push(`${f.t} before hello`);
      if (['open', 'send', 'end', 'rate', 'callback'].includes(f.t)) return act(ws, f);
      if (f.t === 'typing' || f.t === 'seen') return throttle(ws, f.t);
      s.faults.push(`unknown ${f.t}`);
    });
  }

  function throttle(ws, kind) {
    const now = Date.now();
    const least = kind === 'seen' ? 950 : 2900;
    if (now - (ws[kind] ?? 0) < least) s.faults.push(`${kind} too often`);
    ws[kind] = now;
  }

  await new Promise((ok) => web.listen(port, '127.0.0.1', ok));
  s.host = `127.0.0.1:${web.address().port}`;
  s.url = `http://${s.host}`;
  s.close = () => {
    s.cut();
    web.closeAllConnections?.();
    return new Promise((ok) => web.close(ok));
  };
  return s;
}
