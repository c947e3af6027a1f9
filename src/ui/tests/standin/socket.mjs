/* GET /agent/ws */
import { WebSocketServer } from 'ws';
import { handlers } from './commands.mjs';

export function attachSocket(server, world, session) {
  const wss = new WebSocketServer({ noServer: true });
  server.on('upgrade', (req, socket, head) => {
    if (req.url !== '/agent/ws' || world.down) return socket.destroy();
    wss.handleUpgrade(req, socket, head, (ws) => {
      const me = session(req);
      if (!me) return ws.close(4401, 'not logged in');
      serve(ws, me, world);
    });
  });
  return wss;
}

function serve(ws, me, world) {
  const peer = { me, tab: '', ws, send: (f) => ws.readyState === 1 && ws.send(JSON.stringify(f)) };
  ws.on('close', () => world.sockets.delete(peer));
  ws.on('message', (raw) => {
    const f = JSON.parse(String(raw));
    if (f.t === 'hello') return hello(peer, f, world);
    if (f.t === 'ping') return world.silent || peer.send({ t: 'pong', now: world.now() });
    if (f.t === 'typing' || f.t === 'viewing') {
      for (const s of world.sockets) if (s !== peer) s.send({ t: f.t, conv: f.conv, who: 'agent', agent: me });
      return;
    }
    if (f.t === 'cmd') command(peer, f, world);
  });
}

function hello(peer, f, world) {
  peer.tab = f.tab;
  const role = world.get('agent', peer.me)?.role ?? 'agent';
  peer.send({ t: 'welcome', me: peer.me, role, session: `S-${f.tab}`, now: world.now() });
  const last = world.events.at(-1)?.frame.event ?? '0-0';
  const number = (id) => Number(id.split('-')[0]);
  const known = f.resume && f.resume.term === world.term &&
    (number(f.resume.event) >= (world.events.length ? number(world.events[0].frame.event) - 1 : 0));
  if (known) {
    peer.send({ t: 'resumed', event: last, term: world.term });
    for (const e of world.events) {
      if (number(e.frame.event) > number(f.resume.event) && (!e.to || e.to === peer.tab)) peer.send(e.frame);
    }
  } else {
    const items = world.snapshot();
    for (let i = 0; i === 0 || i < items.length; i += 200) {
      const end = i + 200 >= items.length;
      peer.send({ t: 'snapshot', first: i === 0, last: end, items: items.slice(i, i + 200), ...(end ? { term: world.term, event: last } : {}) });
    }
  }
  world.sockets.add(peer);
  world.hellos.push(f);
}

function command(peer, f, world) {
  world.commands.push({ id: f.id, cmd: f.cmd, body: f.body });
  if (!world.storeUp) return peer.send({ t: 'refused', id: f.id, error: 'unavailable', text: 'The store is away.' });
  const key = `${peer.tab}:${f.id}`;
  const before = world.results.get(key);
  if (before) {
    peer.send({ t: 'ack', id: f.id });
    return peer.send({ ...before, duplicate: true });
  }
  const run = handlers[f.cmd];
  if (!run) return peer.send({ t: 'refused', id: f.id, error: 'invalid', text: `There is no command ${f.cmd}.` });
  if (world.mute) return;
  setTimeout(() => {
    const r = run(world, peer.me, { ...f.body, $id: `${peer.tab}-${f.id}` });
    const result = { t: 'result', id: f.id, ok: !r.error, ...r };
    world.results.set(key, result);
    if (!world.loseAcks) peer.send({ t: 'ack', id: f.id });
    if (!world.loseAcks) world.emit(result, peer.tab);
  }, world.lag ?? 30);
}
