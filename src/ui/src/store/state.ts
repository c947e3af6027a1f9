/* All that the page knows. Frozen values: a change makes new maps for what it touched, and only for
 * that, so that a view can tell by identity whether it has to look again. */
import type { Agent, Chan, Conv, Policy, Role, Work } from '../model/types';
import { emptyQueue, type CommandQueue } from './commands';
import type { Log } from './log';

export interface Entities {
  policy: Policy | null;
  agents: ReadonlyMap<string, Agent>;
  works: ReadonlyMap<number, Work>;
  convs: ReadonlyMap<number, Conv>;
  chans: ReadonlyMap<string, Chan>;
}

export type Link =
  | { state: 'idle' } // not logged in
  | { state: 'connecting'; attempt: number }
  | { state: 'open' }
  | { state: 'waiting'; attempt: number; retryAt: number; lastOpen: number } // client's clock
  | { state: 'refused'; code: number; text: string }; // trying again would not help

/* A message that was written here and does not stand in the log yet. */
export interface Outgoing {
  id: string; // the command's
  conv: number;
  text: string;
  note: boolean;
  at: number;
  seq: number; // known from the result, until the line itself has come
  files: readonly string[]; // their names
}

/* Somebody types or looks; expires by itself. */
export interface Sign { conv: number; who: string; agent: string; until: number }

export interface Alarm { id: string; name: string; text: string; channel: string; queue: string; agent: string; at: number }

export interface State extends Entities {
  me: string;
  tab: string; // this page's name for the daemon
  role: Role;
  session: string;
  link: Link;
  storeUp: boolean;
  ready: boolean; // a whole snapshot has come
  cursor: { term: string; event: string } | null;
  staging: Entities | null; // a snapshot in the making; shown when its last part is here
  tombs: ReadonlyMap<string, number>; // "work:1042" → version at which it went away
  fetched: ReadonlyMap<number, Conv>; // read over REST, or no longer ours: shown, not listed
  logs: ReadonlyMap<number, Log>;
  outgoing: readonly Outgoing[];
  typing: readonly Sign[];
  viewing: readonly Sign[];
  alarms: readonly Alarm[];
  lostPhone: string; // the extension that a colleague took from me; "": none
  queue: CommandQueue;
}

export const noEntities: Entities = {
  policy: null, agents: new Map(), works: new Map(), convs: new Map(), chans: new Map(),
};

export const initialState: State = {
  ...noEntities,
  me: '', tab: '', role: 'agent', session: '', link: { state: 'idle' }, storeUp: true, ready: false,
  cursor: null, staging: null, tombs: new Map(), fetched: new Map(), logs: new Map(), outgoing: [], typing: [],
  viewing: [], alarms: [], lostPhone: '', queue: emptyQueue,
};
