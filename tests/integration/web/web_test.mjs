// TLS, and HTTP as Node speaks it, against echo_server.c. Run by ctest, which names the server in
// ECHO_SERVER.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';

const folder = mkdtempSync(join(tmpdir(), 'web-'));
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
let server;
let lines;
let ports;

function makeCertificate(name, toCert, toKey) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', toKey, '-out', toCert], { stdio: 'ignore' });
}

// Waits for the server's next line.
function nextLine() {
  if (lines.ready.length) return Promise.resolve(lines.ready.shift());
  return new Promise((resolve) => lines.waiting.push(resolve));
}

before(async () => {
  makeCertificate('first', cert, key);
  server = spawn(process.env.ECHO_SERVER, ['--tls', cert, key, '--proxy', '127.0.0.1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  lines = { ready: [], waiting: [] };
  let rest = '';
  server.stdout.setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    for (const line of parts) {
      const waiting = lines.waiting.shift();
      if (waiting) waiting(line);
      else lines.ready.push(line);
    }
  });
  const [, plain, , secure] = (await nextLine()).split(' ');
  ports = { plain: Number(plain), secure: Number(secure) };
});

after(async () => {
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  const [code] = await gone;
  rmSync(folder, { recursive: true, force: true });
  assert.equal(code, 0, 'the server ends cleanly');
});

