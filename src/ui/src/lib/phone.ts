/* What there is to say about a person's phone. Pure. */
import type { Agent, Policy } from '../model/types';

export const MAX_EXTENSION = 64; // as the daemon takes it

/* Who works without a phone is not bothered with one. */
export const usesPhone = (a: Agent | undefined, policy: Policy | null): boolean =>
  !!a && (a.extension !== '' || a.voice !== 'none' || (policy?.channels.some((c) => c.kind === 'voice') ?? false));

export function holderOf(agents: ReadonlyMap<string, Agent>, extension: string): Agent | undefined {
  if (!extension) return undefined;
  for (const a of agents.values()) if (a.extension === extension) return a;
  return undefined;
}

/* "" when it will do. */
export function extensionError(text: string): string {
  if (!text) return 'Enter the extension of the phone on your desk.';
  if (/\s/.test(text)) return 'An extension has no spaces.';
  if (new TextEncoder().encode(text).length > MAX_EXTENSION) return `An extension has at most ${MAX_EXTENSION} characters.`;
  return '';
}

/* The one thing about the phone that its owner, and his lead, must know. */
export function phoneTrouble(a: Agent): string {
  if (a.voice_link_lost || a.voice === 'unknown') return 'The phone system cannot be reached: what the phone does is unknown.';
  if (a.gate === 'nobody') return `The phone system knows no extension ${a.extension}.`;
  if (a.gate === 'failed') return 'Calls may ring at any time: the phone system does not hold them back.';
  return '';
}

/* A pause made on the phone that presence does not tell already. */
export const pausedBeside = (a: Agent): boolean => a.phone_paused && a.presence !== 'paused' && a.presence !== 'out';

/* The extension that this browser used last: with desks that anybody may take, the desk's. */
const DESK = 'tandem.desk';

export function deskExtension(shelf: Pick<Storage, 'getItem'> | null): string {
  try {
    return shelf?.getItem(DESK) ?? '';
  } catch {
    return '';
  }
}

export function keepDesk(shelf: Pick<Storage, 'setItem'> | null, extension: string): void {
  try {
    shelf?.setItem(DESK, extension);
  } catch {
    // not kept
  }
}
