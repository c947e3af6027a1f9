/* Fills in what the wire leaves out. The daemon omits zero and empty fields (of an enumeration the
 * zero is its first name); what is no object becomes the default too, so that nothing after this
 * point has to look twice. */
import {
  CHANNEL_KINDS, type Address, type Agent, type Attachment, type Chan, type ChannelKind, type Contact,
  type Conv, type Delivery, type KeyValue, type Media, type Message, type Policy, type Post, type Result, type Work,
} from './types';

type Raw = Record<string, unknown>;

const obj = (v: unknown): Raw => (v && typeof v === 'object' && !Array.isArray(v) ? (v as Raw) : {});
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const str = (v: unknown): string => (typeof v === 'string' ? v : '');
const num = (v: unknown): number => (typeof v === 'number' ? v : typeof v === 'string' && v !== '' ? Number(v) || 0 : 0);
const bool = (v: unknown): boolean => v === true;
const strs = (v: unknown): string[] => list(v).filter((x): x is string => typeof x === 'string');

export function one<T extends string>(v: unknown, zero: T): T {
  return (typeof v === 'string' && v ? v.replace(/_/g, '-') : zero) as T;
}

/* Everything of `defaults` that is a plain string, number or boolean, taken from raw by its type. */
function plain<T extends object>(raw: Raw, defaults: T): T {
  const out = { ...defaults } as Record<string, unknown>;
  for (const [key, zero] of Object.entries(defaults)) {
    const v = raw[key];
    if (v === undefined || v === null) continue;
    if (typeof zero === 'string') out[key] = str(v);
    else if (typeof zero === 'number') out[key] = num(v);
    else if (typeof zero === 'boolean') out[key] = bool(v);
  }
  return out as T;
}

export function address(v: unknown): Address {
  const r = obj(v);
  return { type: str(r.type), addr: str(r.addr), name: str(r.name) };
}

function fields(v: unknown): KeyValue[] {
  return list(v).map(obj).map((r) => ({ key: str(r.key), value: str(r.value) })).filter((f) => f.key);
}

function attachments(v: unknown): Attachment[] {
  return list(v).map(obj).map((r) => plain(r, { name: '', type: '', bytes: 0, sha256: '', content_id: '' }));
}

function posts(v: unknown): Post[] {
  return list(v).map(obj).map((r) => plain(r, {
    seq: 0, parent_id: '', root_id: '', visibility: '', url: '', reach: 0, sentiment: 0, flags: 0, gone: false, edited: false, reaction: '',
  }));
}

export function conv(v: unknown): Conv {
  const r = obj(v);
  return {
    ...plain(r, {
      id: 0, version: 0, contact: 0, channel: '', contact_name: '', subject: '', language: '', seq: 0,
      last_text: '', created_at: 0, last_at: 0, last_customer_at: 0, last_human_reply_at: 0,
      first_reply_at: 0, resolved_at: 0, last_agent: '', disposition: '', read_seq: 0,
      peer_read_seq: 0, peer_delivered_seq: 0, merged_into: 0, csat: 0, csat_text: '', blocked: false,
    }),
    kind: one(r.kind, 'voice'),
    state: one(r.state, 'open'),
    last_direction: one(r.last_direction, 'in'),
    peer: address(r.peer), tags: strs(r.tags), fields: fields(r.fields), posts: posts(r.posts),
  };
}

export function work(v: unknown): Work {
  const r = obj(v);
  return {
    ...plain(r, {
      id: 0, version: 0, channel: '', queue: '', priority: 0, t0: 0, queued_at: 0, attempts: 0,
      agent: '', offer: '', offered_at: 0, offer_deadline: 0, accepted_at: 0, preferred: '',
      forced: false, units: 0, park_at: 0, wake_at: 0, wrap_until: 0, silent_since: 0, reason: '',
      waits_for: '', call_id: '', from: '', to: '', answered_at: 0, ended_at: 0, cluster: 0, consult: '',
    }),
    members: list(r.members).map(num).filter(Boolean),
    kind: one(r.kind, 'conversation'),
    channel_kind: one(r.channel_kind, 'voice'),
    state: one(r.state, 'queued'),
  };
}

function perKind<T>(read: (kind: ChannelKind) => T): Record<ChannelKind, T> {
  return Object.fromEntries(CHANNEL_KINDS.map((k) => [k, read(k)])) as Record<ChannelKind, T>;
}

