/* One connection that is always wanted: connects, says hello, keeps alive, and comes back for ever.
 *
 * Happy path: start → wire open → hello → welcome (the owner calls established) → frames.
 * Failures: no welcome within 15 s, no pong within 10 s, or closed: wait with jitter, connect again. */
import { retryDelay } from './backoff';
import type { Env, Wire } from './env';
import { parseFrame, type ClientFrame, type ServerFrame } from './frames';
import { Timers } from './timers';

export type LinkState = 'off' | 'connecting' | 'up' | 'waiting';

export interface LinkOwner {
  hello(): ClientFrame;
  frame(f: ServerFrame): void;
  changed(): void;
}

const WELCOME_MS = 15_000;
const PING_MS = 25_000;
const PONG_MS = 10_000;
const STABLE_MS = 10_000;

export class Link {
  state: LinkState = 'off';
  code = 0; // why it was closed last
  attempts = 0;
  private wire: Wire | null = null;
  private epoch = 0; // events of an older wire are ignored
  private timers: Timers;
  private heardAt = 0;

  constructor(private env: Env, private owner: LinkOwner) {
    this.timers = new Timers(env);
  }

  start(): void {
    if (this.state === 'off') this.connect();
  }

  stop(): void {
    this.drop();
    this.set('off');
  }

  /* Now, if it waits for its next attempt: the network is said to be back. */
  hurry(): void {
    if (this.state !== 'waiting' || this.refused()) return;
    this.attempts = Math.min(this.attempts, 2);
    this.connect();
  }

  /* A new connection instead of this one; hello is asked again. */
  restart(): void {
    if (this.state === 'off') return;
    this.connect();
  }

  /* Is the peer still there? (After sleep, when the tab comes to the front.) */
  probe(ms = PONG_MS): void {
    if (this.state !== 'up') return this.hurry();
    this.send({ t: 'ping' });
    const asked = this.env.now();
    this.timers.later('pong', ms, () => {
      if (this.heardAt < asked) this.lost(0);
    });
  }

  established(): void {
    this.timers.stop('welcome');
    this.code = 0;
    this.set('up');
    this.timers.later('stable', STABLE_MS, () => (this.attempts = 0));
    this.beat();
  }

  /* The server closes us, the page goes into the back/forward cache, the network is gone. */
  lost(code: number): void {
    if (this.state === 'off' || this.state === 'waiting') return;
    this.drop();
    this.code = code;
    const delay = retryDelay(this.attempts++, code, this.env.random());
    this.timers.later('retry', delay, () => this.connect());
    this.set('waiting');
  }

  refused(): boolean {
    return this.code === 4400 || this.code === 4403 || this.code === 4404;
  }

  send(f: ClientFrame): boolean {
    if (this.state !== 'up' || !this.wire) return false;
    return this.put(f);
  }

  private put(f: ClientFrame): boolean {
    try {
      this.wire?.send(JSON.stringify(f));
      return true;
    } catch {
      return false;
    }
  }

  private connect(): void {
    this.drop();
    const epoch = this.epoch;
    const mine = () => epoch === this.epoch;
    this.state = 'connecting';
    this.timers.later('welcome', WELCOME_MS, () => this.lost(0));
    try {
      this.wire = this.env.connect({
        open: () => mine() && this.put(this.owner.hello()),
        closed: (code) => mine() && this.lost(code),
        message: (data) => {
          if (!mine()) return;
          this.heardAt = this.env.now();
          for (const line of typeof data === 'string' ? data.split('\n') : []) {
            const f = mine() && parseFrame(line);
            if (f) this.owner.frame(f);
          }
        },
      });
    } catch {
      this.lost(0);
      return;
    }
    this.owner.changed();
  }

  private drop(): void {
    this.epoch++;
    this.timers.clear();
    const wire = this.wire;
    this.wire = null;
    try {
      wire?.close();
    } catch {
      /* it was closed already */
    }
  }

  private beat(): void {
    this.timers.later('ping', PING_MS, () => {
      this.probe();
      this.beat();
    });
  }

  private set(state: LinkState): void {
    this.state = state;
    this.owner.changed();
  }
}
