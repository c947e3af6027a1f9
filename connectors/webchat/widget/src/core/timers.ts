/* Timers by name: starting one again replaces it, and all end with their owner. */
import type { Env } from './env';

export class Timers {
  private running: Record<string, () => void> = {};

  constructor(private env: Env) {}

  later(name: string, ms: number, run: () => void): void {
    this.stop(name);
    this.running[name] = this.env.after(ms, () => {
      delete this.running[name];
      run();
    });
  }

  on(name: string): boolean {
    return name in this.running;
  }

  stop(...names: string[]): void {
    for (const name of names) {
      this.running[name]?.();
      delete this.running[name];
    }
  }

  clear(): void {
    this.stop(...Object.keys(this.running));
  }
}
