/* All that was said with a contact, whichever way it went, in one row. */
import { useEffect, useState } from 'react';
import { inOrder } from '../lib/contacts';
import { agentName, channelWord } from '../lib/names';
import { dayKey, dayName, iso, timeOfDay } from '../lib/time';
import * as n from '../model/normalize';
import type { Conv, Message } from '../model/types';
import * as rest from '../net/rest';
import { Button, Channel, Spinner } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { useNow, useStore } from '../store/context';

const CONVERSATIONS = 12, LINES = 50;

/* The newest lines of the newest conversations: what is older is reached by its link. */
async function read(convs: Conv[]): Promise<Message[]> {
  const newest = [...convs].sort((a, b) => b.last_at - a.last_at).slice(0, CONVERSATIONS);
  const pages = await Promise.allSettled(newest.map((c) => rest.messages(c.id, { limit: LINES })));
  return inOrder(pages.flatMap((p, i) => {
    const rows = p.status === 'fulfilled' ? ((p.value as { messages?: unknown[] }).messages ?? []) : [];
    return rows.map((m) => ({ ...n.message(m), conv: newest[i]!.id }));
  }));
}

export function ContactHistory({ name, convs, onClose }: { name: string; convs: Conv[]; onClose(): void }) {
  const agents = useStore((s) => s.agents);
  const now = useNow(60_000);
  const [lines, setLines] = useState<Message[] | null>(null);
  useEffect(() => {
    let here = true;
    void read(convs).then((l) => here && setLines(l));
    return () => { here = false; };
  }, []); // eslint-disable-line react-hooks/exhaustive-deps -- as it was when it was opened
  const byId = new Map(convs.map((c) => [c.id, c]));
  return (
    <Dialog title={`All channels with ${name}`} text={convs.length > CONVERSATIONS ? `The newest ${CONVERSATIONS} of ${convs.length} conversations.` : undefined} wide onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      {!lines ? <Spinner label="Loading" /> : (
        <ol className="contact-history">
          {lines.map((m, i) => {
            const c = byId.get(m.conv)!;
            const day = dayKey(m.at) !== dayKey(lines[i - 1]?.at ?? 0);
            return (
              <li key={`${m.conv}:${m.seq}`} className={m.direction === 'in' ? 'from-them' : m.private ? 'is-note' : ''}>
                {day && <h3>{dayName(m.at, now)}</h3>}
                <div className="row">
                  <a href={`#/c/${m.conv}`} onClick={onClose} title={`${channelWord[c.kind]} · #${m.conv}`} aria-label={`${channelWord[c.kind]}, open #${m.conv}`}><Channel kind={c.kind} /></a>
                  <span className="who cut">{m.direction === 'in' ? name : m.private ? `${agentName(agents, m.author)} (note)` : agentName(agents, m.author) || 'Us'}</span>
                  <span className="grow said">{m.text}</span>
                  <time className="muted num" dateTime={iso(m.at)}>{timeOfDay(m.at)}</time>
                </div>
              </li>
            );
          })}
          {!lines.length && <li className="muted">Nothing was said yet.</li>}
        </ol>
      )}
    </Dialog>
  );
}
