/* Between the loader (always on the page), the panel (fetched when somebody wants to talk) and its parts:
 * attach.js (files) and callback.js (where a call back is offered). */
import type { Session } from '../core/session';
import type { Stage } from '../core/stage';
import type { Tongue } from '../words';

export type EventName = 'ready' | 'open' | 'close' | 'message' | 'unread' | 'state' | 'connection' | 'error' | 'destroy';

export interface Bridge {
  base: string; // "https://chat.example.org", no slash at the end
  channel: string;
  key: string; // of the storage
  root: ShadowRoot;
  box: HTMLElement; // inside root; carries lang, dir, data-theme, data-side
  lang: string;
  unread(n: number): void;
  emit(event: EventName, data?: unknown): void;
  close(): void; // the panel asks to be closed
  fetchAttach(): void; // it reports to tandem.attach
  part(integrity: string, done: (make: CallbackFactory) => void): void; // not called where it cannot be fetched
}

/* What the part for files (attach.js) is given; it answers with how to take it away. */
export interface AttachSeat {
  root: ShadowRoot;
  lang: string;
  session: Session;
}
export type Attach = (seat: AttachSeat) => () => void;

/* "Call me back": an element that stands above the composer, or in place of what follows a message left. */
export interface CallbackPart {
  el: HTMLElement;
  update(stage: Stage, asking: boolean): void;
  problem(text: string): void;
}

export type CallbackFactory = (s: Session, t: Tongue, filled: Record<string, string>) => CallbackPart;

export interface Panel {
  show(): void;
  hide(): void;
  command(name: string, args: unknown[]): void;
  destroy(): void;
}

export type PanelFactory = (bridge: Bridge) => Panel;

/* The function on the page: tandem('open'), and where the panel reports. */
export interface TandemFunction {
  (command: string, ...args: unknown[]): void;
  q?: ArrayLike<unknown>[]; // what a stub collected before the loader came
  panel?: (version: string, factory: PanelFactory) => void;
  attach?: (attach: Attach) => void;
  part?: (version: string, factory: CallbackFactory) => void; // callback.js reports here
}

declare global {
  interface Window {
    tandem?: TandemFunction;
  }
  const VERSION: string;
  const INTEGRITY: string;
  const ATTACH_INTEGRITY: string;
  const CALLBACK_INTEGRITY: string;
}
