/* How long the first picture of an agent takes while much is open, and what it costs the daemon's memory.
 * Figures, never a verdict.
 *
 *   node tests/bench/snapshot.mjs [open conversations, 10000] [times, 5]
 *
 * A supervisor sees all of it, an agent his queues. The time on the clock includes this client and whatever else
 * the machine does; the processor time of daemon and Redis stands beside it. Then 20 supervisors come at once. */
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { Agent } from '../lib/agent.mjs';
import { Daemon } from '../lib/daemon.mjs';
import { smsIn } from '../lib/sms.mjs';
import { until } from '../lib/system.mjs';

const [open = 10000, times = 5] = process.argv.slice(2).map(Number);
const median = (v) => [...v].sort((a, b) => a - b)[v.length >> 1];
const d = await Daemon.start();
const rss = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${d.current.pid}/status`, 'utf8'))[1]) / 1024;
/* Milliseconds of processor time so far. */
const cpu = (pid) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
const both = () => [cpu(d.current.pid), cpu(d.redisPid)];

try {
  await d.addUser('lead', { role: 'supervisor' });
  await d.addUser('anna');
  const cookies = { supervisor: await d.login('lead'), agent: await d.login('anna') };
  const before = rss('VmRSS');
  const pool = new http.Agent({ keepAlive: true, maxSockets: 32 });
  let next = 0;
  await Promise.all(Array.from({ length: 32 }, async () => {
    while (next < open) {
      const n = next++;
      for (;;) {
        const r = await smsIn({ port: d.port, http: pool }, { id: `s${n}`, from: `+4477${String(10000000 + n)}`, text: `Where is order ${n}?` });
        if (r.status === 200) break;
      }
    }
  }));
  pool.destroy();
  await until('all is open', async () => Number(await d.redis('HLEN', '{main}:open')) >= open, { ms: 120000, every: 100 });
  console.log(`${open} open conversations; the daemon has ${rss('VmRSS').toFixed(0)} MiB (before: ${before.toFixed(0)})`);

  const come = async (cookie) => {
    const at = process.hrtime.bigint();
    const a = new Agent({ port: d.port, cookie, id: 'x' });
    await a.whenLive();
    const ms = Number(process.hrtime.bigint() - at) / 1e6;
    const rows = a.all('work').length;
    a.close();
    return { ms, rows };
  };
  for (const [who, cookie] of Object.entries(cookies)) {
    const got = [];
    const from = both();
    for (let i = 0; i < times; i++) got.push(await come(cookie));
    const spent = both().map((ms, i) => Math.round((ms - from[i]) / times));
    console.log(`${who}: median ${median(got.map((g) => g.ms)).toFixed(0)} ms of ${times}, ${got[0].rows} items; processor time each: daemon ${spent[0]} ms, Redis ${spent[1]} ms`);
  }
  console.log(`the daemon has ${rss('VmRSS').toFixed(0)} MiB, at most ${rss('VmHWM').toFixed(0)}`);
  const at = Date.now();
  const all = await Promise.all(Array.from({ length: 20 }, () => come(cookies.supervisor)));
  console.log(`20 supervisors at once: median ${median(all.map((g) => g.ms)).toFixed(0)} ms, all after ${Date.now() - at} ms; the daemon has ${rss('VmRSS').toFixed(0)} MiB, at most ${rss('VmHWM').toFixed(0)}`);
} finally {
  await d.stop();
}