export function agent(v: unknown): Agent {
  const r = obj(v);
  return {
    ...plain(r, {
      id: '', version: 0, name: '', email: '', profile: '', extension: '', disabled: false,
      presence_reason: '', presence_since: 0, voice_since: 0, voice_wrap_until: 0,
      voice_link_lost: false, used: 0, offer: '', phone_channel: '', phone_paused: false, phone_reason: '',
    }),
    role: one(r.role, 'agent'),
    presence: one(r.presence, 'out'),
    voice: one(r.voice, 'none'),
    gate: one(r.gate, 'none'),
    queues: strs(r.queues), teams: strs(r.teams),
    skills: list(r.skills).map(obj).map((s) => plain(s, { skill: '', level: 0 })),
    calls: list(r.calls).map(obj).map((c) => ({
      ...plain(c, { id: '', since: 0, from: '', to: '', queue: '' }), state: one(c.state, 'none'),
    })),
    counts: perKind((kind) => num(r[`count_${kind}`])),
  };
}

export function chan(v: unknown): Chan {
  return plain(obj(v), { id: '', version: 0, connector: '', paused: false, paused_until: 0, state: '', error: '', held: false, held_by: '', held_at: 0, spike_since: 0, spike_rate: 0 });
}

export function policy(v: unknown): Policy {
  const r = obj(v);
  const codes = (x: unknown) => list(x).map(obj).map((c) => ({ id: str(c.id), name: str(c.name) || str(c.id) }));
  return {
    version: num(r.version), name: str(r.name),
    profiles: list(r.profiles).map(obj).map((p) => ({
      id: str(p.id), capacity: num(p.capacity) || 100,
      kinds: perKind((k) => plain(obj(p[k]), { cost: 0, maximum: 0, nudge_ms: 0, wrap_max_ms: 0 })),
    })),
    queues: list(r.queues).map(obj).map((q) => {
      const row = plain(q, { id: '', name: '', priority: 0, target_ms: 0 });
      return { ...row, name: row.name || row.id };
    }),
    channels: list(r.channels).map(obj).map((c) => ({
      ...plain(c, { id: '', connector: '', queue: '', live: false, reacts: false, length_unit: '', max_length: 0, media_max: 0 }), kind: one(c.kind, 'voice'),
    })),
    dispositions: codes(r.dispositions), reasons: codes(r.reasons),
    canned: list(r.canned).map(obj).map((c) => ({ id: str(c.id), text: str(c.text) })),
  };
}

export function message(v: unknown): Message {
  const r = obj(v);
  return {
    ...plain(r, {
      id: '', conv: 0, seq: 0, channel: '', private: false, author: '', text: '', html: '',
      quoted: '', subject: '', provider_at: 0, received_at: 0, at: 0, event: '', edits: 0, client_ref: '',
    }),
    direction: one(r.direction, 'in'),
    kind: one(r.kind, 'text'),
    from: address(r.from), to: list(r.to).map(address), cc: list(r.cc).map(address), attachments: attachments(r.attachments),
  };
}

export function media(v: unknown): Media {
  const r = obj(v);
  return {
    ...plain(r, { conv: 0, seq: 0, version: 0 }),
    items: list(r.items).map(obj).map((i) => ({
      ...plain(i, { index: 0, name: '', type: '', sha256: '', bytes: 0, attempts: 0, next_at: 0, error: '' }),
      state: one(i.state, 'waiting'),
    })),
  };
}

export function delivery(v: unknown): Delivery {
  const r = obj(v);
  return {
    ...plain(r, { conv: 0, seq: 0, message_id: '', attempts: 0, next_at: 0, code: '', error: '', at: 0 }),
    state: one(r.state, 'none'),
  };
}

export function contact(v: unknown): Contact {
  const r = obj(v);
  return {
    ...plain(r, { id: 0, name: '', language: '', note: '', created_at: 0, merged_into: 0 }),
    identities: list(r.identities).map(obj).map((i) => ({
      address: address(i.address), verified: bool(i.verified), source: str(i.source),
    })),
    fields: fields(r.fields),
    conversations: list(r.conversations).map(num).filter(Boolean),
  };
}

export function result(v: unknown): Result {
  return plain(obj(v), { id: '', ok: false, error: '', text: '', conv: 0, seq: 0, contact: 0, duplicate: false });
}
