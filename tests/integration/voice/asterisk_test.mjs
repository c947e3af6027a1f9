/* The real daemon with a stand-in for Asterisk's Manager Interface on a real socket: it logs in, tells
 * rings to the desk, says that the phones are unknown when the line is cut, and comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asterisk } from '../../lib/asterisk.mjs';
import { Daemon } from '../../lib/daemon.mjs';
import { until } from '../../lib/system.mjs';

test('calls reach the desk over a line that may break', async () => {
  const peer = await asterisk('ami secret');
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
