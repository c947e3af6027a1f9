/* A small HTTP client: one promise a request, kept connections, no redirects, no magic. */
import { Agent, request as httpRequest } from 'node:http';
import { patience } from './system.mjs';

/* → { status, headers, bytes, text, json }. Rejects when there is no whole answer (reset, time-out). `agent`:
 * connections to reuse; without one each request has its own. */
export function request({ port, host = '127.0.0.1', method = 'GET', path = '/', headers = {}, body, agent = false, ms = 10000 * patience }) {
  return new Promise((done, fail) => {
    const out = body === undefined ? null : Buffer.isBuffer(body) ? body : Buffer.from(body);
    const req = httpRequest({ host, port, method, path, agent, headers: { ...headers, ...(out ? { 'Content-Length': out.length } : {}) } }, (res) => {
      const parts = [];
      res.on('data', (d) => parts.push(d));
      res.on('error', fail);
      res.on('end', () => {
        const bytes = Buffer.concat(parts);
        const text = bytes.toString();
        let json;
        try {
          json = JSON.parse(text);
        } catch {
          json = undefined;
        }
        done({ status: res.statusCode, headers: res.headers, bytes, text, json });
      });
    });
    req.setTimeout(ms, () => req.destroy(new Error(`no answer within ${ms} ms`)));
    req.on('error', fail);
    req.end(out ?? undefined);
  });
}

export const keepAlive = (maxSockets = 64) => new Agent({ keepAlive: true, maxSockets });

/* One person or token at the REST API. */
export class Rest {
  constructor(port, { cookie, token, origin } = {}) {
    Object.assign(this, { port, cookie, token, origin, agent: keepAlive(8), csrf: undefined });
  }

  close() {
    this.agent.destroy();
  }

  async call(method, path, body, { headers = {}, ms } = {}) {
    const h = { ...headers };
    if (this.cookie) h.Cookie = this.cookie;
    if (this.token) h.Authorization = `Bearer ${this.token}`;
    if (method !== 'GET') {
      if (this.cookie) {
        this.csrf ??= (await this.call('GET', '/v1/me')).json?.csrf;
        h['X-CSRF'] = this.csrf;
        h.Origin = this.origin;
      }
      if (body !== undefined) h['Content-Type'] = 'application/json';
    }
    return request({ port: this.port, method, path, headers: h, body: body === undefined ? undefined : JSON.stringify(body), agent: this.agent, ms });
  }

  /* The JSON of a read that must succeed. */
  async get(path) {
    const r = await this.call('GET', path);
    if (r.status !== 200) throw new Error(`GET ${path}: ${r.status} ${r.text.slice(0, 200)}`);
    return r.json;
  }
}
