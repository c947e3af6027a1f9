/* Six faults under load in about a minute, then the accounting. */
import { accounting } from './accounting.mjs';

const kills = ['random', 'commit.before_exec', 'commit.after_exec', 'inbox.after_append', 'inbox.before_append', 'redis'];
const { violations } = await accounting({ kills, pause: Number(process.env.PAUSE_MS ?? 4000), load: { rate: Number(process.env.RATE ?? 200) } });
process.exit(violations.length ? 1 : 0);
