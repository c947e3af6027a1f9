/* The real daemon with a stand-in for Asterisk's Manager Interface on a real socket: it logs in, tells
 * rings to the desk, says that the phones are unknown when the line is cut, and comes back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { until } from '../../lib/system.mjs';

const message = (o) => `${Object.entries(o).map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n`;

/* Answers as Asterisk does; `member` is the state of the one phone. */
function standIn(secret) {
  const peer = { sockets: new Set(), logins: 0, member: { InCall: 0, Status: 1 } };
  peer.say = (o) => { for (const s of peer.sockets) s.write(message(o)); };
  peer.server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => peer.sockets.delete(socket));
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    socket.on('data', (d) => {
      text += d;
      for (let end; (end = text.indexOf('\r\n\r\n')) >= 0; text = text.slice(end + 4)) {
        const a = Object.fromEntries(text.slice(0, end).split('\r\n').map((l) => l.split(': ')));
        const ActionID = a.ActionID;
        if (a.Action === 'Challenge') socket.write(message({ Response: 'Success', ActionID, Challenge: '840415273' }));
        else if (a.Action === 'Login') {
          assert.equal(a.Key, createHash('md5').update(`840415273${secret}`).digest('hex'));
          peer.logins++;
          peer.sockets.add(socket);
          socket.write(message({ Response: 'Success', ActionID }));
        } else if (a.Action === 'QueueStatus') {
          socket.write(message({ Response: 'Success', ActionID, EventList: 'start' }));
          socket.write(message({ Event: 'QueueMember', Queue: 'sales', Location: 'PJSIP/1001', Paused: 0, PausedReason: '', ...peer.member, ActionID }));
          socket.write(message({ Event: 'QueueStatusComplete', ActionID, EventList: 'Complete', ListItems: 1 }));
        } else socket.write(message({ Response: 'Success', ActionID }));
      }
    });
  });
  return new Promise((done) => { peer.server.listen(0, '127.0.0.1', () => done(peer)); });
}

test('calls reach the desk over a line that may break', async () => {
  const peer = await standIn('ami secret');
  const d = await Daemon.start({ change: (s) => {
    s.channels.phone = { connector: 'voice_asterisk', host: '127.0.0.1', port: peer.server.address().port, username: 'tandem', secret: 'ami secret' };
  } });
  try {
    await d.addUser('anna', { more: ['--extension', '1001'] });
    const anna = await d.agent('anna');
    const voice = () => anna.all('agent').find((a) => a.id === 'anna')?.voice;
    await until('the link is up', () => peer.logins === 1 && voice() === 'idle');
    const call = { Uniqueid: '17.1', Queue: 'sales', Interface: 'PJSIP/1001', CallerIDNum: '447700900001' };
    peer.say({ Event: 'AgentCalled', ...call });
    await until('it rings', () => voice() === 'ringing');
    peer.say({ Event: 'AgentConnect', ...call });
    await until('she talks', () => voice() === 'active');
    peer.member = { InCall: 1, Status: 2 };
    for (const s of peer.sockets) s.destroy();
    await until('the phone is unknown', () => voice() === 'unknown');
    await until('she still talks', () => peer.logins === 2 && voice() === 'active');
    peer.say({ Event: 'AgentComplete', ...call, Reason: 'caller' });
    await until('it is over', () => voice() === 'idle' || voice() === 'wrap');
  } finally {
    await d.stop();
    peer.server.close();
  }
});
