/* Files that were dropped into a composer and not sent yet, by person and conversation. They live as
 * long as the tab; what the daemon has is a token that holds for a day. */
import { useSyncExternalStore } from 'react';
import { bytes as size } from '../lib/names';
import * as rest from '../net/rest';

export const MAX_FILES = 10;
const AT_ONCE = 3;

export interface Upload {
  key: number;
  file: File;
  name: string;
  preview: string; // an object URL of a picture; "": none
  state: 'waiting' | 'sending' | 'ready' | 'failed';
  progress: number; // 0…1
  token: string;
  error: string;
}

const none: readonly Upload[] = [];
const lists = new Map<string, readonly Upload[]>();
const stops = new Map<number, () => void>();
const listeners = new Set<() => void>();
let next = 1;

const at = (me: string, conv: number) => `${me}/${conv}`;

function set(place: string, list: readonly Upload[]): void {
  if (list.length) lists.set(place, list);
  else lists.delete(place);
  for (const fn of listeners) fn();
}

function change(place: string, key: number, patch: Partial<Upload>): void {
  set(place, (lists.get(place) ?? none).map((u) => (u.key === key ? { ...u, ...patch } : u)));
}

const subscribe = (fn: () => void): (() => void) => {
  listeners.add(fn);
  return () => listeners.delete(fn);
};

export const uploads = (me: string, conv: number): readonly Upload[] => lists.get(at(me, conv)) ?? none;
export const useUploads = (me: string, conv: number): readonly Upload[] => useSyncExternalStore(subscribe, () => uploads(me, conv));

function pump(place: string): void {
  const list = lists.get(place) ?? none;
  let free = AT_ONCE - list.filter((u) => u.state === 'sending').length;
  for (const u of list) {
    if (u.state !== 'waiting' || free-- <= 0) continue;
    change(place, u.key, { state: 'sending', progress: 0 });
    const sending = rest.upload(u.file, u.name, (progress) => change(place, u.key, { progress }));
    stops.set(u.key, sending.stop);
    void sending.done
      .then((token) => change(place, u.key, { state: 'ready', progress: 1, token }), (e: Error) => change(place, u.key, { state: 'failed', error: e.message }))
      .finally(() => {
        stops.delete(u.key);
        pump(place);
      });
  }
}

/* Takes them in. The sentence that says what was not taken, or "". */
export function addFiles(me: string, conv: number, files: readonly File[], max: number): string {
  const place = at(me, conv);
  const have = uploads(me, conv);
  const wrong: string[] = [];
  const fresh: Upload[] = [];
  for (const file of files) {
    if (have.length + fresh.length >= MAX_FILES) wrong.push(`At most ${MAX_FILES} files go with one message.`);
    else if (!file.size) wrong.push(`${file.name} is empty.`);
    else if (file.size > max) wrong.push(`${file.name} is larger than ${size(max)}.`);
    else {
      const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.type);
      fresh.push({
        key: next++, file, name: file.name || 'picture.png', preview: picture ? URL.createObjectURL(file) : '',
        state: 'waiting', progress: 0, token: '', error: '',
      });
    }
  }
  set(place, [...have, ...fresh]);
  pump(place);
  return [...new Set(wrong)].join(' ');
}

export function removeFile(me: string, conv: number, key: number): void {
  const u = uploads(me, conv).find((x) => x.key === key);
  if (!u) return;
  stops.get(key)?.();
  if (u.preview) URL.revokeObjectURL(u.preview);
  set(at(me, conv), uploads(me, conv).filter((x) => x.key !== key));
}

export function retryFile(me: string, conv: number, key: number): void {
  change(at(me, conv), key, { state: 'waiting', error: '' });
  pump(at(me, conv));
}

/* What is ready goes out with a message; it comes back when the message was not taken. */
export function takeFiles(me: string, conv: number): readonly Upload[] {
  const list = uploads(me, conv);
  set(at(me, conv), []);
  return list;
}

export function giveFilesBack(me: string, conv: number, files: readonly Upload[]): void {
  set(at(me, conv), [...files, ...uploads(me, conv)]);
}

export function forgetFiles(files: readonly Upload[]): void {
  for (const u of files) if (u.preview) URL.revokeObjectURL(u.preview);
}
