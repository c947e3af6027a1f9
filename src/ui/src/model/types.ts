/* What the daemon sends, after defaults have been filled in (normalize.ts): on the wire, zero and
 * empty fields are left out. Times are Unix milliseconds of the server's clock. */

export type ChannelKind = 'voice' | 'chat' | 'sms' | 'social' | 'mail';
export type WorkKind = 'conversation' | 'call' | 'cluster' | 'task';
export type WorkState =
  | 'queued' | 'reserved' | 'offered' | 'active' | 'held' | 'parked' | 'wrap' | 'snoozed' | 'done'
  | 'abandoned' | 'overflowed' | 'callback';
export type Presence = 'out' | 'available' | 'draining' | 'paused' | 'not-responding';
export type VoiceState = 'none' | 'unknown' | 'idle' | 'ringing' | 'active' | 'hold' | 'wrap';
export type GateState = 'none' | 'asked' | 'open' | 'closed' | 'failed' | 'nobody';
export type Role = 'agent' | 'supervisor' | 'admin';
export type ConvState = 'open' | 'resolved' | 'spam' | 'merged' | 'archived';
export type Direction = 'in' | 'out' | 'internal';
export type MessageKind = 'text' | 'note' | 'event' | 'reaction' | 'edit' | 'delete';
export type DeliveryState =
  | 'none' | 'queued' | 'sending' | 'unknown' | 'sent' | 'delivered' | 'read' | 'failed' | 'bounced';

export const CHANNEL_KINDS: readonly ChannelKind[] = ['voice', 'chat', 'sms', 'social', 'mail'];

export interface Address { type: string; addr: string; name: string }
export interface KeyValue { key: string; value: string }

/* A customer's post that can be answered and liked. */
export interface Post {
  seq: number; parent_id: string; root_id: string; visibility: string; url: string; reach: number;
  sentiment: number; flags: number; gone: boolean; edited: boolean; reaction: string;
}

export interface Conv {
  id: number; version: number; contact: number;
  channel: string; kind: ChannelKind; peer: Address;
  contact_name: string; subject: string; language: string;
  state: ConvState; seq: number; last_text: string; last_direction: Direction;
  created_at: number; last_at: number; last_customer_at: number; last_human_reply_at: number;
  first_reply_at: number; resolved_at: number;
  last_agent: string; disposition: string; tags: string[];
  read_seq: number; peer_read_seq: number; peer_delivered_seq: number;
  merged_into: number; csat: number; csat_text: string; blocked: boolean; fields: KeyValue[]; posts: Post[];
}

export interface Work {
  id: number; version: number; kind: WorkKind; channel_kind: ChannelKind;
  channel: string; queue: string; state: WorkState; priority: number;
  t0: number; queued_at: number; attempts: number; agent: string;
  offer: string; offered_at: number; offer_deadline: number; accepted_at: number;
  preferred: string; forced: boolean; units: number;
  park_at: number; wake_at: number; wrap_until: number; silent_since: number;
  reason: string; waits_for: string;
  call_id: string; from: string; to: string; answered_at: number; ended_at: number;
  members: number[]; cluster: number; consult: string;
}

export interface AgentCall { id: string; state: VoiceState; since: number; from: string; to: string; queue: string }

export interface Agent {
  id: string; version: number; name: string; email: string; profile: string; extension: string;
  role: Role; disabled: boolean; queues: string[]; teams: string[];
  skills: { skill: string; level: number }[];
  presence: Presence; presence_reason: string; presence_since: number;
  voice: VoiceState; voice_since: number; voice_wrap_until: number; voice_link_lost: boolean;
  phone_channel: string; phone_paused: boolean; phone_reason: string; gate: GateState;
  calls: AgentCall[]; used: number; counts: Record<ChannelKind, number>; offer: string;
}

export interface Chan { id: string; version: number; connector: string; paused: boolean; paused_until: number; state: string; error: string; held: boolean; held_by: string; held_at: number; spike_since: number; spike_rate: number }

export interface KindPolicy { cost: number; maximum: number; nudge_ms: number; wrap_max_ms: number }
export interface Profile { id: string; capacity: number; kinds: Record<ChannelKind, KindPolicy> }
export interface QueuePolicy { id: string; name: string; priority: number; target_ms: number }
export interface ChannelPolicy { id: string; connector: string; queue: string; kind: ChannelKind; live: boolean; reacts: boolean; length_unit: string; max_length: number; media_max: number }
export interface Code { id: string; name: string }
export interface Canned { id: string; text: string }
export interface Policy {
  version: number; name: string;
  profiles: Profile[]; queues: QueuePolicy[]; channels: ChannelPolicy[];
  dispositions: Code[]; reasons: Code[]; canned: Canned[];
}

export interface Attachment { name: string; type: string; bytes: number; sha256: string; content_id: string }

export type MediaState = 'waiting' | 'stored' | 'failed';
/* What became of a message's files that its provider kept for us. */
export interface MediaItem { index: number; state: MediaState; name: string; type: string; sha256: string; bytes: number; attempts: number; next_at: number; error: string }
export interface Media { conv: number; seq: number; version: number; items: MediaItem[] }

export interface Message {
  id: string; conv: number; seq: number; channel: string;
  direction: Direction; kind: MessageKind; private: boolean;
  from: Address; to: Address[]; cc: Address[]; author: string; text: string; html: string; quoted: string; subject: string;
  attachments: Attachment[]; provider_at: number; received_at: number; at: number;
  event: string; edits: number; client_ref: string;
}

export interface Delivery {
  conv: number; seq: number; message_id: string; state: DeliveryState; attempts: number;
  next_at: number; code: string; error: string; at: number;
}

export interface Contact {
  id: number; name: string; language: string; note: string;
  identities: { address: Address; verified: boolean; source: string }[];
  fields: KeyValue[]; conversations: number[]; created_at: number; merged_into: number;
}

export interface Result {
  id: string; ok: boolean; error: string; text: string; conv: number; seq: number; contact: number;
  duplicate: boolean;
}
