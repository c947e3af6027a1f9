/* The table: each row measured on both, alternating, several rounds, medians; beside them the physical
 * limits of the same run. Rounds differ (other work on the machine, the disk), which is why the ratio of
 * the medians is what to read. */
import { tmpdir } from 'node:os';
import { Peer, Tandem, measure } from './subjects.mjs';

const quick = process.argv.includes('--quick');
const at = process.argv.indexOf('--rounds');
const rounds = at > 0 ? Number(process.argv[at + 1]) : quick ? 1 : 5;
const seconds = quick ? 2 : 5;

const sum = (o) => Object.entries(o).reduce((n, [k, v]) => n + (k === 'generator' ? 0 : v), 0);
const load = (...more) => (s) => measure('load', ...s.arguments, '--seconds', seconds, ...more);

/* name, how it is measured, what is read from it; up: more is better */
const rows = [
  ...[1, 64, 256].flatMap((c) => {
    const run = load('--connections', c);
    return [
      { name: `closed loop, ${c} connection${c > 1 ? 's' : ''}: seen by the agent /s`, run, read: (r) => r.seen_per_s, up: true, digits: 0 },
      { name: '  processor µs/message, daemon and Redis', run, read: (r) => sum(r.cpu_us), digits: 1 },
    ];
  }),
  ...[2000, 10000].flatMap((rate) => {
    const run = load('--connections', 256, '--rate', rate, '--poisson');
    return [
      { name: `open loop, ${rate}/s Poisson: acknowledged p50 ms`, run, read: (r) => r.ack.p50_ms, digits: 2 },
      { name: '  acknowledged p99 ms', run, read: (r) => r.ack.p99_ms, digits: 2 },
      { name: '  acknowledged p99.9 ms', run, read: (r) => r.ack.p999_ms, digits: 2 },
      { name: '  at the agent p50 ms', run, read: (r) => r.end_to_end.p50_ms, digits: 2 },
      { name: '  at the agent p99 ms', run, read: (r) => r.end_to_end.p99_ms, digits: 2 },
      { name: '  at the agent p99.9 ms', run, read: (r) => r.end_to_end.p999_ms, digits: 2 },
      { name: '  went through /s', run, read: (r) => r.seen_per_s, up: true, digits: 0 },
      { name: '  processor µs/message, daemon and Redis', run, read: (r) => sum(r.cpu_us), digits: 1 },
    ];
  }),
];

const median = (v) => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)];
const limits = { fdatasync_per_s: [], round_trips_per_s: [], posts_per_s: [] };
const values = rows.map(() => ({ tandem: [], peer: [] }));
const idle = { tandem: [], peer: [] };
const trouble = [];

async function measureAll(subject) {
  const done = new Map();
  for (const [i, row] of rows.entries()) {
    if (!done.has(row.run)) {
      const r = await row.run(subject);
      done.set(row.run, r);
      if (r.acked !== r.sent || r.seen !== r.acked) trouble.push(`${subject.name}, ${row.name}: sent ${r.sent}, acknowledged ${r.acked}, seen ${r.seen}, refused ${r.refused}`);
    }
    values[i][subject.name].push(row.read(done.get(row.run)));
  }
}

for (let round = 0; round < rounds; round++) {
  const l = await measure('limits', '--dir', tmpdir(), '--seconds', quick ? 1 : 2);
  for (const k of Object.keys(limits)) limits[k].push(l[k]);
  for (const Kind of round % 2 ? [Peer, Tandem] : [Tandem, Peer]) {
    let subject = await Kind.start();
    await measureAll(subject);
    await subject.stop();
    subject = await Kind.start({ agents: 0 });
    const r = await measure('idle', ...subject.idleArguments, '--connections', quick ? 2000 : 10000);
    idle[subject.name].push(r.bytes[subject.name === 'tandem' ? 'tandemd' : 'node']);
    await subject.stop();
  }
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
}

rows.push({ name: 'an idle visitor: bytes of resident memory', digits: 0 });
values.push(idle);
console.log(`${new Date().toISOString().slice(0, 10)}, ${(await import('node:os')).cpus().length} processors, medians of ${rounds} rounds of ${seconds} s, 4 agents, Redis with appendfsync always`);
console.log(`limits of this run: ${Object.entries(limits).map(([k, v]) => `${median(v)} ${k.replace('_per_s', '/s').replace('_', ' ')}`).join(', ')}\n`);
console.log('| | Tandem | Node + Redis Streams | ratio |\n|---|---|---|---|');
for (const [i, row] of rows.entries()) {
  const t = median(values[i].tandem);
  const p = median(values[i].peer);
  console.log(`| ${row.name} | ${t.toFixed(row.digits)} | ${p.toFixed(row.digits)} | ${(row.up ? t / p : p / t).toFixed(2)} |`);
}
console.log('\nratio: above 1 Tandem is better');
for (const t of trouble) console.log(`note: ${t}`);
process.exit(0);
