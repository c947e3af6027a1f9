/* Reads over HTTP, and logging in. Whatever fails becomes a RestError with a sentence for people. */
import * as n from '../model/normalize';
import type { Agent, Contact, Conv } from '../model/types';

export class RestError extends Error {
  constructor(readonly status: number, readonly code: string, text: string) {
    super(text);
  }
}

let csrf = '';

async function request(method: string, path: string, body?: unknown): Promise<unknown> {
  let res: Response;
  try {
    res = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        ...(body !== undefined ? { 'Content-Type': 'application/json' } : {}),
        ...(method !== 'GET' && csrf ? { 'X-CSRF': csrf } : {}),
      },
      body: body !== undefined ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw new RestError(0, 'unreachable', 'The server cannot be reached.');
  }
  const text = await res.text();
  let json: unknown;
  try {
    json = text ? JSON.parse(text) : {};
  } catch {
    json = {};
  }
  if (res.ok) return json;
  const err = (json ?? {}) as { error?: string; text?: string };
  const plain = text && text[0] !== '<' && text[0] !== '{' ? text.slice(0, 500) : '';
  throw new RestError(res.status, err.error ?? '', err.text ?? (plain || `The server answered ${res.status}.`));
}

export async function me(): Promise<Agent | null> {
  try {
    const r = (await request('GET', '/v1/me')) as { csrf?: string; agent?: unknown };
    csrf = r.csrf ?? '';
    return n.agent(r.agent ?? r);
  } catch (e) {
    if (e instanceof RestError && (e.status === 401 || e.status === 403)) return null;
    throw e;
  }
}

export async function login(user: string, password: string): Promise<void> {
  await request('POST', '/login', { user, password });
}

export async function logout(): Promise<void> {
  await request('POST', '/logout', {});
  csrf = '';
}

/* A file to the daemon, with its progress; a browser's fetch does not tell any. */
export function upload(file: File, name: string, onProgress: (part: number) => void): { done: Promise<string>; stop(): void } {
  const x = new XMLHttpRequest();
  const done = new Promise<string>((resolve, reject) => {
    x.upload.onprogress = (e) => { if (e.lengthComputable) onProgress(e.loaded / e.total); };
    x.onerror = () => reject(new RestError(0, 'unreachable', 'The server cannot be reached.'));
    x.onabort = () => reject(new RestError(0, 'stopped', 'Stopped.'));
    x.onload = () => {
      let json: { file?: string; text?: string } = {};
      try {
        json = JSON.parse(x.responseText) as typeof json;
      } catch {
        // a proxy's page
      }
      if (x.status === 201 && json.file) resolve(json.file);
      else reject(new RestError(x.status, '', json.text ?? (x.status === 413 ? 'It is too large.' : `The server answered ${x.status}.`)));
    };
  });
  x.open('POST', `/v1/uploads?${new URLSearchParams({ name }).toString()}`);
  x.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
  if (csrf) x.setRequestHeader('X-CSRF', csrf);
  x.send(file);
  return { done, stop: () => x.abort() };
}

export interface Page { before?: number; after?: number; limit: number }

function query(q: Record<string, string | number | undefined>): string {
  const p = new URLSearchParams();
  for (const [k, v] of Object.entries(q)) if (v !== undefined && v !== '') p.set(k, String(v));
  const s = p.toString();
  return s ? `?${s}` : '';
}

export const messages = (conv: number, page: Page): Promise<unknown> =>
  request('GET', `/v1/conversations/${conv}/messages${query({ ...page })}`);

export async function conversation(id: number): Promise<Conv> {
  const r = (await request('GET', `/v1/conversations/${id}`)) as { conversation?: unknown };
  return n.conv(r.conversation ?? r);
}

function convs(body: unknown): Conv[] {
  const r = body as { conversations?: unknown; items?: unknown };
  const rows = Array.isArray(body) ? body : (r.conversations ?? r.items ?? []);
  return (rows as unknown[]).map(n.conv).filter((c) => c.id);
}

export async function conversations(q: { view?: string; queue?: string; contact?: number; limit?: number; before?: number }): Promise<Conv[]> {
  return convs(await request('GET', `/v1/conversations${query(q)}`));
}

export async function contact(id: number): Promise<Contact> {
  const r = (await request('GET', `/v1/contacts/${id}`)) as { contact?: unknown };
  return n.contact(r.contact ?? r);
}

export const contactConversations = async (id: number): Promise<Conv[]> =>
  convs(await request('GET', `/v1/contacts/${id}/conversations`));

export interface ChannelInfo {
  id: string; connector: string; kind: string; state: string; error: string; paused: boolean; oauth: boolean; waiting: number;
}
export interface ChannelList { channels: ChannelInfo[]; callback: string }

export async function channels(): Promise<ChannelList> {
  const r = (await request('GET', '/v1/channels')) as { channels?: Partial<ChannelInfo>[]; oauth_callback?: string };
  const full = (c: Partial<ChannelInfo>): ChannelInfo =>
    ({ id: '', connector: '', kind: '', state: '', error: '', paused: false, oauth: false, waiting: 0, ...c });
  return { channels: (r.channels ?? []).map(full), callback: r.oauth_callback ?? '' };
}

/* Where to send the browser; it comes back to /oauth/callback. */
export async function connectChannel(id: string): Promise<string> {
  const r = (await request('POST', `/v1/channels/${encodeURIComponent(id)}/oauth`, {})) as { authorize_url?: string };
  return r.authorize_url ?? '';
}

export interface OAuthReturn { state: string; code?: string; error?: string; error_description?: string }

export async function finishConnecting(back: OAuthReturn): Promise<string> {
  const r = (await request('POST', '/v1/oauth/callback', back)) as { channel?: string };
  return r.channel ?? '';
}

/* Why an item has whom it has, or still waits: a sentence, true at this moment. */
export async function why(id: number): Promise<string> {
  const r = (await request('GET', `/v1/work/${id}/why`)) as { result?: { ok?: boolean; text?: string } };
  return r.result?.ok ? r.result.text ?? '' : '';
}
