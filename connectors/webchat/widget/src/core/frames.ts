/* The frames of connectors/webchat/README.md, as the widget trusts them: whatever a server (or a proxy
 * in between) sends goes through parseFrame, and only well-formed fields come out. */

export interface Field {
  id: string;
  label: string;
  type: string;
  required: boolean;
  options: string[];
}
export interface Config {
  name: string;
  greeting: string;
  form: Field[];
  open: boolean;
  closesInMs: number; // from the welcome on; 0: not known
  opensInMs: number;
  fileMax: number; // bytes of the largest file that may be sent; 0: none
}
export interface LineFile {
  name: string;
  url: string; // a path of the daemon's
}
export interface Line {
  seq: number;
  direction: 'in' | 'out';
  text: string;
  at: number;
  name: string;
  id: string; // of ours: what it was sent as; '' where the server does not say
  files?: LineFile[];
}
export type VisitState = 'idle' | 'waiting' | 'active' | 'closed' | 'left-message';
export interface Visit {
  state: VisitState;
  position: number;
  expectedWaitMs: number; // −1: unknown
  agent: string;
  onCall: boolean;
  readSeq: number;
  callback: boolean; // he may ask to be called back
  callbackAt: number; // he did: when it is due; 0: he did not
}

export type ServerFrame =
  | { t: 'welcome'; token: string; visitor: string; conv: number; config: Config }
  | { t: 'messages'; conv: number; items: Line[]; last: number; more: boolean }
  | { t: 'visit'; conv: number; visit: Visit }
  | { t: 'typing'; name: string }
  | { t: 'ack'; id: string }
  | { t: 'result'; id: string; ok: boolean; seq: number; error: string; text: string }
  | { t: 'refused'; id: string; error: string; text: string }
  | { t: 'delivered'; seq: number; state: string }
  | { t: 'store'; up: boolean }
  | { t: 'pong' };

export type ClientFrame =
  | { t: 'hello'; channel: string; tab: string; have: number; conv?: number; token?: string; identity?: string }
  | { t: 'open'; id: string; fields: Record<string, string> }
  | { t: 'send'; id: string; text: string; file?: string }
  | { t: 'seen'; delivered: number; read: number }
  | { t: 'typing' }
  | { t: 'end'; id: string }
  | { t: 'rate'; id: string; rating: number; text?: string }
  | { t: 'callback'; id: string; at?: number; fields: Record<string, string> }
  | { t: 'ping' };

const MAX_FRAME = 1 << 20; // characters; a page of 200 long lines stays below
const MAX_SHOWN = 20_000; // characters of one line that are shown
const STATES = ['idle', 'waiting', 'active', 'closed', 'left-message'];

type Bag = Record<string, unknown>;
const isBag = (v: unknown): v is Bag => typeof v === 'object' && v !== null && !Array.isArray(v);
const str = (v: unknown, max = 200): string => (typeof v === 'string' ? v.slice(0, max) : '');
const seq = (v: unknown): number => (typeof v === 'number' && Number.isSafeInteger(v) && v > 0 ? v : 0);
const wait = (v: unknown): number => (typeof v === 'number' && v > 0 && v < 864e5 * 400 ? v : 0);
const list = (v: unknown, max: number): unknown[] => (Array.isArray(v) ? v.slice(0, max) : []);

function parseField(v: unknown): Field[] {
  if (!isBag(v) || !str(v.id)) return [];
  return [
    {
      id: str(v.id, 64),
      label: str(v.label),
      type: str(v.type, 16) || 'text',
      required: v.required === true,
      options: list(v.options, 100).map((o) => str(o)).filter(Boolean),
    },
  ];
}

function parseFile(v: unknown): LineFile[] {
  const url = isBag(v) ? str(v.url, 4000) : '';
  return isBag(v) && url.startsWith('/media/') ? [{ name: str(v.name) || 'file', url }] : [];
}

