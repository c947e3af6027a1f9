/* A business's receiver of events. Verifies each with the official library, remembers the ids it has
 * seen, and answers as `mode` says: a status, 'hang', 'reset', or a function (event) → one of these. */
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const { Webhook } = createRequire(import.meta.url)('standardwebhooks');

export class Receiver {
  static async start(secret, options = {}) {
    const r = new Receiver();
    Object.assign(r, { mode: 204, requests: [], events: [], ids: new Set(), wrong: [], sockets: new Set(), delay: 0 }, options);
    r.verifier = new Webhook(secret);
    r.server = createServer((req, res) => r.handle(req, res));
    r.server.on('connection', (s) => {
      r.sockets.add(s);
      s.on('error', () => {});
      s.on('close', () => r.sockets.delete(s));
    });
    await new Promise((done) => r.server.listen(options.port ?? 0, '127.0.0.1', done));
    r.url = `http://127.0.0.1:${r.server.address().port}/events?token=not-to-be-shown`;
    return r;
  }

  handle(req, res) {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('error', () => {});
    req.on('end', () => {
      const body = Buffer.concat(parts).toString();
      let event;
      try {
        event = this.verifier.verify(body, req.headers);
        if (event.id !== req.headers['webhook-id']) throw new Error('another id');
      } catch (e) {
        this.wrong.push({ why: e.message, body, headers: req.headers });
        return res.writeHead(401).end();
      }
      const answer = typeof this.mode === 'function' ? this.mode(event) : this.mode;
      this.requests.push({ at: Date.now(), event, answer, signatures: req.headers['webhook-signature'].split(' ').length });
      if (answer === 'hang') return undefined;
      if (answer === 'reset') return req.socket.resetAndDestroy();
      setTimeout(() => {
        if (answer >= 200 && answer < 300) {
          this.events.push(event); /* as often as it came */
          this.ids.add(event.id);
        }
        res.writeHead(answer).end();
      }, this.delay);
      return undefined;
    });
  }

  /* Once each, in the order of first arrival. */
  get distinct() {
    const seen = new Set();
    return this.events.filter((e) => !seen.has(e.id) && seen.add(e.id));
  }

  of(type) {
    return this.distinct.filter((e) => e.type === type);
  }

  texts() {
    return this.of('message.received').map((e) => e.data.text);
  }

  async stop() {
    for (const s of this.sockets) s.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
