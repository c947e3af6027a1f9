/* What was said, oldest on top. Days apart, lines of one author close together; older pages are added
 * above without moving what is being read. */
import { useMemo } from 'react';
import { contactName } from '../lib/names';
import { dayKey, dayName } from '../lib/time';
import type { Conv } from '../model/types';
import { Button, Empty, Spinner } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useNow, useStore } from '../store/context';
import { lastSeq, lines, visibleSeq, type Line } from '../store/log';
import { Bubble, OutgoingBubble } from './Bubble';
import { EventLine } from './EventLine';
import { Typing } from './Typing';
import { useTimelineScroll } from './useTimelineScroll';
import { useMarkRead } from './useMarkRead';

const CLOSE_MS = 5 * 60_000;

/* Does this line continue the one before? */
function continues(a: Line | undefined, b: Line): boolean {
  if (!a) return false;
  const x = a.message, y = b.message;
  return x.kind === 'text' && y.kind === 'text' && x.direction === y.direction && x.author === y.author &&
    x.private === y.private && x.from.addr === y.from.addr && y.at - x.at < CLOSE_MS && dayKey(x.at) === dayKey(y.at);
}

export function Timeline({ conv }: { conv: Conv }) {
  const client = useClient();
  const log = useStore((s) => s.logs.get(conv.id));
  const outgoing = useStore((s) => s.outgoing);
  const me = useStore((s) => s.me);
  const today = Math.floor(useNow(60_000) / 60_000) * 60_000;
  const messages = log?.messages;
  const all = useMemo(() => lines(messages ?? []), [messages]);
  const mine = useMemo(() => {
    const shown = new Set((messages ?? []).map((m) => m.seq));
    return outgoing.filter((o) => o.conv === conv.id && !(o.seq && shown.has(o.seq)));
  }, [outgoing, conv.id, messages]);
  const lastVisible = visibleSeq(messages ?? []);
  const scroll = useTimelineScroll(conv.id, messages?.[0]?.seq ?? 0, lastSeq(log), mine.length, () => void client.older(conv.id));
  useMarkRead(conv, lastSeq(log), scroll.atEnd);

  if (!log?.loaded) {
    return (
      <div className="timeline center">
        {log?.error
          ? <Empty icon="alert" title="The conversation cannot be read" text={log.error}><Button onClick={() => void client.refresh(conv.id)}>Try again</Button></Empty>
          : <Spinner label="Loading the conversation" />}
      </div>
    );
  }

  return (
    <div className="timeline-wrap">
      <div className="timeline" ref={scroll.ref} onScroll={scroll.onScroll} tabIndex={0} role="log" aria-label={`Conversation with ${contactName(conv)}`} aria-relevant="additions">
        <div className="timeline-top">
          {log.start ? <p className="muted">The conversation begins here</p>
            : log.loading ? <Spinner label="Loading older messages" />
            : log.error ? <Button small onClick={() => void client.older(conv.id)}>Older messages could not be loaded. Try again</Button>
            : <Button small tone="ghost" onClick={() => void client.older(conv.id)}>Older messages</Button>}
        </div>
        {all.map((line, i) => {
          const m = line.message;
          const before = all[i - 1];
          const newDay = !before || dayKey(before.message.at) !== dayKey(m.at);
          return (
            <div key={m.seq} className="timeline-item" data-seq={m.seq}>
              {newDay && m.at > 0 && <div className="day" role="separator"><span>{dayName(m.at, today)}</span></div>}
              {m.kind === 'event' || m.direction === 'internal' && m.kind !== 'note'
                ? <EventLine message={m} />
                : <Bubble line={line} conv={conv} me={me} follows={!newDay && continues(before, line)} delivery={log.deliveries.get(m.seq)} media={log.media.get(m.seq)}
                    seen={conv.peer_read_seq >= m.seq ? 'read' : conv.peer_delivered_seq >= m.seq ? 'delivered' : ''} last={m.seq === lastVisible} />}
            </div>
          );
        })}
        {mine.map((o) => <OutgoingBubble key={`o${o.id}`} item={o} />)}
        {!all.length && !mine.length && <p className="muted timeline-none">Nothing has been written yet.</p>}
        <Typing conv={conv} />
      </div>
      {!scroll.atEnd && (
        <button type="button" className={`to-end ${scroll.fresh ? 'fresh' : ''}`} onClick={scroll.toEnd}>
          <Icon name="down" />{scroll.fresh ? 'New messages' : 'To the end'}
        </button>
      )}
    </div>
  );
}