function parseLine(v: unknown): Line[] {
  if (!isBag(v) || !seq(v.seq) || typeof v.text !== 'string') return [];
  if (v.direction !== 'in' && v.direction !== 'out') return [];
  return [
    {
      seq: seq(v.seq),
      direction: v.direction,
      text: str(v.text, MAX_SHOWN),
      at: typeof v.at === 'number' && v.at > 0 && v.at < 8.64e15 ? v.at : 0,
      name: str(v.name, 80),
      id: v.direction === 'in' ? str(v.id) : '',
      files: list(v.files, 20).flatMap(parseFile),
    },
  ];
}

function parseVisit(v: Bag): Visit | null {
  const state = str(v.state);
  if (!STATES.includes(state)) return null;
  const expected = v.expected_wait_ms;
  return {
    state: state as VisitState,
    position: seq(v.position),
    expectedWaitMs: typeof expected === 'number' && expected > 0 && expected < 864e5 ? expected : -1,
    agent: str(v.agent, 80),
    onCall: v.on_call === true,
    readSeq: seq(v.read_seq),
    callback: v.callback === true,
    callbackAt: seq(v.callback_at),
  };
}

function parseWelcome(v: Bag): ServerFrame | null {
  const c = isBag(v.config) ? v.config : { open: true };
  const token = str(v.token, 1024);
  if (!token) return null;
  return {
    t: 'welcome',
    token,
    visitor: str(v.visitor),
    conv: seq(v.conv),
    config: {
      name: str(c.name, 80),
      greeting: str(c.greeting, 500),
      form: list(c.form, 20).flatMap(parseField),
      open: c.open === true, // fields that are false are left out on the wire
      closesInMs: wait(c.closes_in_ms),
      opensInMs: wait(c.opens_in_ms),
      fileMax: seq(c.file_max),
    },
  };
}

/* null: not a frame that we know; to be ignored. */
export function parseFrame(raw: unknown): ServerFrame | null {
  if (typeof raw !== 'string' || raw.length > MAX_FRAME) return null;
  let v: unknown;
  try {
    v = JSON.parse(raw);
  } catch {
    return null;
  }
  if (!isBag(v)) return null;
  const id = str(v.id);
  switch (v.t) {
    case 'welcome':
      return parseWelcome(v);
    case 'messages': {
      const items = list(v.items, 1000).flatMap(parseLine);
      return { t: 'messages', conv: seq(v.conv), items, last: seq(v.last), more: v.more === true };
    }
    case 'visit': {
      const visit = parseVisit(v);
      return visit && { t: 'visit', conv: seq(v.conv), visit };
    }
    case 'typing':
      return { t: 'typing', name: str(v.name, 80) };
    case 'ack':
      return id ? { t: 'ack', id } : null;
    case 'result':
      return id
        ? { t: 'result', id, ok: v.ok === true, seq: seq(v.seq), error: str(v.error), text: str(v.text, 500) }
        : null;
    case 'refused':
      return id ? { t: 'refused', id, error: str(v.error), text: str(v.text, 500) } : null;
    case 'delivered':
      return seq(v.seq) ? { t: 'delivered', seq: seq(v.seq), state: str(v.state, 16) } : null;
    case 'store':
      return typeof v.up === 'boolean' ? { t: 'store', up: v.up } : null;
    case 'pong':
      return { t: 'pong' };
    default:
      return null;
  }
}

export const MAX_BYTES = 8000; // of a message, in UTF-8

const coder = new TextEncoder();

/* The longest beginning of it that has at most so many bytes. */
export function fitText(text: string, max = MAX_BYTES): string {
  if (text.length * 3 <= max) return text;
  const { read } = coder.encodeInto(text, new Uint8Array(max));
  return text.slice(0, read);
}

/* What may be sent: no control characters but line feed and tab, no lone surrogates, not too long. */
export function cleanText(text: string, max = MAX_BYTES): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .trim()
    .replace(/\p{Surrogate}/gu, '\ufffd');
  return fitText(clean, max);
}

export const byteLength = (text: string): number => coder.encode(text).length;

/* The answers of a form, so that all of them fit into one frame. */
export function fitFields(fields: Record<string, string>): Record<string, string> {
  let room = 10_000;
  const out: Record<string, string> = {};
  for (const [id, value] of Object.entries(fields)) {
    out[id] = cleanText(value, Math.min(room, 2000));
    room -= byteLength(out[id]);
  }
  return out;
}
