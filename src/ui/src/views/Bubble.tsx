import { memo, useState } from 'react';
import { agentName, contactName } from '../lib/names';
import { fullTime, iso, timeOfDay } from '../lib/time';
import type { Agent, Conv, Delivery, Media, Message } from '../model/types';
import { Avatar, Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useStore } from '../store/context';
import type { Line } from '../store/log';
import type { Outgoing } from '../store/state';
import { toast } from '../store/ui';
import { sentence } from '../actions/actions';
import { DeliveryMark } from './DeliveryMark';
import { Files, shownFiles } from './Files';
import { HtmlBody } from './HtmlBody';
import { PostTools } from './PostTools';
import { Linked } from '../parts/Linked';

interface Props { line: Line; conv: Conv; me: string; follows: boolean; delivery?: Delivery; media?: Media; seen: '' | 'delivered' | 'read'; last: boolean }

export const Bubble = memo(function Bubble({ line, conv, me, follows, delivery, media, seen, last }: Props) {
  const agents = useStore((s) => s.agents);
  const m = line.message;
  const note = m.kind === 'note' || m.private;
  const outbound = m.direction !== 'in';
  const bot = m.author.startsWith('bot:');
  const who = !outbound ? m.from.name || contactName(conv) : bot ? `${m.author.slice(4)} (bot)` : m.author === me ? 'You' : agentName(agents, m.author) || 'Us';
  const reactions = conv.kind === 'social' ? line.reactions.filter((r) => r.who) : line.reactions; // ours is the heart below
  const face = !outbound ? who : agentName(agents, m.author);
  return (
    <article className={`msg ${note ? 'note' : outbound ? 'out' : 'in'} ${m.author === me ? 'own' : ''} ${follows ? 'follows' : ''}`}
      aria-label={`${note ? 'Private note by ' : ''}${who}, ${m.at ? timeOfDay(m.at) : ''}`}>
      <span className="msg-face">{!follows && <Avatar name={face} size={24} />}</span>
      <div className="msg-body">
        {!follows && (
          <header className="msg-head">
            <span className="strong">{who}</span>
            {note && <span className="msg-private"><Icon name="note" size={12} />{noteWord(m, me, agents)}</span>}
            {m.at > 0 && <time className="muted num" dateTime={iso(m.at)} title={fullTime(m.at)}>{timeOfDay(m.at)}</time>}
          </header>
        )}
        <div className="bubble">
          {m.subject && m.subject !== conv.subject && <p className="msg-subject">{m.subject}</p>}
          {line.deleted ? <p className="muted"><em>This message was withdrawn.</em></p>
            : m.html && !line.edited ? <HtmlBody html={m.html} title={`Mail by ${who}`} files={shownFiles(m, media)} />
            : line.text && <p className="msg-text"><Linked text={line.text} /></p>}
          {line.edited && <span className="muted msg-edited">edited</span>}
          {m.quoted && !line.deleted && <Quoted text={m.quoted} />}
          {m.attachments.length > 0 && !line.deleted && <Files message={m} media={media} />}
        </div>
        {reactions.length > 0 && <p className="reactions">{reactions.map((r, i) => <span key={i} title={r.author} className={r.who ? undefined : 'ours'}>{r.text || '♥'}</span>)}</p>}
        {!outbound && conv.kind === 'social' && <PostTools conv={conv} seq={m.seq} />}
        {outbound && !note && <DeliveryMark conv={conv.id} seq={m.seq} delivery={delivery} seen={seen} always={last} />}
      </div>
    </article>
  );
});

/* What sort of note, and whom it is meant for. */
function noteWord(m: Message, me: string, agents: ReadonlyMap<string, Agent>): string {
  const to = m.to.find((a) => a.type === 'agent');
  const whom = !to ? '' : to.addr === me ? ' you' : ` ${agentName(agents, to.addr) || to.name}`;
  if (m.event === 'whisper') return whom ? `Whisper to${whom}` : 'Whisper';
  if (m.event === 'consult') return whom ? `Asks${whom} for advice` : 'Asks for advice';
  return 'Private note';
}

function Quoted({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="quoted">
      <button type="button" className="quoted-toggle" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="more" size={12} /><span className="vh">{open ? 'Hide' : 'Show'} quoted text</span></button>
      {open && <blockquote>{text}</blockquote>}
    </div>
  );
}

/* Written here, not in the log yet. */
export function OutgoingBubble({ item }: { item: Outgoing }) {
  const queued = useStore((s) => s.link.state !== 'open' || !s.storeUp || s.queue.items.some((c) => c.id === item.id && c.state === 'queued'));
  return (
    <article className={`msg own pending ${item.note ? 'note' : 'out'}`} aria-label={`You, ${queued ? 'waiting for the connection' : 'sending'}`}>
      <span className="msg-face" />
      <div className="msg-body">
        <div className="bubble">
          {item.text && <p className="msg-text"><Linked text={item.text} /></p>}
          {item.files.length > 0 && <ul className="files">{item.files.map((name, i) => <li key={i} className="file"><Icon name="file" /><span className="cut">{name}</span></li>)}</ul>}
        </div>
        <p className="delivery"><Icon name="clock" size={12} />{queued ? 'Waits for the connection' : 'Sending'}</p>
      </div>
    </article>
  );
}

export function RetryButton({ conv, seq }: { conv: number; seq: number }) {
  const client = useClient();
  const busy = useStore((s) => s.queue.items.some((c) => c.cmd === 'message.retry' && c.body.conv === conv && c.body.seq === seq));
  return (
    <Button small disabled={busy} onClick={() => void client.command('message.retry', { conv, seq }).then((r) => !r.ok && toast(r.text || sentence(r.error), 'bad'))}>
      {busy ? 'Retrying…' : 'Retry'}
    </Button>
  );
}
