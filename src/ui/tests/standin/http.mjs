/* The page under the daemon's own policy, /login, and the reads of /v1. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { channels } from './channels.mjs';
import { picture } from './picture.mjs';
import { World } from './world.mjs';

export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self'; font-src 'self'; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const cookie = (req) => /(?:^|; )tandem=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];
const lean = (list) => list.map((x) => World.lean(x));

export function makeHttp(world, dist) {
  const sessions = new Map();
  const session = (req) => sessions.get(cookie(req) ?? '') ?? null;

  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x');
    const json = (status, body) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(JSON.stringify(body)); };
    if (world.down) return req.socket.destroy();
    if (url.pathname === '/login' && req.method === 'POST') {
      const body = await read(req);
      if (world.insecure) return json(421, { error: 'insecure', text: 'Passwords are not taken over plain HTTP from beyond this machine. Set up TLS, or put a proxy with TLS in front.' });
      if (!body.user || world.users.get(body.user) !== body.password) return json(401, { error: 'wrong', text: 'wrong name or password' });
      const id = Math.random().toString(36).slice(2);
      sessions.set(id, body.user);
      res.writeHead(204, { 'Set-Cookie': `tandem=${id}; HttpOnly; SameSite=Strict; Path=/` });
      return res.end();
    }
    if (url.pathname === '/logout') {
      sessions.delete(cookie(req));
      res.writeHead(204);
      return res.end();
    }
    if (url.pathname.startsWith('/v1/')) {
      const me = session(req);
      if (!me) return json(401, { error: 'unauthorized', text: 'not logged in' });
      if (world.restFails) return json(503, { error: 'unavailable', text: 'The store does not answer.' });
      if (url.pathname === '/v1/uploads') {
        await bytes(req);
        if (world.uploadsFail) return json(503, { error: 'unavailable', text: 'The file could not be stored. Try again.' });
        return json(201, { file: `u1.${url.searchParams.get('name')}`, attachment: {} });
      }
      const file = /\/messages\/(\d+)\/attachments\/(\d+)$/.exec(url.pathname);
      if (file) {
        res.writeHead(200, { 'Content-Type': 'image/png' });
        return res.end(picture(320, 240, Number(file[1]) + Number(file[2])));
      }
      await new Promise((r) => setTimeout(r, world.lag ?? 20));
      const about = channels(world, req, url, req.method === 'POST' ? await read(req) : null);
      if (about) return json(about.$status ?? 200, about);
      const body = api(world, me, url);
      return body ? json(200, body) : json(404, { error: 'not-found', text: 'Not found.' });
    }
    const path = url.pathname === '/' || url.pathname === '/oauth/callback' ? '/index.html' : normalize(url.pathname);
    try {
      const data = await readFile(join(dist, path));
      res.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff' });
      res.end(data);
    } catch {
      res.writeHead(404, { 'Content-Security-Policy': CSP });
      res.end();
    }
  });
  return { server, session };
}

async function bytes(req) {
  let n = 0;
  for await (const chunk of req) n += chunk.length;
  return n;
}

async function read(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return JSON.parse(text || '{}');
}

function api(world, me, url) {
  const num = (k) => Number(url.searchParams.get(k) ?? 0);
  const limit = num('limit') || 50;
  const conv = (id) => world.get('conv', id) ?? world.closed.get(Number(id));
  const all = () => [...world.entities.conv.values(), ...world.closed.values()];
  if (url.pathname === '/v1/me') return { ...World.lean(world.get('agent', me)), csrf: 'c' };
  const m = /^\/v1\/(conversations|contacts)(?:\/(\d+))?(?:\/(\w+))?$/.exec(url.pathname);
  if (!m) return null;
  const [, what, id, sub] = m;
  if (what === 'contacts' && sub === 'conversations') return { conversations: lean(all().filter((c) => c.contact === Number(id) || world.contacts.get(c.contact)?.merged_into === Number(id))) };
  if (what === 'contacts') return world.contacts.has(Number(id)) ? World.lean(world.contacts.get(Number(id))) : null;
  if (!id) {
    const before = num('before') || Infinity;
    const rows = [...world.closed.values()].filter((c) => (c.last_at ?? 0) < before).sort((a, b) => b.last_at - a.last_at);
    return { conversations: lean(rows.slice(0, limit)) };
  }
  if (sub === 'messages') {
    const log = world.logs.get(Number(id)) ?? [];
    const before = num('before');
    const after = url.searchParams.get('after');
    const rows = after !== null ? log.filter((x) => x.seq > Number(after)).slice(0, limit) : log.filter((x) => !before || x.seq < before).slice(-limit);
    const seqs = new Set(rows.map((x) => x.seq));
    return { messages: lean(rows), media: [...(world.media?.values() ?? [])].filter((m) => m.conv === Number(id) && seqs.has(m.seq)), deliveries: lean([...(world.deliveries.get(Number(id))?.values() ?? [])].filter((d) => seqs.has(d.seq))) };
  }
  return conv(id) ? World.lean(conv(id)) : null;
}