function request(options, body) {
  const { secure = false, ...rest } = options;
  const module = secure ? https : http;
  return new Promise((resolve, reject) => {
    const req = module.request({ host: '127.0.0.1', port: secure ? ports.secure : ports.plain, rejectUnauthorized: false, ...rest }, (res) => {
      const chunks = [];
      res.on('data', (c) => chunks.push(c));
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks), socket: res.socket }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

for (const secure of [false, true]) {
  const name = secure ? 'TLS' : 'plain';

  test(`${name}: bodies of many sizes come back whole over kept-alive connections`, async () => {
    const agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 4 });
    const sizes = [1, 100, 4095, 4096, 16384, 40000, 65536, 300 * 1024, 5 << 20];
    await Promise.all([...sizes, ...sizes].map(async (size, i) => {
      const body = randomBytes(size);
      const res = await request({ secure, agent, method: 'POST', path: i % 2 ? '/later' : '/echo', headers: { 'Content-Length': size } }, body);
      assert.equal(res.status, 200);
      assert.equal(res.body.length, size);
      assert.ok(res.body.equals(body), `${size} bytes`);
    }));
    agent.destroy();
  });

  test(`${name}: a chunked body is refused`, async () => {
    const res = await request({ secure, method: 'POST', path: '/echo', headers: { 'Transfer-Encoding': 'chunked' } }, 'x');
    assert.equal(res.status, 411);
  });

  test(`${name}: many at once, some of which leave`, async () => {
    const all = [];
    for (let i = 0; i < 300; i++) {
      const body = randomBytes(2000);
      const abort = i % 5 === 0 ? new AbortController() : undefined;
      const one = request({ secure, method: 'POST', path: '/later', signal: abort?.signal, headers: { 'Content-Length': 2000 } }, body);
      if (abort) setImmediate(() => abort.abort());
      all.push(one.then((res) => assert.ok(res.body.equals(body)), (error) => assert.ok(abort, error)));
    }
    await Promise.all(all);
    assert.equal((await request({ secure, path: '/info' })).status, 200);
  });
}

test('TLS: HTTP/1.1 is what is agreed on, in TLS 1.2 or newer', async () => {
  const connect = (options) => tls.connect({ host: '127.0.0.1', port: ports.secure, rejectUnauthorized: false, ...options });
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const socket = connect({ ALPNProtocols: ['h2', 'http/1.1'], minVersion: version, maxVersion: version });
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, 'http/1.1');
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  const old = connect({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  await assert.rejects(once(old, 'secureConnect'));
});

test('TLS: plain text at the TLS port, and garbage, cost nothing', async () => {
  const net = await import('node:net');
  for (const junk of ['GET / HTTP/1.1\r\n\r\n', randomBytes(500)]) {
    const socket = net.connect(ports.secure, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(junk);
    await new Promise((resolve) => { socket.on('close', resolve); });
  }
  assert.equal((await request({ secure: true, path: '/info' })).status, 200);
});

test('TLS counts as secure, a trusted proxy may say so, too', async () => {
  const text = async (options) => String((await request({ path: '/info', ...options })).body);
  assert.equal(await text({}), '127.0.0.1 local');
  assert.equal(await text({ secure: true }), '127.0.0.1 secure local');
  assert.equal(await text({ headers: { 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https' } }), '192.0.2.7 secure');
});

test('TLS: a WebSocket echoes, small and large', async () => {
  const socket = tls.connect({ host: '127.0.0.1', port: ports.secure, rejectUnauthorized: false });
  const k = randomBytes(16).toString('base64');
  let buffer = Buffer.alloc(0);
  let wake = () => {};
  socket.on('data', (c) => { buffer = Buffer.concat([buffer, c]); wake(); });
  const need = async (n) => { while (buffer.length < n) await new Promise((r) => { wake = r; }); };
  await once(socket, 'secureConnect');
  socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${k}\r\n\r\n`);
  while (!buffer.includes('\r\n\r\n')) await new Promise((r) => { wake = r; });
  const head = String(buffer.subarray(0, buffer.indexOf('\r\n\r\n')));
  assert.match(head, /^HTTP\/1\.1 101 /);
  const accept = createHash('sha1').update(k + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  assert.ok(head.includes(accept));
  buffer = buffer.subarray(head.length + 4);
  for (const size of [5, 600, 20000, 500000, 1]) {
    const payload = Buffer.alloc(size, 'é'.repeat(10) + 'x');
    const text = Buffer.from(payload.toString('utf8').slice(0, -2).padEnd(1, 'y'));
    const length = text.length < 126 ? Buffer.from([0x80 | text.length])
      : text.length < 65536 ? Buffer.from([0x80 | 126, text.length >> 8, text.length & 255])
        : (() => { const b = Buffer.alloc(9); b[0] = 0x80 | 127; b.writeBigUInt64BE(BigInt(text.length), 1); return b; })();
    socket.write(Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), text]));
    const lead = text.length < 126 ? 2 : text.length < 65536 ? 4 : 10;
    await need(lead + text.length);
    assert.ok(buffer.subarray(lead, lead + text.length).equals(text), `${size} bytes`);
    buffer = buffer.subarray(lead + text.length);
  }
  socket.destroy();
});

test('TLS: a new certificate serves new connections; a bad one changes nothing', async () => {
  const nameOf = async () => {
    const socket = tls.connect({ host: '127.0.0.1', port: ports.secure, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return name;
  };
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const kept = await request({ secure: true, agent, path: '/info' });
  assert.equal(await nameOf(), 'first');
  const otherCert = join(folder, 'other.pem');
  const otherKey = join(folder, 'other-key.pem');
  makeCertificate('second', otherCert, otherKey);
  copyFileSync(otherCert, cert);
  server.kill('SIGHUP'); // the old key with the new certificate
  assert.match(await nextLine(), /does not belong/);
  assert.equal(await nameOf(), 'first');
  copyFileSync(otherKey, key);
  server.kill('SIGHUP');
  assert.equal(await nextLine(), 'reloaded');
  assert.equal(await nameOf(), 'second');
  const again = await request({ secure: true, agent, path: '/info' });
  assert.equal(again.status, 200);
  assert.equal(again.socket, kept.socket);
  agent.destroy();
  writeFileSync(cert, 'nonsense');
  server.kill('SIGHUP');
  assert.match(await nextLine(), /expected PEM/);
  assert.equal(await nameOf(), 'second');
});
