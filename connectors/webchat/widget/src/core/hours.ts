/* Whether somebody is there, as the welcome told it: open until closesAt, closed until opensAt. */
import type { Config } from './frames';

export class Hours {
  private base = false;
  private closesAt = 0; // 0: not known
  private opensAt = 0;

  told(config: Config, now: number): void {
    this.base = config.open;
    this.closesAt = config.open && config.closesInMs ? now + config.closesInMs : 0;
    this.opensAt = config.opensInMs ? now + config.opensInMs : 0;
  }

  open(now: number): boolean {
    if (this.opensAt && now >= this.opensAt) return true; // of the day after we know nothing: the next welcome does
    return this.base && !(this.closesAt && now >= this.closesAt);
  }

  /* When it is open again; 0: it is open, or nobody knows. */
  backAt(now: number): number {
    return this.open(now) ? 0 : this.opensAt;
  }

  /* The next change, as a wait; 0: none is known. */
  next(now: number): number {
    const at = [this.closesAt, this.opensAt].filter((t) => t > now);
    return at.length ? Math.min(...at) - now : 0;
  }
}
