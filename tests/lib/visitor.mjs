/* A visitor's widget without a page. Sends one at a time, as the widget does: the next when the last is
 * acked. Events, besides Link's: 'line' (a line of the conversation), 'visit'. */
import { randomBytes } from 'node:crypto';
import { Link } from './link.mjs';

export class Visitor extends Link {
  constructor({ port, channel = 'web', origin = `http://127.0.0.1:${port}`, token, ...rest }) {
    super({ url: `ws://127.0.0.1:${port}/chat/ws`, headers: { Origin: origin }, window: 1, ...rest });
    this.channel = channel;
    this.tab = randomBytes(12).toString('hex');
    this.token = token;
    this.lines = new Map(); /* seq → line */
    this.have = 0;
    this.visit = { state: 'idle' };
  }

  hello() {
    return { t: 'hello', channel: this.channel, tab: this.tab, ...(this.token ? { token: this.token, have: this.have } : {}) };
  }

  /* Ids of two tabs of one visitor must differ: they share one list of what was seen. */
  mint() {
    return `${this.tab.slice(0, 8)}-${this.nextId++}`;
  }

  start(fields = { name: 'Ada' }) {
    return this.push((id) => ({ t: 'open', id, fields }));
  }

  send(text) {
    const c = this.push((id) => ({ t: 'send', id, text }));
    c.text = text;
    return c;
  }

  end() {
    return this.push((id) => ({ t: 'end', id }));
  }

  rate(rating, text) {
    return this.push((id) => ({ t: 'rate', id, rating, text }));
  }

  take(f) {
    super.take(f);
    if (f.t === 'welcome') {
      this.token = f.token;
      this.id = f.visitor;
      this.config = f.config;
      this.up();
    } else if (f.t === 'messages') {
      for (const line of f.items) {
        if (this.lines.has(line.seq)) continue;
        this.lines.set(line.seq, line);
        this.emit('line', line);
      }
      /* Without a gap up to here: what a reconnect need not send again. */
      if (f.last > this.have && !f.more) this.have = f.last;
    } else if (f.t === 'visit') {
      this.visit = f;
      this.emit('visit', f);
    }
  }
}
