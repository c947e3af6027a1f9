/* What one writes first in Node: agents.filter(…).sort(…)[0] for an item, items.filter(…).sort(…)[0]
 * for an agent. Replays a trace of router-bench, holds its decisions against it, and prints how many
 * a second were made in the measured part. usage: node peer_filter.mjs TRACE [EVENTS] */
import { readTrace, before, qualifies } from './trace.mjs';

const { agents, events, measured } = readTrace(process.argv[2]);
const limit = Number(process.argv[3] ?? Infinity);
for (const a of agents) Object.assign(a, { busy: false, ended: 0 });
let waiting = [];

function arrives(item) {
  const best = agents.filter((a) => !a.busy && qualifies(a, item)).sort((x, y) => x.ended - y.ended || x.order - y.order)[0];
  if (!best) {
    waiting.push(item);
    return 0;
  }
  best.busy = true;
  return best.order;
}

function frees(a, now) {
  Object.assign(a, { busy: false, ended: now });
  const best = waiting.filter((i) => qualifies(a, i)).sort((x, y) => before(x, y, now))[0];
  if (!best) return 0;
  waiting = waiting.filter((i) => i !== best);
  a.busy = true;
  return best.id;
}

let t0 = 0, n = 0, differ = 0;
for (const [i, e] of events.entries()) {
  if (i === measured) t0 = process.cpuUsage();
  if (i >= measured && n++ >= limit) break;
  if (i < measured && e.decided === 0 && e.item) {
    waiting.push(e.item); /* the filling is taken from the trace: it is not measured */
    continue;
  }
  if (i < measured) {
    replay(e);
    continue;
  }
  differ += (e.item ? arrives(e.item) : frees(agents[e.agent], e.now)) !== e.decided;
}
const { user, system } = process.cpuUsage(t0);
const made = Math.min(n, limit);
console.log(`Node, filter and sort: ${made} decisions, ${differ} differ, ${Math.round(made / ((user + system) / 1e6))}/s`);

function replay(e) {
  if (e.item) {
    agents[e.decided - 1].busy = true;
    return;
  }
  const a = agents[e.agent];
  Object.assign(a, { ended: e.now, busy: e.decided > 0 });
  if (e.decided) waiting.splice(waiting.findIndex((i) => i.id === e.decided), 1);
}
