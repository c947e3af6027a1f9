/* What is open on the page and belongs to nobody else: dialogs, the contact's card, toasts. */
import { useSyncExternalStore } from 'react';

export type DialogKind = 'transfer' | 'assign' | 'consult' | 'whisper' | 'merge' | 'priority' | 'snooze' | 'resolve' | 'tags' | 'phone' | 'palette' | 'shortcuts' | 'confirm';

export interface Confirm { title: string; text: string; action: string; danger?: boolean; run(): void }

export interface Toast { id: number; text: string; tone: 'info' | 'good' | 'bad'; action?: { label: string; run(): void } }

export interface Ui {
  dialog: { kind: DialogKind; conv: number } | null;
  confirm: Confirm | null;
  card: boolean; // the contact's card, where there is room for it
  drawer: 'nav' | 'card' | null; // where there is not
  toasts: readonly Toast[];
  muted: boolean;
  keys: boolean; // single-key shortcuts
}

const flag = (key: string, zero: boolean): boolean => {
  try {
    const v = localStorage.getItem(key);
    return v === null ? zero : v === '1';
  } catch {
    return zero;
  }
};

const keep = (key: string, on: boolean): void => {
  try {
    localStorage.setItem(key, on ? '1' : '0');
  } catch {
    // not kept
  }
};

let ui: Ui = {
  dialog: null, confirm: null, card: flag('tandem.card', true), drawer: null, toasts: [],
  muted: flag('tandem.mute', false), keys: flag('tandem.keys', true),
};
const listeners = new Set<() => void>();
let nextToast = 1;

function set(patch: Partial<Ui>): void {
  ui = { ...ui, ...patch };
  for (const fn of listeners) fn();
}

const subscribe = (fn: () => void): (() => void) => {
  listeners.add(fn);
  return () => listeners.delete(fn);
};

export const useUi = <T>(select: (u: Ui) => T): T => useSyncExternalStore(subscribe, () => select(ui));
export const getUi = (): Ui => ui;

export const openDialog = (kind: DialogKind, conv = 0): void => set({ dialog: { kind, conv } });
export const closeDialog = (): void => set({ dialog: null, confirm: null });
export const askConfirm = (confirm: Confirm): void => set({ dialog: { kind: 'confirm', conv: 0 }, confirm });
export const setDrawer = (drawer: Ui['drawer']): void => set({ drawer });

export function toggleCard(): void {
  if (window.matchMedia('(max-width: 1319px)').matches) {
    set({ drawer: ui.drawer === 'card' ? null : 'card' });
    return;
  }
  keep('tandem.card', !ui.card);
  set({ card: !ui.card });
}

export function setMuted(muted: boolean): void {
  keep('tandem.mute', muted);
  set({ muted });
}

export function setKeys(keys: boolean): void {
  keep('tandem.keys', keys);
  set({ keys });
}

export const dropToast = (id: number): void => set({ toasts: ui.toasts.filter((t) => t.id !== id) });

export function toast(text: string, tone: Toast['tone'] = 'info', action?: Toast['action']): void {
  const id = nextToast++;
  set({ toasts: [...ui.toasts.slice(-3), { id, text, tone, action }] });
  setTimeout(() => dropToast(id), tone === 'bad' || action ? 9_000 : 4_500);
}
