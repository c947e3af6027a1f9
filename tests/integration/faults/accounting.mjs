/* One run under load with kills, and its accounting.
 *
 * A kill is one of
 *   'random'            kill -9 of tandemd at a random instant
 *   'redis'             kill -9 of the private Redis, which tandemd has to start again
 *   any other word      the name of a fail point (src/store/failpoint.h) at which tandemd dies by itself;
 *                       commit.lose_answer it survives, and is killed later */
import { join } from 'node:path';
import { Daemon } from '../../lib/daemon.mjs';
import { FakeProvider } from '../../lib/provider.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { check } from './check.mjs';
import { Journal } from './journal.mjs';
import { Load } from './load.mjs';
import { observe } from './observe.mjs';

/* After these tandemd is still alive: an answer that was lost is asked for again. */
const ALIVE = new Set(['random', 'commit.lose_answer']);

/* Most requests are well; some fail in every way there is. Decided by the message, so that the same one
 * fails differently when it comes again. */
function moody() {
  const seen = new Map();
  return (r) => {
    const n = (seen.get(r.id) ?? 0) + 1;
    seen.set(r.id, n);
    const dice = Math.random();
    if (n === 1 && dice < 0.05) return '5xx';
    if (n === 1 && dice < 0.07) return 'reset';
    if (n === 1 && dice < 0.08) return 'hang';
    if (n === 1 && dice < 0.083) return '429';
    return 'ok';
  };
}

export const say = (text) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

class Run {
  constructor({ kills, pause = 6000, load = {}, fresh = Math.random }) {
    Object.assign(this, { kills, pause, loadOptions: load, fresh });
  }

  async prepare() {
    this.provider = await FakeProvider.start({ mode: moody() });
    this.daemon = await Daemon.start({ provider: this.provider });
    this.provider.file = join(this.daemon.dir, 'provider.jsonl');
    this.journal = new Journal(join(this.daemon.dir, 'journal.jsonl'));
    this.load = new Load(this.daemon, this.journal, this.loadOptions);
    await this.load.start();
  }

  /* Load goes on; → when it flows again. */
  async flowing() {
    const before = this.load.acked;
    await until('acknowledgements go on', () => this.load.acked > before + 5, { ms: 30000 });
  }

  async killed(kill, next) {
    const d = this.daemon;
    this.journal.note('fault', { what: kill });
    if (kill === 'redis') {
      const was = d.redisPid;
      await d.killRedis();
      const at = Date.now();
      await until('a new Redis', async () => (await d.noteRedis()) !== was, { ms: 30000 });
      await this.flowing();
      return `redis was killed; acknowledging again after ${Date.now() - at} ms`;
    }
    if (ALIVE.has(kill)) await d.kill();
    else await until(`tandemd dies at ${kill}`, () => d.current.exit, { ms: 30000 });
    const at = Date.now();
    await d.spawn({ env: this.failAt(next) });
    this.armed = next;
    const ready = Date.now() - at;
    await this.flowing();
    return `tandemd died (${kill}); ready after ${ready} ms, acknowledging again after ${Date.now() - at} ms`;
  }

  failAt(kill) {
    if (!kill || kill === 'random' || kill === 'redis') return {};
    return { TANDEM_FAILPOINT: `${kill}:${100 + Math.floor(this.fresh() * 200)}` };
  }

  async go() {
    for (const [i, kill] of this.kills.entries()) {
      if (this.armed !== kill && this.failAt(kill).TANDEM_FAILPOINT) await this.arm(kill);
      await sleep(this.pause * (0.5 + this.fresh()));
      say(await this.killed(kill, this.kills[i + 1]));
    }
    await sleep(this.pause);
  }

  /* A fail point is named when a process starts. */
  async arm(kill) {
    await this.daemon.restart({ env: this.failAt(kill) });
    this.armed = kill;
    await this.flowing();
  }

  async account() {
    const rest = await this.daemon.rest('watch');
    let stored;
    await this.load.quiesce(async () => (stored = await observe(rest)));
    stored = await observe(rest);
    this.load.watcher.close();
    const lines = this.journal.lines(this.provider.file);
    return { violations: check(lines, stored), stored, lines };
  }
}

/* → { violations, … }; says what it did on the way. The first kill must not be a fail point (the first
 * process runs without one). */
export async function accounting(options) {
  const run = new Run(options);
  await run.prepare();
  try {
    await run.go();
    say('quiescing');
    const result = await run.account();
    const messages = result.stored.conversations.reduce((n, c) => n + c.messages.length, 0);
    const c = run.journal.counts;
    say(`${run.load.sent} messages said, ${run.load.acked} acknowledged (hook answers ${JSON.stringify(run.load.statuses)}); ${c.reply ?? 0} answers, ` +
      `${run.provider.requests.length} requests at the provider; ${result.stored.conversations.length} conversations with ${messages} entries; ` +
      `${c.accept ?? 0} offers answered, ${c.entity ?? 0} changes watched`);
    for (const v of result.violations.slice(0, 40)) say(`VIOLATION ${v.rule}: ${v.text}`);
    if (result.violations.length) say(`${result.violations.length} violations`);
    return { ...result, run };
  } catch (e) {
    throw run.daemon.fail(e.stack);
  } finally {
    await run.daemon.stop();
    await run.provider.stop();
  }
}
