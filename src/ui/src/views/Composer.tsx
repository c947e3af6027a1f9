/* Writing: a reply or a private note. It knows the channel, and rests while I am on the phone. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { byId, context } from '../actions/actions';
import { on } from '../actions/bus';
import { agentName, channelWord, contactName } from '../lib/names';
import type { Conv, Policy, Work } from '../model/types';
import { Button, Keys, Tip } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { confirmDraft, edit, noteArrival, send, since, staleText, useDraft } from '../store/composing';
import { addFiles, useUploads } from '../store/uploads';
import { toast } from '../store/ui';
import { AttachButton, UploadList } from './Attach';
import { useClient, useMe, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { isAsked, isWaiting, onCall } from '../store/select';
import { CannedMenu, useCanned } from './CannedMenu';
import { ChannelNotice } from './ChannelNotice';
import { MailFields } from './MailFields';
import { PostHint } from './PostHint';
import { SmsCounter } from './SmsCounter';

/* Bytes of the largest file; 0: the channel takes none. A note goes to nobody outside. */
function fileLimit(policy: Policy | null, channel: string, note: boolean): number {
  const channels = policy?.channels ?? [];
  return note ? Math.max(0, ...channels.map((c) => c.media_max)) : channels.find((c) => c.id === channel)?.media_max ?? 0;
}

const MAX_TEXT = 60_000; // a frame is 64 KiB

export function Composer({ conv, work, open, mine }: { conv: Conv; work?: Work; open: boolean; mine: boolean }) {
  const client = useClient();
  const me = useStore((s) => s.me);
  const agent = useMe();
  const lead = useStore((s) => s.role !== 'agent');
  const draft = useDraft(me, conv.id);
  const messages = useStore((s) => s.logs.get(conv.id)?.messages);
  const box = useRef<HTMLTextAreaElement>(null);
  const [thaw, setThaw] = useState(false);
  const calling = onCall(agent);
  const phone = conv.kind === 'voice'; // talked elsewhere: here only notes
  const frozen = calling && !thaw && !phone;
  const may = !phone && (mine || (open && lead)); // a supervisor may answer for anybody
  const note = draft?.note === true || !may;
  const text = draft?.text ?? '';
  const files = useUploads(me, conv.id);
  const max = useStore((s) => fileLimit(s.policy, conv.channel, note));
  const [over, setOver] = useState(false);
  const ready = files.every((u) => u.state === 'ready') && (text.trim() !== '' || (files.length > 0 && !note));
  const canned = useCanned(text, box, (next) => edit(client, conv.id, { text: next, note }));
  const newer = messages && since(client, conv.id, draft);
  const problem = draft?.problem ?? (newer && !note ? { kind: 'stale' as const, text: staleText(client, newer) } : undefined);
  const sendOnEnter = note || conv.kind === 'chat' || conv.kind === 'sms';

  useEffect(() => { if (!calling) setThaw(false); }, [calling]);
  useEffect(() => {
    const last = messages?.[messages.length - 1];
    if (last && client.now() - last.at < 60_000) noteArrival(conv.id, last.seq);
  }, [client, conv.id, messages]);
  useEffect(() => on('compose', (mode) => {
    edit(client, conv.id, { note: mode === 'note' ? !note || !may : false });
    box.current?.focus();
  }), [client, conv.id, note, may]);

  // As tall as its text, up to a third of the window.
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    el.style.height = 'auto';
    el.style.height = `${Math.min(el.scrollHeight, Math.round(window.innerHeight / 3))}px`;
  }, [text, note]);

  const take = (list: readonly File[]) => {
    if (!list.length || frozen) return;
    const wrong = max ? addFiles(me, conv.id, list, max) : 'This channel takes no files.';
    if (wrong) toast(wrong, 'bad');
    box.current?.focus();
  };

  const go = (anyway: boolean) => {
    send(client, conv.id, anyway);
    box.current?.focus();
  };

  return (
    <form className={`composer ${note ? 'is-note' : ''} ${frozen ? 'frozen' : ''} ${over ? 'is-over' : ''}`}
      onDragOver={(e) => { if (e.dataTransfer.types.includes('Files')) { e.preventDefault(); setOver(true); } }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => { if (e.dataTransfer.files.length) { e.preventDefault(); take([...e.dataTransfer.files]); } setOver(false); }}
      aria-label={note ? 'Private note' : 'Reply'}
      onSubmit={(e) => { e.preventDefault(); if (!frozen) go(false); }}>
      {frozen && (
        <div className="banner call" role="status">
          <Icon name="voice" />
          <span className="grow"><b>You are on a call.</b> {text ? 'Your draft waits exactly as you left it.' : 'Everything here waits until you hang up.'}</span>
          <Button small onClick={() => { setThaw(true); box.current?.focus(); }}>Write anyway</Button>
        </div>
      )}
      <ChannelNotice conv={conv} />
      {problem && !frozen && (
        <div className={`banner ${problem.kind === 'stale' ? 'warn' : 'bad'}`} role="alert">
          <Icon name="alert" />
          <span className="grow">{problem.text}{problem.kind === 'stale' && ' Does your draft still fit?'}</span>
          {problem.kind === 'stale' && <Button small onClick={() => { confirmDraft(client, conv.id); box.current?.focus(); }}>Keep editing</Button>}
          {problem.kind === 'stale' && <Button small onClick={() => go(true)}>Send anyway</Button>}
        </div>
      )}
      {(!mine || phone) && <Gate conv={conv} work={work} open={open} may={may} />}
      <div className="composer-box">
        {canned.open && <CannedMenu state={canned} />}
        <div className="composer-tabs" role="group" aria-label="What to write">
          {!phone && <button type="button" aria-pressed={!note} disabled={!may || frozen} onClick={() => { edit(client, conv.id, { note: false }); box.current?.focus(); }}>Reply</button>}
          <Tip text="Colleagues only" keys="Mod+Shift+N" side="top">
            <button type="button" aria-pressed={note} disabled={frozen} onClick={() => { edit(client, conv.id, { note: true }); box.current?.focus(); }}>Private note</button>
          </Tip>
        </div>
        {conv.kind === 'mail' && !note && <MailFields conv={conv} messages={messages ?? []} draft={draft?.mail} disabled={frozen} onChange={(mail) => edit(client, conv.id, { mail, note: false })} />}
        <textarea ref={box} rows={2} value={text} maxLength={MAX_TEXT} readOnly={frozen}
          aria-label={note ? 'Private note' : `Reply to ${contactName(conv)}`} aria-describedby="composer-hint"
          placeholder={note ? 'Only colleagues will see this' : `Write to ${contactName(conv)}, or / for canned replies`}
          onChange={(e) => { edit(client, conv.id, { text: e.target.value, note }); if (!note) client.sign('typing', conv.id); }}
          onPaste={(e) => { if (e.clipboardData.files.length) { e.preventDefault(); take([...e.clipboardData.files]); } }}
          onSelect={canned.onSelect} onBlur={canned.close} {...canned.aria}
          onKeyDown={(e) => {
            if (canned.onKey(e)) return;
            if (e.key === 'Escape') box.current?.blur();
            if (e.key !== 'Enter' || e.nativeEvent.isComposing || e.shiftKey) return;
            if (!(e.ctrlKey || e.metaKey) && !sendOnEnter) return;
            e.preventDefault();
            if (!frozen) go(false);
          }} />
        <UploadList me={me} conv={conv.id} files={files} />
        <div className="composer-foot">
          {max > 0 && <AttachButton disabled={frozen} onFiles={take} />}
          <span id="composer-hint" className="muted composer-hint">
            {note ? <><Icon name="note" size={12} /> Never shown to the customer</> : <>{channelWord[conv.kind]}{conv.peer.addr && conv.peer.type !== 'visitor' && ` to ${conv.peer.addr}`}</>}
          </span>
          <span className="grow" />
          {conv.kind === 'social' && !note && <PostHint conv={conv} text={text} />}
          {conv.kind === 'sms' && !note && text && <SmsCounter text={text} />}
          <span className="wide-only"><Keys keys={sendOnEnter ? 'Enter' : 'Mod+Enter'} /></span>
          <Button type="submit" tone="primary" icon={note ? 'note' : 'send'} disabled={!ready || frozen}>{note ? 'Add note' : 'Send'}</Button>
        </div>
      </div>
    </form>
  );
}

