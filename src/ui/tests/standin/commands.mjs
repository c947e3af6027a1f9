/* What the commands do here. Each handler returns the result's fields, or { error, text }. */
const no = (error, text) => ({ error, text });

function own(w, me, conv) {
  const work = w.get('work', conv);
  if (!work) return no('gone', 'This conversation is not open.');
  return work.agent === me && work.state !== 'offered' ? null : no('not-yours', 'This conversation is somebody else’s.');
}

function event(w, conv, name, text, author) {
  w.say(conv, { direction: 'internal', kind: 'event', event: name, text, author });
}

function release(w, conv, patch) {
  const agent = w.get('work', conv)?.agent;
  w.put('work', conv, patch);
  if (agent) w.recount(agent);
}

const name = (w, id) => w.get('agent', id)?.name ?? id;

export const handlers = {
  'presence.set': (w, me, b) => { w.put('agent', me, { presence: b.presence, presence_reason: b.reason ?? '', presence_since: w.now() }); return {}; },
  'extension.set': (w, me, b) => {
    for (const a of w.entities.agent.values()) if (b.extension && a.extension === b.extension && a.id !== me) w.put('agent', a.id, { extension: '', voice: 'none' });
    w.put('agent', me, { extension: b.extension ?? '', voice: b.extension ? 'idle' : 'none' });
    return {};
  },

  'offer.accept': (w, me, b) => {
    const work = w.get('work', b.conv);
    if (work?.offer !== b.offer) return no('gone', 'The offer is over: somebody else has it, or the time was up.');
    w.put('work', b.conv, { state: 'active', offer: '', offer_deadline: 0, accepted_at: w.now(), silent_since: w.now() });
    w.recount(me);
    event(w, b.conv, 'accepted', `${name(w, me)} took the conversation`, me);
    return { conv: b.conv };
  },
  'offer.decline': (w, me, b) => {
    if (w.get('work', b.conv)?.offer !== b.offer) return no('gone', 'The offer is over.');
    release(w, b.conv, { state: 'queued', agent: '', offer: '', offer_deadline: 0, waits_for: 'an agent of the queue' });
    return { conv: b.conv };
  },
  'work.pick': (w, me, b) => {
    const state = w.get('work', b.conv)?.state;
    if (state !== 'queued' && !(state === 'snoozed' && w.get('work', b.conv).cluster)) return no('gone', 'Somebody else was faster.');
    w.put('work', b.conv, { state: 'active', agent: me, accepted_at: w.now(), forced: true });
    w.recount(me);
    event(w, b.conv, 'picked', `${name(w, me)} took it from the queue`, me);
    return { conv: b.conv };
  },
  'work.transfer': (w, me, b) => {
    if (b.text) w.say(b.conv, { direction: 'internal', kind: 'note', private: true, author: me, text: b.text });
    event(w, b.conv, 'transferred', `${name(w, me)} transferred this to ${b.queue ?? name(w, b.agent)}`, me);
    release(w, b.conv, b.queue ? { state: 'queued', agent: '', queue: b.queue, queued_at: w.now(), waits_for: 'a free agent' } : { state: 'active', agent: b.agent });
    if (b.agent) w.recount(b.agent);
    return { conv: b.conv };
  },
  'work.assign': (w, me, b) => handlers['work.transfer'](w, me, b),
  'work.park': (w, me, b) => { release(w, b.conv, { state: 'parked' }); return {}; },
  'work.unpark': (w, me, b) => { release(w, b.conv, { state: 'active' }); return {}; },
  'work.snooze': (w, me, b) => { release(w, b.conv, { state: 'snoozed', wake_at: b.until }); event(w, b.conv, 'snoozed', `${name(w, me)} snoozed this`, me); return {}; },
  'work.resolve': (w, me, b) => {
    for (const id of [...(w.get('work', b.conv)?.members ?? [])]) handlers['work.resolve'](w, me, { conv: id, disposition: b.disposition });
    event(w, b.conv, 'resolved', `${name(w, me)} resolved this${b.disposition ? ` as ${b.disposition}` : ''}`, me);
    w.put('conv', b.conv, { state: 'resolved', disposition: b.disposition ?? '', resolved_at: w.now() });
    const work = w.get('work', b.conv);
    const finish = () => {
      const c = w.get('conv', b.conv);
      if (c) w.closed.set(b.conv, c);
      w.gone('work', b.conv);
      w.gone('conv', b.conv);
      w.recount(me);
    };
    if (work?.channel_kind === 'chat') {
      w.put('work', b.conv, { state: 'wrap', wrap_until: w.now() + 15_000 });
      w.later(15_000, () => w.get('work', b.conv)?.state === 'wrap' && finish());
    } else finish();
    return {};
  },
  'work.wrapped': (w, me, b) => {
    if (b.until) { w.put('agent', me, { voice_wrap_until: b.until }); return {}; }
    if (w.get('work', b.conv)?.kind === 'call') w.put('agent', me, { voice: 'idle', voice_wrap_until: 0, voice_since: w.now(), calls: [] });
    if (b.conv) {
      const c = w.get('conv', b.conv);
      if (c) w.closed.set(b.conv, c);
      w.gone('work', b.conv);
      w.gone('conv', b.conv);
      w.recount(me);
    } else w.put('agent', me, { voice: 'idle', voice_wrap_until: 0, voice_since: w.now(), calls: [] });
    return {};
  },
  'work.reopen': (w, me, b) => {
    const c = w.closed.get(b.conv);
    if (!c) return no('gone', 'There is nothing to reopen.');
    w.closed.delete(b.conv);
    w.put('conv', b.conv, { ...c, state: 'open' });
    w.put('work', b.conv, { id: b.conv, channel_kind: c.kind, channel: c.channel, queue: 'billing', state: 'active', agent: me, t0: w.now() });
    event(w, b.conv, 'reopened', `${name(w, me)} reopened this`, me);
    w.recount(me);
    return {};
  },

  'message.send': (w, me, b) => {
    const wrong = own(w, me, b.conv);
    if (wrong) return wrong;
    const log = w.logs.get(b.conv) ?? [];
    const newest = log.filter((m) => !m.private && !['note', 'event'].includes(m.kind) && !(m.direction === 'out' && m.author === me)).at(-1);
    if (b.if_seq && newest && newest.seq > b.if_seq) return no('stale', 'Something was written since you began.');
    const m = w.say(b.conv, { direction: 'out', author: me, text: b.text, client_ref: b.$id, ...(b.files ? { attachments: b.files.map((f) => ({ name: f.slice(3), type: /png|jpg/.test(f) ? 'image/png' : 'application/pdf', bytes: 48_300, sha256: 'a1' })) } : {}) });
    w.put('work', b.conv, { silent_since: 0 });
    w.put('conv', b.conv, { read_seq: m.seq });
    const kind = w.get('conv', b.conv).kind;
    if (kind !== 'chat') {
      if (w.get('chan', w.get('conv', b.conv).channel)?.held) { w.deliver(b.conv, m.seq, 'queued', { code: 'held', error: 'held: nothing goes out until a supervisor says so' }); return { conv: b.conv, seq: m.seq }; }
      w.deliver(b.conv, m.seq, 'queued');
      w.later(300, () => w.deliver(b.conv, m.seq, 'sending'));
      w.later(700, () => (b.text.includes('FAIL') ? w.deliver(b.conv, m.seq, 'failed', { error: 'the number is not in service', code: '30003' }) : w.deliver(b.conv, m.seq, 'sent')));
      if (!b.text.includes('FAIL')) w.later(1500, () => w.deliver(b.conv, m.seq, 'delivered'));
    } else w.later(500, () => w.put('conv', b.conv, { peer_delivered_seq: m.seq }));
    return { conv: b.conv, seq: m.seq };
  },
  'message.retry': (w, me, b) => {
    const d = w.deliveries.get(b.conv)?.get(b.seq);
    if (!d) return no('gone', 'There is nothing to send again.');
    w.deliver(b.conv, b.seq, 'queued', { attempts: d.attempts + 1, error: '', code: '' });
    w.later(600, () => w.deliver(b.conv, b.seq, 'sent'));
    w.later(1200, () => w.deliver(b.conv, b.seq, 'delivered'));
    return {};
  },
  'message.react': (w, me, b) => {
    const c = w.get('conv', b.conv);
    const post = c?.posts?.find((p) => p.seq === b.seq);
    if (!post) return no('invalid', 'This message is not one that can be liked any more.');
    const m = w.say(b.conv, { direction: 'out', kind: 'reaction', author: me, text: b.text ?? '', edits: b.seq });
    w.put('conv', b.conv, { posts: w.get('conv', b.conv).posts.map((p) => (p.seq === b.seq ? { ...p, reaction: b.text ?? '' } : p)) });
    return { conv: b.conv, seq: m.seq };
  },
  'outbound.hold': (w, me, b) => {
    for (const c of w.entities.policy.get('').channels) {
      if (b.scope !== 'all' && b.scope !== c.kind) continue;
      if (!b.release || w.get('chan', c.id)?.held) w.put('chan', c.id, { held: !b.release, held_by: b.release ? '' : me, held_at: b.release ? 0 : w.now() });
    }
    return {};
  },
  'work.consult': (w, me, b) => {
    const work = w.get('work', b.conv);
    if (!b.agent && !work.consult) return no('invalid', 'Nobody is being consulted.');
    w.put('work', b.conv, { consult: b.agent ?? '' });
    event(w, b.conv, 'consulted', b.agent ? `${name(w, me)} consults ${name(w, b.agent)}.` : 'The consultation is over.', me);
    if (b.agent && b.text) w.say(b.conv, { direction: 'internal', kind: 'note', private: true, author: me, text: b.text, event: 'consult', to: [{ type: 'agent', addr: b.agent, name: name(w, b.agent) }] });
    return { conv: b.conv };
  },
  'note.add': (w, me, b) => {
    if (b.agent && w.get('work', b.conv)?.agent !== b.agent) return no('invalid', `${name(w, b.agent)} does not have this conversation.`);
    const whisper = b.agent ? { event: 'whisper', to: [{ type: 'agent', addr: b.agent, name: name(w, b.agent) }] } : {};
    const m = w.say(b.conv, { direction: 'internal', kind: 'note', private: true, author: me, text: b.text, client_ref: b.$id, ...whisper });
    return { conv: b.conv, seq: m.seq };
  },
  'media.retry': (w, me, b) => {
    const m = [...(w.media?.values() ?? [])].find((x) => x.conv === b.conv && x.seq === b.seq);
    if (!m) return no('not-found', 'Nothing failed.');
    w.putMedia({ ...m, items: m.items.map((i) => (i.state === 'failed' ? { index: i.index, state: 'stored', type: 'image/png', sha256: 'a1', bytes: 20_000 } : i)) });
    return { conv: b.conv, seq: b.seq };
  },
  'conv.read': (w, me, b) => { w.put('conv', b.conv, { read_seq: b.seq }); return {}; },
  'conv.tag': (w, me, b) => {
    const c = w.get('conv', b.conv);
    if (!c) return no('gone', 'Not here.');
    w.put('conv', b.conv, { tags: [...(c.tags ?? []).filter((t) => !(b.remove ?? []).includes(t)), ...(b.add ?? [])] });
    return {};
  },
  'conv.spam': (w, me, b) => { w.put('conv', b.conv, { state: 'spam' }); w.closed.set(b.conv, w.get('conv', b.conv)); w.gone('work', b.conv); w.gone('conv', b.conv); w.recount(me); return {}; },
  'contact.set': (w, me, b) => {
    const c = w.contacts.get(b.contact);
    if (!c) return no('not-found', 'There is no such contact.');
    const fields = new Map((c.fields ?? []).map((f) => [f.key, f.value]));
    for (let i = 0; i + 1 < (b.fields ?? []).length; i += 2) fields.set(b.fields[i], b.fields[i + 1]);
    w.contacts.set(b.contact, { ...c, ...(b.name ? { name: b.name } : {}), ...(b.note ? { note: b.note } : {}), ...(b.language ? { language: b.language } : {}), fields: [...fields].map(([key, value]) => ({ key, value })) });
    return { contact: b.contact };
  },
  'contact.link': (w, me, b) => {
    for (const c of w.contacts.values()) if (c.id !== b.contact && c.identities.some((i) => i.address.addr === b.identity.addr)) return no('taken', `Contact #${c.id} has this address.`);
    const c = w.contacts.get(b.contact);
    w.contacts.set(b.contact, { ...c, identities: [...c.identities, { address: b.identity, verified: false, source: `agent ${me}` }] });
    return { contact: b.contact };
  },
  'contact.merge': (w, me, b) => {
    const [x, y] = [w.contacts.get(b.contact), w.contacts.get(b.other)];
    if (!x || !y || x === y || x.merged_into || y.merged_into) return no('invalid', 'Only two different contacts that are not merged can be merged.');
    w.contacts.set(x.id, { ...x, merged_into: y.id });
    w.contacts.set(y.id, { ...y, identities: [...y.identities, ...x.identities] });
    return { contact: y.id };
  },
  'contact.unmerge': (w, me, b) => {
    const x = w.contacts.get(b.contact);
    if (!x?.merged_into) return no('invalid', `Contact #${b.contact} was not merged.`);
    const y = w.contacts.get(x.merged_into);
    w.contacts.set(y.id, { ...y, identities: y.identities.filter((i) => !x.identities.some((z) => z.address.addr === i.address.addr)) });
    w.contacts.set(x.id, { ...x, merged_into: 0 });
    return { contact: x.id };
  },
  'conv.start': (w, me, b) => {
    const there = [...w.entities.conv.values()].find((c) => c.channel === b.channel && c.peer?.addr === b.peer.addr && c.state !== 'resolved');
    if (there && there.kind === 'sms') return { ...no('exists', `There is an open conversation #${there.id} with this address.`), conv: there.id };
    const owner = [...w.contacts.values()].find((c) => !c.merged_into && c.identities.some((i) => i.address.addr === b.peer.addr));
    const id = 5000 + w.entities.conv.size;
    const kind = b.peer.type === 'email' ? 'mail' : 'sms';
    w.put('conv', id, { id, contact: owner?.id ?? 0, channel: b.channel, kind, peer: b.peer, contact_name: owner?.name ?? '', subject: b.subject ?? '', state: 'open', created_at: w.now(), last_at: w.now() });
    w.put('work', id, { id, channel_kind: kind, channel: b.channel, queue: 'billing', state: 'active', agent: me, t0: w.now() });
    const m = w.say(id, { direction: 'out', author: me, text: b.text, client_ref: b.$id });
    w.recount(me);
    return { conv: id, seq: m.seq };
  },
  'work.priority': (w, me, b) => { w.put('work', b.conv, { priority: b.priority }); return { conv: b.conv }; },
  'conv.merge': (w, me, b) => {
    event(w, b.conv, 'merged', `${name(w, me)} merged it into #${b.other}.`, me);
    event(w, b.other, 'merged', `${name(w, me)} merged #${b.conv} into it.`, me);
    const queue = w.get('work', b.conv).queue;
    w.put('conv', b.conv, { state: 'merged', merged_into: b.other });
    w.closed.set(b.conv, { ...w.get('conv', b.conv), $queue: queue });
    w.gone('work', b.conv);
    w.gone('conv', b.conv);
    w.recount(me);
    return { conv: b.conv };
  },
  'conv.unmerge': (w, me, b) => {
    const { $queue, ...c } = w.closed.get(b.conv) ?? {};
    if (c.state !== 'merged') return no('invalid', 'The conversation was not merged.');
    w.closed.delete(b.conv);
    event(w, c.merged_into, 'unmerged', `${name(w, me)} separated #${b.conv} again.`, me);
    w.entities.conv.set(String(b.conv), c);
    w.entities.work.set(String(b.conv), { version: c.version + 20 });
    w.put('work', b.conv, { id: b.conv, channel_kind: c.kind, channel: c.channel, queue: $queue, state: 'queued', t0: w.now() });
    w.put('conv', b.conv, { state: 'open', merged_into: 0, version: c.version + 20 });
    return { conv: b.conv };
  },
  'conv.block': (w, me, b) => { w.put('conv', b.conv, { blocked: true }); return {}; },
};
