/* A stand-in for Asterisk's Manager Interface on a real socket: one queue with one phone. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

const message = (o) => `${Object.entries(o).map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n`;

/* Answers as Asterisk does; `member` is the state of the one phone, `secret` what the next login must know. */
export function asterisk(secret) {
  const peer = { secret, sockets: new Set(), logins: 0, member: { InCall: 0, Status: 1 } };
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
          assert.equal(a.Key, createHash('md5').update(`840415273${peer.secret}`).digest('hex'));
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
