/* A reload leaves alone what it does not change: the line to a phone system that stays as configured is not
 * cut, the one whose secret or address changed is, a new channel begins, one that is gone ends. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asterisk } from '../../lib/asterisk.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { until } from '../../lib/system.mjs';

let d;
let one;
let two;
const phone = (peer, secret) => ({ connector: 'voice_asterisk', host: '127.0.0.1', port: peer.server.address().port, username: 'tandem', secret });

let secretFile;

before(async () => {
  one = await asterisk('first secret');
  two = await asterisk('second secret');
  d = new Daemon();
  await d.prepare();
  secretFile = join(d.dir, 'two.secret');
  writeFileSync(secretFile, 'second secret\n', { mode: 0o600 });
  d.settings.channels.one = phone(one, 'first secret');
  d.settings.channels.two = phone(two, `file:${secretFile}`);
  delete d.settings.channels.phone;
  d.writeSettings(d.settings);
  await d.spawn();
  await until('both lines are up', () => one.logins === 1 && two.logins === 1);
  await until('both run', async () => (await states()).one === 'up' && (await states()).two === 'up');
});

after(async () => {
  await d?.stop();
  one?.server.close();
  two?.server.close();
});

const states = async () => Object.fromEntries(JSON.parse(await d.ctl('--json', 'channels')).map((c) => [c.id, c.state]));
const times = (text) => d.logTail(1e6).split(text).length - 1;

/* Writes the settings, reloads, and waits until what came of it has settled. */
async function reload(change) {
  const n = times('settings reloaded');
  change(d.settings);
  d.writeSettings(d.settings);
  d.current.child.kill('SIGHUP');
  await until('the reload is over', () => times('settings reloaded') === n + 1);
}

test('an unrelated change touches no line', async () => {
  const sockets = [...one.sockets, ...two.sockets];
  await reload((s) => (s.queues.chat.name = 'Live chat'));
  await reload((s) => (s.channels.web.visitor_grace = '4m'));
  await reload(() => {});
  assert.deepEqual([...one.sockets, ...two.sockets], sockets, 'the same sockets');
  assert.deepEqual([one.logins, two.logins], [1, 1]);
});

test('a changed secret, in its file, restarts its channel only', async () => {
  const [line] = one.sockets;
  two.secret = 'another secret';
  writeFileSync(secretFile, 'another secret\n');
  await reload(() => {});
  await until('the second line is there anew', () => two.logins === 2);
  assert.deepEqual([...one.sockets], [line]);
  assert.equal(one.logins, 1);
});

test('a changed setting restarts its channel only', async () => {
  const [line] = two.sockets;
  await reload((s) => (s.channels.one.username = 'tandem-2'));
  await until('the first line is there anew', () => one.logins === 2);
  assert.deepEqual([...two.sockets], [line]);
  assert.equal(two.logins, 2);
});

test('what is gone ends, what is new begins, the rest goes on', async () => {
  const [line] = two.sockets;
  await reload((s) => {
    delete s.channels.one;
    s.channels.three = phone(one, 'first secret');
  });
  await until('the new one is there', () => one.logins === 3 && one.sockets.size === 1);
  assert.deepEqual([...two.sockets], [line]);
});

test('reloads in a row, the next before the last is over', async () => {
  for (let i = 0; i < 5; i++) {
    d.settings.channels.three.username = `tandem-${i}`;
    d.writeSettings(d.settings, `${d.config}.new`);
    renameSync(`${d.config}.new`, d.config); /* nobody reads half of it */
    d.current.child.kill('SIGHUP');
  }
  const logins = one.logins;
  await until('the last is there', () => one.logins > logins && one.sockets.size === 1);
  assert.equal(two.logins, 2, 'the other line was never cut');
});
