/* Where we are, in the address: #/mine, #/queue/billing, #/c/1042?in=mine. Only `/` is served, so the
 * hash carries it. */
import { useSyncExternalStore } from 'react';
import type { View } from './select';

export interface Route { view: View; conv: number }

export function viewPath(v: View): string {
  return v.name === 'queue' ? `queue/${encodeURIComponent(v.queue)}` : v.name;
}

export function parseView(path: string): View | null {
  const [name, arg] = path.split('/');
  if (name === 'queue' && arg) return { name: 'queue', queue: decodeURIComponent(arg) };
  if (name === 'mine' || name === 'asked' || name === 'queues' || name === 'all' || name === 'closed' || name === 'agents' || name === 'channels' || name === 'social') return { name };
  return null;
}

/* A conversation keeps the list that it was opened from. */
export function parseRoute(hash: string, previous: View = { name: 'mine' }): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const conv = /^c\/(\d+)$/.exec(path);
  if (conv) return { view: parseView(new URLSearchParams(query).get('in') ?? '') ?? previous, conv: Number(conv[1]) };
  return { view: parseView(path) ?? { name: 'mine' }, conv: 0 };
}

export const toView = (v: View): string => `#/${viewPath(v)}`;
export const toConv = (id: number, v: View): string =>
  v.name === 'mine' || v.name === 'agents' || v.name === 'channels' ? `#/c/${id}` : `#/c/${id}?in=${viewPath(v)}`;

let current: Route = { view: { name: 'mine' }, conv: 0 };
let seen = '';

function read(): Route {
  if (location.hash !== seen) {
    seen = location.hash;
    current = parseRoute(seen, { name: 'mine' });
  }
  return current;
}

export function go(hash: string): void {
  location.hash = hash;
}

function subscribe(fn: () => void): () => void {
  window.addEventListener('hashchange', fn);
  return () => window.removeEventListener('hashchange', fn);
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, read);
export const route = read;
