/* The files of a message: pictures as thumbnails of a fixed shape, everything else as a chip that
 * saves it; what a provider still keeps says so, and why it could not be fetched. */
import { useState } from 'react';
import { sentence } from '../actions/actions';
import { bytes } from '../lib/names';
import { timeOfDay } from '../lib/time';
import type { Media, MediaState, Message } from '../model/types';
import { Button, IconButton, Spinner } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { toast } from '../store/ui';

export interface Shown { index: number; name: string; type: string; bytes: number; state: MediaState; error: string; nextAt: number; contentId: string; url: string }

export const fileUrl = (conv: number, seq: number, index: number) => `/v1/conversations/${conv}/messages/${seq}/attachments/${index}`;

/* How a message's files stand now. */
export function shownFiles(m: Message, media: Media | undefined): Shown[] {
  return m.attachments.map((a, index) => {
    const item = a.sha256 ? undefined : media?.items.find((i) => i.index === index);
    return {
      index, name: a.name, contentId: a.content_id, url: fileUrl(m.conv, m.seq, index),
      type: item?.type || a.type, bytes: item?.bytes || a.bytes,
      state: a.sha256 ? 'stored' : item?.state ?? 'failed', // kept by nobody we know: an old line
      error: a.sha256 ? '' : item ? item.error : 'It was not fetched.', nextAt: item?.next_at ?? 0,
    };
  });
}

const isPicture = (f: Shown) => f.state === 'stored' && /^image\/(png|jpeg|gif|webp|bmp)$/.test(f.type);
const isFilm = (f: Shown) => f.state === 'stored' && /^video\/(mp4|quicktime)$/.test(f.type);
const isSound = (f: Shown) => f.state === 'stored' && /^audio\/(mpeg|ogg|mp4)$/.test(f.type);
const called = (f: Shown) => f.name || (f.type.startsWith('image/') ? 'Picture' : f.type.startsWith('video/') ? 'Film' : f.type.startsWith('audio/') ? 'Sound' : 'File');

export function Files({ message, media }: { message: Message; media?: Media }) {
  const [open, setOpen] = useState(-1);
  // What stands in the mail itself is shown there.
  const files = shownFiles(message, media).filter((f) => !f.contentId || !message.html.includes(`cid:${f.contentId}`));
  const seen = files.filter((f) => isPicture(f) || isFilm(f));
  if (!files.length) return null;
  return (
    <>
      {seen.length > 0 && (
        <ul className="pics">
          {seen.map((f, i) => (
            <li key={f.index}>
              <button type="button" className="pic" aria-label={`Show ${called(f)}`} title={called(f)} onClick={() => setOpen(i)}>
                {isFilm(f) ? <><Icon name="play" size={24} /><span className="cut">{called(f)}</span></> : <img src={f.url} alt={called(f)} loading="lazy" />}
              </button>
            </li>
          ))}
        </ul>
      )}
      {files.length > seen.length && (
        <ul className="files">{files.filter((f) => !seen.includes(f)).map((f) => <Chip key={f.index} file={f} message={message} />)}</ul>
      )}
      {open >= 0 && seen[open] && <Lightbox files={seen} at={open} go={setOpen} />}
    </>
  );
}

function Chip({ file, message }: { file: Shown; message: Message }) {
  const name = <span className="cut">{called(file)}</span>;
  if (file.state === 'waiting') {
    return (
      <li className="file" title={file.error}>
        <Spinner label="" />{name}
        <span className="muted">{file.error ? `Not fetched yet. Again ${file.nextAt ? `at ${timeOfDay(file.nextAt)}` : 'soon'}: ${file.error}` : 'Fetching…'}</span>
      </li>
    );
  }
  if (file.state === 'failed') {
    return (
      <li className="file bad">
        <Icon name="alert" />{name}<span className="file-why">{file.error || 'It could not be fetched.'}</span>
        <Again conv={message.conv} seq={message.seq} />
      </li>
    );
  }
  return (
    <li>
      <a className="file" href={file.url} download={file.name || true} title={`Save ${called(file)} (${file.type})`}>
        <Icon name="file" />{name}<span className="muted num">{bytes(file.bytes)}</span>
      </a>
      {isSound(file) && <audio className="file-sound" controls preload="none" src={file.url} aria-label={called(file)} />}
    </li>
  );
}

function Again({ conv, seq }: { conv: number; seq: number }) {
  const client = useClient();
  const busy = useStore((s) => s.queue.items.some((c) => c.cmd === 'media.retry' && c.body.conv === conv && c.body.seq === seq));
  return (
    <Button small disabled={busy} onClick={() => void client.command('media.retry', { conv, seq }).then((r) => !r.ok && toast(r.text || sentence(r.error), 'bad'))}>
      Fetch again
    </Button>
  );
}

function Lightbox({ files, at, go }: { files: readonly Shown[]; at: number; go(i: number): void }) {
  const f = files[at]!;
  const step = (by: number) => go((at + by + files.length) % files.length);
  return (
    <Dialog title={called(f)} wide onClose={() => go(-1)}
      footer={<>
        {files.length > 1 && <><IconButton icon="back" label="Previous" onClick={() => step(-1)} /><span className="muted num">{at + 1} of {files.length}</span><IconButton icon="right" label="Next" onClick={() => step(1)} /></>}
        <span className="grow" /><span className="muted num">{bytes(f.bytes)}</span>
        <a className="btn plain" data-first href={f.url} download={f.name || true}>Save</a>
      </>}>
      <div className="lightbox" onKeyDown={(e) => { if (files.length > 1 && e.key === 'ArrowRight') step(1); if (files.length > 1 && e.key === 'ArrowLeft') step(-1); }}>
        {isFilm(f) ? <video key={f.url} controls src={f.url} aria-label={called(f)} /> : <img key={f.url} src={f.url} alt={called(f)} />}
      </div>
    </Dialog>
  );
}
