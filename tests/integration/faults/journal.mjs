/* What the generator and the agents saw, written down outside Redis: one JSON object a line, `k` names
 * the kind. check.mjs reads it.
 *
 *   send      id, sender, n, channel      about to say message `id` for the first time, the n-th of its sender
 *   ack       id                          it was acknowledged: nothing may lose it now
 *   receipt   who, id, conv, seq, event   an agent's socket brought it
 *   reply     id, agent, conv, channel    an agent is about to say `id`
 *   reply-ack id                          … it was acknowledged
 *   reply-end id, ok, error               … and applied, or not
 *   accept    agent, conv, offer, ok      an agent's answer to an offer was applied, or not
 *   snapshot  who, event, items           the whole picture that a supervisor got
 *   entity    who, event, entity, key, version, data     one change of it
 *   gone      who, event, entity, key
 *   rest      who                         nothing more came for a while: his picture is whole
 *   provider  id, to, text, answer        the provider got a request (`id`: the message's own id)
 *   fault     what                        something was killed, for people who read this
 *
 * Every message carries its id in its text, as "~id~". */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export const mark = (id, text = '') => `~${id}~ ${text}`;
export const marked = (text) => /~([^~\s]+)~/.exec(text ?? '')?.[1];

export class Journal {
  constructor(file) {
    this.file = file;
    this.counts = {};
  }

  note(k, line) {
    this.counts[k] = (this.counts[k] ?? 0) + 1;
    appendFileSync(this.file, JSON.stringify({ k, at: Date.now(), ...line }) + '\n');
  }

  /* All lines, of this file and of others (the provider's). */
  lines(...others) {
    return [this.file, ...others]
      .filter(existsSync)
      .flatMap((f) => readFileSync(f, 'utf8').split('\n'))
      .filter(Boolean)
      .map((l) => JSON.parse(l));
  }
}
