/* A stand-in for an SMS provider. It keeps every request that it got, in memory and, when a file is
 * named, on disk before it answers: what a provider knows does not depend on what we know.
 *
 * mode: a function (request) → 'ok' | '5xx' | '429' | '400' | 'hang' | 'reset', or one of these words. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

export class FakeProvider {
  static async start(options = {}) {
    const p = new FakeProvider();
    Object.assign(p, { mode: 'ok', file: undefined, requests: [], next: 1, sockets: new Set() }, options);
    p.server = createServer((req, res) => p.handle(req, res));
    p.server.keepAliveTimeout = 60000;
    p.server.on('connection', (s) => {
      p.sockets.add(s);
      s.on('error', () => {});
      s.on('close', () => p.sockets.delete(s));
    });
    await new Promise((done) => p.server.listen(0, '127.0.0.1', done));
    p.url = `http://127.0.0.1:${p.server.address().port}`;
    return p;
  }

  handle(req, res) {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('error', () => {});
    req.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const r = { at: Date.now(), path: req.url, headers: req.headers, body };
      try {
        Object.assign(r, JSON.parse(body));
      } catch {
        r.malformed = true;
      }
      r.answer = typeof this.mode === 'function' ? this.mode(r) : this.mode;
      r.external = `ext-${this.next++}`;
      this.requests.push(r);
      if (this.file) appendFileSync(this.file, JSON.stringify({ k: 'provider', at: r.at, id: r.id, to: r.to, text: r.text, answer: r.answer, external: r.external }) + '\n');
      this.answer(r, req, res);
    });
  }

  answer(r, req, res) {
    const say = (status, json, headers = {}) => {
      res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      res.end(JSON.stringify(json));
    };
    if (r.answer === 'ok') say(200, { id: r.external });
    else if (r.answer === '5xx') say(503, { error: 'later' });
    else if (r.answer === '429') say(429, { error: 'too fast' }, { 'Retry-After': '1' });
    else if (r.answer === '400') say(400, { error: 'bad number' });
    else if (r.answer === 'reset') req.socket.resetAndDestroy();
    /* hang: never */
  }

  /* What it took for good, as it sees it. */
  get accepted() {
    return this.requests.filter((r) => r.answer === 'ok');
  }

  async stop() {
    for (const s of this.sockets) s.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
