/* Files for the next message: chosen, dropped or pasted; each with its progress, its reason, its way out. */
import { useRef } from 'react';
import { bytes } from '../lib/names';
import { Button, IconButton } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { removeFile, retryFile, type Upload } from '../store/uploads';

export function AttachButton({ disabled, onFiles }: { disabled: boolean; onFiles(files: readonly File[]): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="clip" label="Attach files" side="top" disabled={disabled} onClick={() => input.current?.click()} />
      <input ref={input} className="vh" type="file" multiple tabIndex={-1} aria-hidden="true"
        onChange={(e) => {
          onFiles([...(e.target.files ?? [])]);
          e.target.value = ''; // the same file may be chosen again
        }} />
    </>
  );
}

export function UploadList({ me, conv, files }: { me: string; conv: number; files: readonly Upload[] }) {
  if (!files.length) return null;
  return (
    <ul className="uploads" aria-label="Files to send">
      {files.map((u) => (
        <li key={u.key} className={`upload ${u.state === 'failed' ? 'bad' : ''}`}>
          {u.preview ? <img src={u.preview} alt="" /> : <Icon name="file" />}
          <span className="upload-text">
            <span className="cut" title={u.name}>{u.name}</span>
            <span className="muted num">
              {u.state === 'failed' ? u.error : u.state === 'ready' ? bytes(u.file.size) : `${Math.round(u.progress * 100)} % of ${bytes(u.file.size)}`}
            </span>
            {u.state === 'sending' && <progress value={u.progress} max={1} aria-label={`Uploading ${u.name}`} />}
          </span>
          {u.state === 'failed' && <Button small onClick={() => retryFile(me, conv, u.key)}>Retry</Button>}
          <IconButton icon="x" label={`Remove ${u.name}`} side="top" onClick={() => removeFile(me, conv, u.key)} />
        </li>
      ))}
    </ul>
  );
}
