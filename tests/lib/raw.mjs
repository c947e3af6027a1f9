/* Bytes to a port as they are, and what comes back: for requests that no well-behaved client makes. */
import { connect } from 'node:net';

/* Writes the parts one after the other, → all that came until the peer closed or `quietMs` passed without
 * a byte. { text, closed, reset } */
export function raw(port, parts, { quietMs = 700, pauseMs = 0 } = {}) {
  return new Promise((done) => {
    const s = connect(port, '127.0.0.1');
    const got = [];
    let timer;
    const end = (how) => {
      clearTimeout(timer);
      s.destroy();
      done({ text: Buffer.concat(got).toString(), closed: false, reset: false, ...how });
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => end({}), quietMs);
    };
    s.on('data', (d) => {
      got.push(d);
      wait();
    });
    s.on('error', () => end({ closed: true, reset: true }));
    s.on('close', () => end({ closed: true }));
    s.on('connect', async () => {
      for (const p of [].concat(parts)) {
        s.write(p);
        if (pauseMs) await new Promise((r) => setTimeout(r, pauseMs));
      }
      wait();
    });
  });
}

/* The status codes of all answers in a text, in order. */
export const statuses = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((m) => Number(m[1]));

export function post(path, body, headers = {}) {
  const lines = Object.entries({ Host: '127.0.0.1', 'Content-Length': Buffer.byteLength(body), ...headers }).filter(([, v]) => v !== null);
  return `POST ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`;
}
