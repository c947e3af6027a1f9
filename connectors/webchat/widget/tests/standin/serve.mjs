/* npm run standin [port]: the demo page with somebody who answers, for working on the widget by hand. */
import { standin } from './server.mjs';

const s = await standin({ port: Number(process.argv[2]) || 8090 });
console.log(`${s.url}/demo/`);
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));
let busy = false;

setInterval(async () => {
  if (busy) return;
  busy = true;
  for (const v of s.visitors.values()) {
    if (v.visit.state === 'waiting') {
      await pause(2500);
      s.visit(v, { state: 'waiting', position: 1, expected_wait_ms: 30_000 });
      await pause(2500);
      s.visit(v, { state: 'active', agent: 'Anna', read_seq: v.lines.length });
      v.answered = v.lines.length;
      await reply(v, `Hello ${v.fields.name ?? 'there'}, this is Anna. Let me have a look.`);
    } else if (v.visit.state === 'active' && v.lines.length > v.answered && v.lines.at(-1).direction === 'in') {
      s.frame(v, { t: 'delivered', seq: v.lines.length, state: 'read' });
      await reply(v, 'Thank you. You will find it at https://example.org/teas, and I am glad to help with anything else.');
    }
  }
  busy = false;
}, 300);

async function reply(v, text) {
  s.frame(v, { t: 'typing', name: 'Anna' });
  await pause(1800);
  s.line(v, 'out', text, 'Anna');
  v.answered = v.lines.length;
}
