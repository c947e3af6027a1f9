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
const closed = (connections, note = '') => {
  const run = load('--connections', connections);
  return [
    { name: `closed loop, ${connections} connection${connections > 1 ? 's' : ''}${note}: seen by an agent /s`, run, read: (r) => r.seen_per_s, up: true, digits: 0 },
    { name: '  processor µs/message, daemon and Redis', run, read: (r) => sum(r.cpu_us), digits: 1 },
  ];
};
const open = (rate) => {
  const run = load('--connections', 256, '--rate', rate, '--poisson');
  const ms = (what, q) => ({ name: `  ${what === 'ack' ? 'acknowledged' : 'at the agent'} ${q.replace('_ms', '').replace('p999', 'p99.9')} ms`, run, read: (r) => r[what][q], digits: 2 });
  const [first, ...rest] = ['ack', 'end_to_end'].flatMap((what) => ['p50_ms', 'p99_ms', 'p999_ms'].map((q) => ms(what, q)));
  return [
    { ...first, name: `open loop, ${rate}/s Poisson:${first.name.slice(1)}` },
    ...rest,
    { name: '  went through /s', run, read: (r) => r.seen_per_s, up: true, digits: 0 },
    { name: '  processor µs/message, daemon and Redis', run, read: (r) => sum(r.cpu_us), digits: 1 },
  ];
};
const idleRow = {
  name: 'an idle visitor: bytes of resident memory',
  run: (s) => measure('idle', ...s.idleArguments, '--connections', quick ? 2000 : 10000),
  read: (r) => r.bytes.tandemd ?? r.bytes.node,
  digits: 0,
};
/* Each part has processes of its own. With four agents in one queue Tandem shows each message to all
 * four, the peer to the one whom it is for. */
const parts = [
  { agents: 1, rows: [...closed(1), ...closed(64), ...closed(256), ...open(2000), ...open(10000)] },
  { agents: 4, rows: closed(64, ', 4 agents') },
  { agents: 0, rows: [idleRow] },
];
const rows = parts.flatMap((p) => p.rows);

const median = (v) => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)];
const limits = { fdatasync_per_s: [], round_trips_per_s: [], posts_per_s: [] };
const values = new Map(rows.map((r) => [r, { tandem: [], peer: [] }]));
const trouble = [];

async function measureAll(subject, part) {
  const done = new Map();
  for (const row of part.rows) {
    if (!done.has(row.run)) {
      const r = await row.run(subject);
      done.set(row.run, r);
      if (r.acked !== r.sent || r.seen !== r.acked) trouble.push(`${subject.name}, ${row.name}: sent ${r.sent}, acknowledged ${r.acked}, seen ${r.seen}, refused ${r.refused}`);
    }
    values.get(row)[subject.name].push(row.read(done.get(row.run)));
  }
}

for (let round = 0; round < rounds; round++) {
  const l = await measure('limits', '--dir', tmpdir(), '--seconds', quick ? 1 : 2);
  for (const k of Object.keys(limits)) limits[k].push(l[k]);
  for (const part of parts)
    for (const Kind of round % 2 ? [Peer, Tandem] : [Tandem, Peer]) {
      const subject = await Kind.start({ agents: part.agents });
      await measureAll(subject, part);
      await subject.stop();
    }
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
}

console.log(`${new Date().toISOString().slice(0, 10)}, ${(await import('node:os')).cpus().length} processors, medians of ${rounds} rounds of ${seconds} s, Redis with appendfsync always`);
console.log(`limits of this run: ${Object.entries(limits).map(([k, v]) => `${median(v)} ${k.replace('_per_s', '/s').replace('_', ' ')} (${Math.min(...v)} to ${Math.max(...v)})`).join(', ')}\n`);
console.log('| | Tandem | Node + Redis Streams | ratio |\n|---|---|---|---|');
for (const row of rows) {
  const t = median(values.get(row).tandem);
  const p = median(values.get(row).peer);
  console.log(`| ${row.name} | ${t.toFixed(row.digits)} | ${p.toFixed(row.digits)} | ${(row.up ? t / p : p / t).toFixed(2)} |`);
}
console.log('\nratio: above 1 Tandem is better');
for (const t of trouble) console.log(`note: ${t}`);
process.exit(0);
