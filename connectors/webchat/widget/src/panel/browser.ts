/* The browser's clock, wire and disk for the core. */
import type { Env, KeyValue } from '../core/env';

function disk(): KeyValue | null {
  try {
    return window.localStorage;
  } catch {
    return null; // denied: the conversation lives as long as the page
  }
}

export function browserEnv(base: string): Env {
  const url = base.replace(/^http/, 'ws') + '/chat/ws';
  return {
    base,
    now: () => Date.now(),
    random: () => Math.random(),
    after(ms, run) {
      const id = setTimeout(run, ms);
      return () => clearTimeout(id);
    },
    connect(events) {
      const ws = new WebSocket(url);
      let over = false;
      const closed = (code: number) => {
        if (!over) events.closed(code);
        over = true;
      };
      ws.onopen = () => events.open();
      ws.onmessage = (e) => events.message(e.data);
      ws.onclose = (e) => closed(e.code);
      return {
        send: (text) => ws.send(text),
        close: () => {
          over = true;
          ws.close();
        },
      };
    },
    storage: disk(),
  };
}

export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