/* Why one cannot reply here, and what to do about it. */
function Gate({ conv, work, open, may }: { conv: Conv; work?: Work; open: boolean; may: boolean }) {
  const client = useClient();
  const current = useRoute();
  const agents = useStore((s) => s.agents);
  const me = useStore((s) => s.me);
  const queue = useStore((s) => s.policy?.queues.find((q) => q.id === work?.queue)?.name ?? work?.queue);
  const run = (id: string) => byId.get(id)!.run(context(client, current));
  const can = (id: string) => byId.get(id)!.when(context(client, current));
  const text = conv.kind === 'voice' ? (open && work?.state !== 'wrap' ? 'The phone answers and ends this call.' : 'This call is over.')
    : !open ? (conv.state === 'spam' ? 'This was marked as spam.' : 'This conversation is closed.')
    : isWaiting(work) ? (work!.state === 'offered' ? (work!.agent === me ? 'This is offered to you.' : `Offered to ${agentName(agents, work!.agent)}.`) : `Waiting in ${queue}.`)
    : !work!.agent ? (work!.kind === 'task' ? 'To be called or written back.' : 'Nobody has this now.')
    : isAsked(work, me) ? `${agentName(agents, work!.agent)} asks for your advice.`
    : `With ${agentName(agents, work!.agent)}.`;
  return (
    <div className="banner info">
      <Icon name={conv.kind === 'voice' ? 'voice' : open ? 'user' : 'archive'} />
      <span className="grow">{text} {may ? 'As a supervisor you can answer all the same.' : isAsked(work, me) ? 'Answer in a private note.' : 'You can leave a private note.'}</span>
      {can('pick') && <Button small onClick={() => run('pick')}>Take it</Button>}
      {can('reopen') && <Button small onClick={() => run('reopen')}>Reopen</Button>}
      {open && conv.kind !== 'voice' && work?.state === 'offered' && work.agent === me && <Button small onClick={() => run('offer.accept')}>Accept</Button>}
    </div>
  );
}
