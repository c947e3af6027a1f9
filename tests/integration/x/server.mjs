/* A stand-in for X's API v2, written from its documentation: the mentions with since_id, pagination_token and
 * max_results, POST /2/tweets, and tokens whose refresh token is good for one use. It keeps every request. */
import { createServer } from 'node:http';

const us = { id: '900', username: 'acme', name: 'Acme', public_metrics: { followers_count: 5 } };
const alice = { id: '77', username: 'alice', name: 'Alice', public_metrics: { followers_count: 42 } };

export class FakeX {
  static async start() {
    const p = new FakeX();
    Object.assign(p, { next: 1800000000000000000n, posts: [], tweets: [], requests: [], tokens: [], sockets: new Set(), access: null, refresh: 'refresh-0', limitUntil: 0, broke: false, holds: null });
    p.server = createServer((req, res) => p.handle(req, res));
    p.server.on('connection', (s) => {
      p.sockets.add(s);
      s.on('error', () => {});
      s.on('close', () => p.sockets.delete(s));
    });
    await new Promise((done) => p.server.listen(0, '127.0.0.1', done));
    p.url = `http://127.0.0.1:${p.server.address().port}`;
    return p;
  }

  mention(text, more = {}) {
    const id = String((this.next += 4194304n));
    this.posts.unshift({
      id, text: `@acme ${text}`, author_id: '77', conversation_id: id, created_at: new Date().toISOString(), lang: 'en',
      public_metrics: { like_count: 0 }, entities: { mentions: [{ start: 0, end: 5, username: 'acme', id: '900' }] }, ...more,
    });
    return id;
  }

  handle(req, res) {
    const url = new URL(req.url, this.url);
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const request = { method: req.method, path: url.pathname, query: url.searchParams, body, at: Date.now(), auth: req.headers.authorization };
      this.requests.push(request);
      const say = (status, json, headers = {}) => {
        request.status = status;
        res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        res.end(JSON.stringify(json));
      };
      if (url.pathname === '/2/oauth2/token') this.token(new URLSearchParams(body), req, say);
      else if (!this.access || req.headers.authorization !== `Bearer ${this.access}`) say(401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' });
      else this.call(req.method, url, body, say);
    });
  }

  /* RFC 6749 §6, each refresh token once. */
  token(form, req, say) {
    this.tokens.push(form.get('refresh_token'));
    const basic = `Basic ${Buffer.from('client:hush').toString('base64')}`;
    if (req.headers.authorization !== basic || form.get('grant_type') !== 'refresh_token' || form.get('client_id') !== 'client' || form.get('refresh_token') !== this.refresh)
      return say(400, { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' });
    this.access = `access-${this.tokens.length}`;
    this.refresh = `refresh-${this.tokens.length}`;
    return say(200, { token_type: 'bearer', expires_in: 7200, access_token: this.access, refresh_token: this.refresh, scope: 'tweet.read tweet.write users.read offline.access' });
  }

  call(method, url, body, say) {
    if (url.pathname === '/2/users/900/mentions') return this.mentions(url.searchParams, say);
    if (method === 'POST' && url.pathname === '/2/users/900/likes') return say(200, { data: { liked: true } });
    if (method !== 'POST' || url.pathname !== '/2/tweets') return say(404, { title: 'Not Found', status: 404 });
    if (Date.now() < this.limitUntil)
      return say(429, { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 }, { 'x-rate-limit-limit': '100', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(this.limitUntil / 1000)) });
    if (this.broke) return say(402, { title: 'CreditsDepleted', detail: 'Your enrolled account does not have any credits', type: 'https://api.x.com/2/problems/credits', status: 402 });
    const tweet = { id: String((this.next += 4194304n)), at: Date.now(), ...JSON.parse(body) };
    this.tweets.push(tweet);
    if (this.holds) return undefined; /* never */
    return say(201, { data: { id: tweet.id, text: tweet.text, edit_history_tweet_ids: [tweet.id] } });
  }

  /* Newest first; a page's token is the id below which the next begins. A part that could not be shown is told of. */
  mentions(query, say) {
    const max = Number(query.get('max_results') ?? 10);
    if (max < 5 || max > 100) return say(400, { title: 'Invalid Request', status: 400 });
    const since = BigInt(query.get('since_id') ?? 0);
    const below = query.get('pagination_token');
    const all = this.posts.filter((p) => BigInt(p.id) > since && (!below || BigInt(p.id) < BigInt(below.slice(1))));
    const data = all.slice(0, Math.min(max, this.pageMax ?? 100));
    const meta = { result_count: data.length };
    if (data.length) Object.assign(meta, { newest_id: data[0].id, oldest_id: data.at(-1).id });
    if (all.length > data.length) meta.next_token = `t${data.at(-1).id}`;
    this.handedOut = (this.handedOut ?? 0) + data.length;
    return say(200, {
      ...(data.length ? { data, includes: { users: [alice, us] } } : {}), meta,
      errors: [{ title: 'Not Found Error', resource_type: 'tweet', parameter: 'referenced_tweets.id', detail: 'Could not find it', type: 'https://api.twitter.com/2/problems/resource-not-found' }],
    });
  }

  async stop() {
    for (const s of this.sockets) s.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
