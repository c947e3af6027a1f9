/* A trace of router-bench: the agents, and what happened with what was decided. */
import { readFileSync } from 'node:fs';

/* As scene.c has them. */
export const queues = [
  { weight: 100, target: 300000 },
  { weight: 200, target: 600000 },
  { weight: 50, target: 45000 },
  { weight: 100, target: 3600000 },
];

export const qualifies = (agent, item) => agent.queues.has(item.queue) && (agent.levels.get(item.skill) ?? 0) >= item.level;

/* weight · waited / target, as whole numbers: they stay below 2^53. */
export function before(x, y, now) {
  const p = queues[x.queue], q = queues[y.queue];
  const l = (now - x.t0) * p.weight * (q.target / 1000), r = (now - y.t0) * q.weight * (p.target / 1000);
  if (x.queue !== y.queue && l !== r) return r - l;
  return x.t0 - y.t0 || x.id - y.id;
}

export function readTrace(file) {
  const agents = [], events = [];
  let measured = 0;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [what, ...rest] = line.split(' ');
    if (what === 'agent') {
      const queue = rest.filter((w) => w[0] === 'q').map((w) => Number(w.slice(1)));
      const levels = rest.filter((w) => w[0] !== 'q').map((w) => w.split(':').map(Number));
      agents.push({ order: agents.length + 1, queues: new Set(queue), levels: new Map(levels) });
    } else if (what === 'measure') {
      measured = events.length;
    } else if (what === 'a') {
      const [now, id, queue, skill, level, decided] = rest.map(Number);
      events.push({ now, decided, item: { id, queue, skill, level, t0: now } });
    } else if (what === 'f') {
      const [now, agent, decided] = rest.map(Number);
      events.push({ now, agent, decided });
    }
  }
  return { agents, events, measured };
}
