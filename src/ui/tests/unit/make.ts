/* Frames as the daemon would send them. */
import type { Frame, Item } from '../../src/net/frames';
import { openLog } from '../../src/store/local';
import { reduceFrames } from '../../src/store/reduce';
import { initialState, type State } from '../../src/store/state';

export const TAB = 'tab0123456789abcdef';

export const work = (id: number, version: number, data: object = {}): Item =>
  ({ entity: 'work', key: String(id), version, data: { id, version, channel_kind: 'chat', queue: 'chat', state: 'queued', ...data } });
export const conv = (id: number, version: number, data: object = {}): Item =>
  ({ entity: 'conv', key: String(id), version, data: { id, version, kind: 'chat', contact_name: `C${id}`, ...data } });
export const line = (c: number, seq: number, data: object = {}, event = `${seq}-0`): Frame =>
  ({ t: 'message', event, conv: c, seq, data: { id: `M${seq}`, conv: c, seq, text: `line ${seq}`, at: 1000 + seq, ...data } });

export const welcome: Frame = { t: 'welcome', me: 'anna', role: 'agent', now: 0 };

export function live(items: Item[] = [], event = '10-0'): State {
  return reduceFrames({ ...initialState, tab: TAB }, [
    welcome, { t: 'snapshot', first: true, last: true, term: 'T1', event, items },
  ], 0);
}

export const apply = (s: State, ...frames: Frame[]): State => reduceFrames(s, frames, 0);

export const withLog = (s: State, id: number): State => openLog(s, id, 0);

export function freeze<T>(v: T): T {
  if (v && typeof v === 'object' && !Object.isFrozen(v)) {
    Object.freeze(v);
    if (v instanceof Map) for (const x of v.values()) freeze(x);
    else for (const x of Object.values(v)) freeze(x);
  }
  return v;
}
