/* The load: customers by SMS hook and by chat, agents who accept and answer, a supervisor who watches.
 * All of it is journalled outside Redis.
 *
 * A customer says one thing after the other: the next when the last is acknowledged. What was not
 * acknowledged is said again, with its id, until it is. */
import { autoAccept } from '../../lib/agent.mjs';
import { keepAlive } from '../../lib/http.mjs';
import { phone, smsIn } from '../../lib/sms.mjs';
import { sleep, until } from '../../lib/system.mjs';
import { mark, marked } from './journal.mjs';

export class Load {
  /* rate: messages a second from all customers together. again: share of hooks that are sent a second
   * time though they were acknowledged. */
  constructor(daemon, journal, { rate = 200, texters = 60, visitors = 20, agents = 10, replies = 0.3, resolves = 0.05, again = 0.05 } = {}) {
    Object.assign(this, { daemon, journal, rate, replies, resolves, again });
    this.n = { texters, visitors, agents };
    this.http = keepAlive(texters);
    this.running = true;
    this.flows = [];
    this.agents = [];
    this.visitors = [];
    this.nextReply = 1;
    this.acked = 0;
    this.sent = 0;
    this.refusedWhileDown = 0;
    this.statuses = {};
  }

  async start() {
    const d = this.daemon;
    await d.addUser('watch', { role: 'supervisor' });
    for (let i = 0; i < this.n.agents; i++) await d.addUser(`agent${i}`);
    this.watch(await d.agent('watch', { presence: null }));
    for (let i = 0; i < this.n.agents; i++) this.agents.push(this.work(await d.agent(`agent${i}`), i));
    /* A visitor may say two things a second; the rest of the rate is SMS. */
    const chatRate = Math.min(this.n.visitors * 1.0, this.rate / 2);
    for (let i = 0; i < this.n.visitors; i++) this.flows.push(this.chat(i, chatRate / this.n.visitors));
    for (let i = 0; i < this.n.texters; i++) this.flows.push(this.text(i, (this.rate - chatRate) / this.n.texters));
    this.flows.push(this.calls());
  }

  /* ---- customers ---- */

  say(id, sender, n, channel) {
    this.sent++;
    this.journal.note('send', { id, sender, n, channel });
  }

  heard(id) {
    this.acked++;
    this.journal.note('ack', { id });
  }

  async text(i, rate) {
    const from = `+4477009${String(i).padStart(5, '0')}`;
    await sleep(Math.random() * (1000 / rate));
    for (let n = 1, due = Date.now(); this.running; n++, due += 1000 / rate) {
      await sleep(Math.max(0, due - Date.now()));
      const id = `s${i}-${n}`;
      this.say(id, from, n, 'sms');
      await this.hook({ id, from, text: mark(id, 'hello') });
      this.heard(id);
      if (Math.random() < this.again) await this.hook({ id, from, text: mark(id, 'hello') });
    }
  }

  async hook(message) {
    for (;;) {
      const r = await smsIn({ port: this.daemon.port, http: this.http, ms: 5000 }, message).catch(() => ({ status: 0 }));
      this.statuses[r.status] = (this.statuses[r.status] ?? 0) + 1;
      if (r.status === 200) return;
      if (r.status !== 0 && r.status !== 503) throw new Error(`a hook was answered ${r.status}: ${r.text}`);
      await sleep(50 + Math.random() * 100);
    }
  }

  async chat(i, rate) {
    const v = this.daemon.visitor();
    this.visitors.push(v);
    await v.whenUp();
    await v.start({ name: `Visitor ${i}` }).ack.promise;
    await sleep(Math.random() * (1000 / rate));
    for (let n = 1, due = Date.now(); this.running; n++, due += 1000 / rate) {
      await sleep(Math.max(0, due - Date.now()));
      const id = `c${i}-${n}`;
      this.say(id, `visitor ${i}`, n, 'web');
      await v.send(mark(id, 'hi')).ack.promise;
      this.heard(id);
    }
  }

