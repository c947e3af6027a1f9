/* See run-long. */
import { accounting } from './accounting.mjs';

const [n, minutes] = process.argv.slice(2).map(Number);
const kinds = ['random', 'redis', 'commit.before_exec', 'commit.after_exec', 'commit.lose_answer', 'inbox.before_append', 'inbox.after_append', 'random'];
const kills = Array.from({ length: n }, (_, i) => kinds[i % kinds.length]);
const { violations } = await accounting({ kills, pause: (minutes * 60000) / n });
process.exit(violations.length ? 1 : 0);
