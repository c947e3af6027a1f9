/* A socket that comes back: what both protocols (src/edge/README.md, connectors/webchat/README.md) ask of
 * a client. It says hello, sends what has no result again with its old id, in order, and hands each
 * command's end to whoever waits for it.
 *
 * A command: queued → sent → acked (durable) → gone (its result, or refused for good). Events:
 * 'frame' (every frame), 'up' (hello was answered), 'down' (code), 'ack' (command), 'result'
 * (command, frame). */
import { EventEmitter } from 'node:events';
import WebSocket from 'ws';
import { deferred } from './system.mjs';

const TRANSIENT = new Set(['unavailable', 'busy']);

export class Link extends EventEmitter {
  /* window: how many commands may wait for their ack at once. */
  constructor({ url, headers = {}, window = Infinity, reconnect = true, retryMs = 100 }) {
    super();
    this.setMaxListeners(0);
    Object.assign(this, { url, headers, window, reconnect, retryMs });
    this.items = [];
    this.nextId = 1;
    this.isUp = false;
    this.closed = false;
    this.storeUp = true;
    this.connects = 0;
    this.open();
  }

  /* ---- the wire ---- */

  open() {
    const ws = new WebSocket(this.url, { headers: this.headers, perMessageDeflate: false, handshakeTimeout: 5000 });
    this.ws = ws;
    ws.on('open', () => {
      this.connects++;
      this.put(this.hello());
    });
    ws.on('message', (data) => {
      if (ws !== this.ws) return;
      for (const line of data.toString().split('\n')) {
        const f = JSON.parse(line);
        this.emit('frame', f);
        this.take(f);
      }
    });
    ws.on('error', (e) => (this.lastError = e));
    ws.on('close', (code) => this.onClose(ws, code));
  }

  onClose(ws, code) {
    if (ws !== this.ws) return;
    this.isUp = false;
    this.code = code;
    clearTimeout(this.holding);
    this.holding = undefined;
    /* A result goes to the socket that asked: the next one has to ask again. */
    for (const c of this.items) c.state = 'queued';
    this.emit('down', code);
    if (this.reconnect && !this.closed) this.timer = setTimeout(() => this.open(), this.retryMs * (0.5 + Math.random()));
  }

  put(frame) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /* Ends for good; a command without a result is rejected. */
  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.holding);
    this.ws.terminate();
    for (const c of this.items) {
      c.ack.reject(new Error('closed'));
      c.result.reject(new Error('closed'));
    }
    this.items = [];
  }

  /* As a lost network: no close frame, and it comes back. */
  drop() {
    this.ws.terminate();
  }

  up() {
    this.isUp = true;
    this.emit('up');
    this.pump();
  }

  whenUp() {
    return this.isUp ? Promise.resolve() : new Promise((done) => this.once('up', done));
  }

  /* ---- commands ---- */

  /* `make(id)` gives the frame. → { id, ack, result, … } with promises .ack.promise, .result.promise. */
  push(make) {
    const id = this.mint();
    const c = { id, frame: make(id), state: 'queued', ack: deferred(), result: deferred() };
    this.items.push(c);
    this.pump();
    return c;
  }

  mint() {
    return String(this.nextId++);
  }

  pump() {
    if (!this.isUp || this.holding) return;
    let flying = this.items.filter((c) => c.state === 'sent').length;
    for (const c of this.items) {
      if (flying >= this.window) break;
      if (c.state !== 'queued') continue;
      c.state = 'sent';
      flying++;
      this.emit('sent', c);
      this.put(c.frame);
    }
  }

  find(id) {
    return this.items.find((c) => c.id === id);
  }

  forget(c) {
    this.items = this.items.filter((x) => x !== c);
  }

  onAck(id) {
    const c = this.find(id);
    if (!c) return;
    c.state = 'acked';
    if (!c.wasAcked) {
      c.wasAcked = true;
      this.emit('ack', c);
      c.ack.resolve();
    }
    this.pump();
  }

  onResult(f) {
    const c = this.find(f.id);
    if (!c) return;
    this.forget(c);
    if (!c.wasAcked) {
      /* the result itself says that it is durable */
      c.wasAcked = true;
      this.emit('ack', c);
      c.ack.resolve();
    }
    this.emit('result', c, f);
    c.result.resolve(f);
    this.pump();
  }

  onRefused(f) {
    const c = this.find(f.id);
    if (!c) return;
    if (!TRANSIENT.has(f.error)) {
      this.forget(c);
      const e = new Error(`refused: ${f.error}: ${f.text}`);
      e.frame = f;
      c.ack.reject(e);
      c.result.reject(e);
      this.emit('refused', c, f);
      this.pump();
      return;
    }
    /* What was sent behind it goes again behind it: order is kept. */
    const from = this.items.indexOf(c);
    this.items.forEach((x, i) => {
      if (i >= from && x.state === 'sent') x.state = 'queued';
    });
    this.holding ??= setTimeout(() => {
      this.holding = undefined;
      this.pump();
    }, this.retryMs);
  }

  take(f) {
    if (f.t === 'ack') this.onAck(f.id);
    else if (f.t === 'result') this.onResult(f);
    else if (f.t === 'refused') this.onRefused(f);
    else if (f.t === 'store') {
      this.storeUp = f.up;
      this.emit('store', f.up);
    }
  }
}