  /* Now and then an agent is on the phone: voice and messages share one ledger. */
  async calls() {
    for (let call = 1; this.running; call++) {
      await sleep(2000);
      const agent = `agent${call % this.n.agents}`;
      const states = ['ringing', 'active', 'idle'];
      for (let k = 0; k < states.length && this.running; k++) {
        const event = { agent, call: `call${call}`, sequence: k + 1, state: states[k], from: '+447700900555', at: Date.now() };
        for (;;) {
          const r = await phone({ port: this.daemon.port, http: this.http }, event).catch(() => ({ status: 0 }));
          if (r.status >= 200 && r.status < 300) break;
          await sleep(100);
        }
        await sleep(500);
      }
    }
  }

  /* ---- the staff ---- */

  watch(a) {
    this.watcher = a;
    const wanted = (kind) => kind === 'work' || kind === 'agent';
    let items = [];
    a.on('frame', (f) => {
      if (f.t === 'snapshot') {
        if (f.first) items = [];
        items.push(...f.items.filter((i) => wanted(i.entity)));
        if (f.last) this.journal.note('snapshot', { who: a.id, event: f.event, items });
      } else if (f.t === 'entity' && wanted(f.entity)) {
        this.journal.note('entity', { who: a.id, event: f.event, entity: f.entity, key: f.key, version: f.version, data: f.data });
      } else if (f.t === 'gone' && wanted(f.entity)) {
        this.journal.note('gone', { who: a.id, event: f.event, entity: f.entity, key: f.key });
      } else if (f.t === 'message') {
        this.receipt(a, f);
      }
    });
    /* The picture that he has already is of no use without its place: begin anew. */
    a.event = undefined;
    a.drop();
  }

  receipt(a, f) {
    const id = marked(f.data.text);
    if (id) this.journal.note('receipt', { who: a.id, id, conv: f.conv, seq: f.seq, event: f.event });
  }

  work(a) {
    autoAccept(a);
    a.on('result', (c, f) => {
      if (c.cmd === 'offer.accept') this.journal.note('accept', { agent: a.id, conv: c.body.conv, offer: c.body.offer, ok: f.ok, error: f.error });
      if (c.reply) this.journal.note('reply-end', { id: c.reply, ok: f.ok, error: f.error, duplicate: f.duplicate });
    });
    a.on('ack', (c) => c.reply && this.journal.note('reply-ack', { id: c.reply }));
    a.on('message', (f) => {
      if (a.get('work', f.conv)?.agent !== a.id) return;
      this.receipt(a, f);
      if (!this.running || f.data.direction !== 'in' || a.items.length > 20) return;
      if (Math.random() < this.replies) this.reply(a, f.conv, f.data.channel);
      if (Math.random() < this.resolves) a.command('work.resolve', { conv: f.conv, disposition: 'resolved' });
    });
    return a;
  }

  reply(a, conv, channel) {
    const id = `r${this.nextReply++}`;
    this.journal.note('reply', { id, agent: a.id, conv, channel });
    const c = a.command('message.send', { conv, text: mark(id, 'our answer') });
    c.reply = id;
  }

  /* ---- the end ---- */

  /* Stops new load and waits until everything that was begun has ended. */
  async quiesce(rest) {
    this.running = false;
    const failed = (await Promise.allSettled(this.flows)).find((r) => r.status === 'rejected');
    if (failed) throw failed.reason;
    await until('the agents have their results', () => this.agents.every((a) => a.isUp && !a.items.length), { ms: 30000 });
    const settled = async () => {
      const { conversations } = await rest();
      return conversations.every((c) => c.deliveries.every((d) => d.state !== 'queued' && d.state !== 'sending')) && conversations;
    };
    await until('all is sent', settled, { ms: 60000, every: 1000 });
    await this.stillness();
    this.journal.note('rest', { who: this.watcher.id });
  }

  /* Nothing has come to the watcher for a while: what he has is whole. */
  async stillness() {
    let last = Date.now();
    const touch = (f) => (f.t === 'entity' || f.t === 'gone' ? (last = Date.now()) : 0);
    this.watcher.on('frame', touch);
    await until('stillness', () => this.watcher.live && Date.now() - last > 1500, { ms: 60000 });
    this.watcher.off('frame', touch);
  }
}
