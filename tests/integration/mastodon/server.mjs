/* A stand-in for a Mastodon server, written from its documentation: notifications with min_id, a
 * hashtag's timeline, the notification stream, posting with an Idempotency-Key. It keeps every post and
 * every request, and can cut the stream. */
import { createServer } from 'node:http';

const us = { id: '1', acct: 'help', username: 'help', display_name: 'Help' };

export class FakeMastodon {
  static async start() {
    const p = new FakeMastodon();
    Object.assign(p, { token: 'token-of-the-tests', next: 7000, notifications: [], tagged: [], posts: [], likes: [], requests: [], streams: new Set(), sockets: new Set(), keys: new Map(), mute: false, holdsAnswers: false });
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

  status(text, { from = 'alice@remote.example', visibility = 'public', mentions = [us], reply } = {}) {
    const id = String(this.next++);
    return {
      id, created_at: new Date().toISOString(), in_reply_to_id: reply ?? null, spoiler_text: '', visibility, language: 'en',
      url: `https://remote.example/@alice/${id}`, content: `<p>${text}</p>`, mentions, media_attachments: [], reblog: null,
      account: { id: '9', acct: from, username: from.split('@')[0], display_name: 'Alice', bot: false, followers_count: 42 },
    };
  }

  mention(text, options = {}) {
    const status = this.status(text, options);
    const n = { id: String(this.next++), type: 'mention', created_at: status.created_at, account: status.account, status };
    this.notifications.push(n);
    this.tell('notification', n);
    return status;
  }

  hashtag(text, from) {
    const status = this.status(text, { from, mentions: [] });
    this.tagged.push(status);
    return status;
  }

  tell(event, payload) {
    for (const res of this.streams) res.write(`event: ${event}\ndata: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`);
  }

  cutStreams() {
    for (const res of this.streams) res.destroy();
  }

  handle(req, res) {
    const url = new URL(req.url, this.url);
    const say = (status, json, headers = {}) => {
      res.writeHead(status, { 'Content-Type': 'application/json', 'X-RateLimit-Limit': '300', 'X-RateLimit-Remaining': '299', 'X-RateLimit-Reset': new Date(Date.now() + 300000).toISOString(), ...headers });
      res.end(JSON.stringify(json));
    };
    this.requests.push({ method: req.method, path: url.pathname, at: Date.now() });
    if (req.headers.authorization !== `Bearer ${this.token}`) return say(401, { error: 'The access token is invalid' });
    if (url.pathname === '/api/v1/notifications') return this.page(this.notifications, url, say);
    if (url.pathname.startsWith('/api/v1/timelines/tag/')) return this.page(this.tagged, url, say);
    if (url.pathname === '/api/v1/streaming/user/notification') return this.stream(req, res, say);
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => this.post(url.pathname, req.headers['idempotency-key'], new URLSearchParams(Buffer.concat(parts).toString()), say));
  }

  /* The oldest `limit` after min_id, newest first; without min_id the newest. */
  page(all, url, say) {
    const min = url.searchParams.get('min_id');
    const limit = Number(url.searchParams.get('limit') ?? 40);
    const later = min === null ? all.slice(-limit) : all.filter((x) => BigInt(x.id) > BigInt(min)).slice(0, limit);
    const list = later.toReversed ? later.toReversed() : [...later].reverse();
    say(200, list, list.length ? { Link: `<${this.url}${url.pathname}?min_id=${list[0].id}>; rel="prev"` } : {});
  }

  stream(req, res, say) {
    if (this.mute) return say(503, { error: 'later' });
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write(':)\n\n');
    this.streams.add(res);
    res.on('close', () => this.streams.delete(res));
  }

  post(path, key, form, say) {
    const like = /^\/api\/v1\/statuses\/(\d+)\/favourite$/.exec(path);
    if (like) {
      this.likes.push(like[1]);
      return say(200, { id: like[1] });
    }
    if (path !== '/api/v1/statuses') return say(404, { error: 'Record not found' });
    if (!this.keys.has(key)) {
      const status = { id: String(this.next++), key, ...Object.fromEntries(form) };
      this.keys.set(key, status);
      this.posts.push(status);
    }
    if (this.holdsAnswers) return undefined; /* never */
    return say(200, this.keys.get(key));
  }

  async stop() {
    for (const s of this.sockets) s.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
