/* Drives the provider's pure functions (probe.c) and does the HTTP for them. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { binaries } from '../../lib/system.mjs';

export class Probe {
  constructor(settings) {
    Object.assign(this, { settings, session: '', waiting: [], requests: [] });
    this.child = spawn(`${binaries}/tests/integration/bluesky/bluesky-probe`, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.on('error', (e) => this.end(e.message));
    this.child.on('exit', (code) => this.end(`the probe ended with ${code}`));
    createInterface({ input: this.child.stdout }).on('line', (l) => this.waiting.shift()(JSON.parse(l)));
  }

  end(why) {
    for (const done of this.waiting.splice(0)) done({ error: why });
    this.ended = why;
  }

  ask(what) {
    const { settings, session } = this;
    return new Promise((done) => {
      if (this.ended) return done({ error: this.ended });
      this.waiting.push(done);
      this.child.stdin.write(JSON.stringify({ settings, session, ...what }) + '\n');
    });
  }

  /* Builds, asks the server, reads the answer. */
  async exchange(what, body) {
    const { request, error } = await this.ask(what);
    if (!request) throw new Error(error);
    this.requests.push(request);
    const r = await fetch(request.url, { method: request.method, headers: request.headers, body: body ?? request.body });
    const headers = Object.fromEntries([...r.headers].filter(([, v]) => v.length < 500));
    const answer = { status: r.status, headers, body: await r.text() };
    return { ...(await this.ask({ ...what, answer })), status: r.status, text: answer.body };
  }

  async login() {
    const r = await this.exchange({ login: {} });
    if (r.error || r.status !== 200) throw new Error(`login: ${r.status} ${r.text}`);
    this.session = r.value;
    return r;
  }

  /* Asks until the cursor rests: all messages, and how many requests it took. */
  async poll(at, number = 0) {
    const messages = [];
    for (let n = 1; ; n++) {
      const r = await this.exchange({ poll: { number, cursor: at.cursor ?? '' } });
      if (r.error || r.status !== 200) throw new Error(`poll: ${r.error} ${r.status} ${r.text.slice(0, 500)}`);
      messages.push(...(r.incoming.messages ?? []));
      at.cursor = r.incoming.cursor;
      if (!/[&]page=/.test(at.cursor)) return { messages, requests: n };
    }
  }

  submit(message) {
    return this.exchange({ submit: message });
  }

  stop() {
    this.child.stdin.end();
  }
}
