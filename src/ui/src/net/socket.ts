/* One WebSocket that comes back for ever. It knows the link, not the meaning of frames, beyond pong.
 *
 * Lost when: the socket closes, or 25 s pass without a frame although we asked by ping every 15 s. */
import { backoff } from './backoff';
import { parseFrames, type Frame } from './frames';
import type { Link } from '../store/state';

const PING_MS = 15_000;
const SILENT_MS = 10_000; // after a ping
const CONNECT_MS = 10_000;
const SETTLED_MS = 5_000;

export interface SocketHost {
  url: string;
  hello(): object;
  onFrame(f: Frame): void;
  onLink(link: Link): void;
  onPong(serverNow: number, sentAt: number): void;
  /* After a connection that never opened: is there still a session? */
  loggedIn(): Promise<boolean>;
}

export class Socket {
  private ws: WebSocket | null = null;
  private attempt = 0;
  private openedAt = 0;
  private lastOpen = 0;
  private helloAt = 0;
  private pingAt = 0;
  private heard = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private running = false;

  constructor(private readonly host: SocketHost) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.attempt = 0;
    window.addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    this.connect();
  }

  stop(): void {
    this.running = false;
    window.removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    clearTimeout(this.timer);
    this.drop();
    this.host.onLink({ state: 'idle' });
  }

  send(frame: object): boolean {
    if (this.ws?.readyState !== WebSocket.OPEN) return false;
    this.ws.send(JSON.stringify(frame));
    return true;
  }

  retryNow = (): void => {
    if (!this.running || this.ws) return;
    clearTimeout(this.timer);
    this.connect();
  };

  /* The machine woke up, or the network came back: do not wait for the next beat. */
  private wake = (): void => {
    if (document.visibilityState === 'hidden') return;
    if (this.ws) this.ping();
    else this.retryNow();
  };

  private connect(): void {
    const ws = new WebSocket(this.host.url);
    this.ws = ws;
    this.host.onLink({ state: 'connecting', attempt: this.attempt });
    let opened = false;
    this.timer = setTimeout(() => this.lose(ws, opened), CONNECT_MS);
    ws.onopen = () => {
      opened = true;
      this.openedAt = this.helloAt = this.heard = Date.now();
      ws.send(JSON.stringify(this.host.hello()));
    };
    ws.onmessage = (ev) => {
      if (this.ws !== ws || typeof ev.data !== 'string') return;
      this.heard = Date.now();
      for (const f of parseFrames(ev.data)) if (this.ws === ws) this.receive(f);
    };
    ws.onclose = (ev) => this.lose(ws, opened, ev.code, ev.reason);
  }

  private receive(f: Frame): void {
    if (f.t === 'welcome') {
      clearTimeout(this.timer);
      this.host.onPong(f.now, this.helloAt);
      clearInterval(this.beat);
      this.beat = setInterval(() => this.ping(), PING_MS);
    } else if (f.t === 'pong') {
      if (f.now && this.pingAt) this.host.onPong(f.now, this.pingAt);
      this.pingAt = 0;
      return;
    }
    this.host.onFrame(f);
    if (f.t === 'resumed' || (f.t === 'snapshot' && f.last)) {
      this.lastOpen = Date.now();
      this.host.onLink({ state: 'open' });
    }
  }

  private ping(): void {
    const ws = this.ws;
    if (!ws || !this.send({ t: 'ping' })) return;
    const asked = Date.now();
    this.pingAt = asked;
    setTimeout(() => {
      if (this.ws === ws && this.heard < asked) this.lose(ws, true);
    }, SILENT_MS);
  }

  private drop(): void {
    clearInterval(this.beat);
    const ws = this.ws;
    this.ws = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }

  private lose(ws: WebSocket, opened: boolean, code = 1006, reason = ''): void {
    if (this.ws !== ws) return;
    clearTimeout(this.timer);
    this.drop();
    if (!this.running) return;
    if (code === 4401) return this.refuse(code, 'You are logged out.');
    if (code === 4403) return this.refuse(code, reason || 'The server does not accept this page’s address.');
    // Only a connection that lasted starts the counting anew: one that is thrown out at once does not.
    if (this.lastOpen >= this.openedAt && opened && Date.now() - this.lastOpen > SETTLED_MS) this.attempt = 0;
    const delay = code === 4429 ? 30_000 : backoff(this.attempt);
    this.attempt++;
    this.host.onLink({ state: 'waiting', attempt: this.attempt, retryAt: Date.now() + delay, lastOpen: this.lastOpen });
    this.timer = setTimeout(() => this.connect(), delay);
    if (!opened) void this.checkSession();
  }

  private async checkSession(): Promise<void> {
    if (!(await this.host.loggedIn()) && this.running && this.ws?.readyState !== WebSocket.OPEN) {
      this.refuse(4401, 'You are logged out.');
    }
  }

  private refuse(code: number, text: string): void {
    this.stop();
    this.host.onLink({ state: 'refused', code, text });
  }
}
