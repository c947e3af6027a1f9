/* Everything impure that the core needs, injected, so that tests own the clock, the wire and the disk. */

export interface Wire {
  send(text: string): void;
  close(): void;
}
export interface WireEvents {
  open(): void;
  message(data: unknown): void;
  closed(code: number): void; // once; also when connecting failed
}
export interface KeyValue {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
export interface Env {
  now(): number;
  random(): number; // [0, 1)
  after(ms: number, run: () => void): () => void; // returns cancel
  connect(events: WireEvents): Wire;
  storage: KeyValue | null;
  base?: string; // where the daemon is: "https://chat.example"
}
