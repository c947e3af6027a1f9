/* Two tabs of one visitor at two processes on one Redis. Each process sees the last of *its* sockets go; he is
 * gone only when no process has one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Daemon } from '../../lib/daemon.mjs';
import { sleep, until } from '../../lib/system.mjs';

const grace = 3000;
let d;
let lead;
let ports;
before(async () => {
  d = new Daemon();
  await d.prepare({ change: (s) => (s.channels.web.visitor_grace = `${grace}ms`) });
  const one = await d.spawn({ alone: true });
  const two = await d.spawn({ alone: true });
  ports = [one.port, two.port];
  await d.addUser('lead', { role: 'supervisor' });
  lead = await d.agent('lead', { presence: null });
});
after(() => d?.stop());

/* The first tab begins a conversation, the second one is the same visitor's. */
async function twoTabs(at) {
  const first = d.visitor({ port: ports[at[0]], origin: d.url });
  await first.whenUp();
  await first.send('Hello?').ack.promise;
  const second = d.visitor({ port: ports[at[1]], origin: d.url, token: first.token });
  await second.whenUp();
  await until('the second tab has the conversation', () => second.lines.size > 0);
  const mine = () => lead.all('work').find((w) => w.from === `visitor:${first.id}`);
  await until('it waits', () => mine()?.state === 'queued');
  return { tabs: [first, second], mine };
}

for (const [name, at] of [['two processes', [0, 1]], ['one process', [0, 0]]])
  for (const [which, order] of [['the older tab', [0, 1]], ['the newer tab', [1, 0]]])
    test(`${name}: ${which} closes first`, async () => {
      const { tabs, mine } = await twoTabs(at);
      tabs[order[0]].close();
      await sleep(2 * grace); /* in which he would be given up */
      assert.equal(mine().state, 'queued', 'he is still there');
      assert.ok(!mine().give_up_at, 'and nobody is told that he leaves');
      const n = [...tabs[order[1]].lines.values()].length;
      await tabs[order[1]].send('Still here').ack.promise;
      await until('his line is in the conversation', () => tabs[order[1]].lines.size > n);

      tabs[order[1]].close();
      await until('he is gone', () => !mine() || mine().state === 'abandoned');
    });
