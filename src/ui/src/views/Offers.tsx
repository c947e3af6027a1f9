/* What is offered to me: who, what, why, and how long I may think. */
import { useEffect, useMemo, useRef } from 'react';
import { byId, context } from '../actions/actions';
import { channelWord, contactName } from '../lib/names';
import { countdown } from '../lib/countdown';
import { ring } from '../lib/sound';
import { age, spoken } from '../lib/time';
import { Button, Channel, IconButton, Keys } from '../parts/basic';
import { useClient, useMe, useNow, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { offersFor, onCall } from '../store/select';
import { setMuted, useUi } from '../store/ui';
import type { Work } from '../model/types';

const RING_EVERY_MS = 4_000;

export function Offers() {
  const works = useStore((s) => s.works);
  const me = useStore((s) => s.me);
  const offer = useMemo(() => offersFor(works, me)[0], [works, me]);
  return offer ? <Offer key={offer.offer} work={offer} /> : null;
}

function Offer({ work }: { work: Work }) {
  const client = useClient();
  const conv = useStore((s) => s.convs.get(work.id));
  const policy = useStore((s) => s.policy);
  const link = useStore((s) => s.link.state);
  const pending = useStore((s) => s.queue.items.find((c) => c.cmd.startsWith('offer.') && c.body.offer === work.offer)?.cmd);
  const muted = useUi((u) => u.muted);
  const quiet = onCall(useMe());
  const current = useRoute();
  const now = useNow(200);
  const left = countdown(work.offered_at, work.offer_deadline, now);
  const silent = useRef(false);
  silent.current = muted || quiet;

  useEffect(() => {
    const tone = () => { if (!silent.current) ring(); };
    tone();
    const timer = setInterval(tone, RING_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  const name = contactName(conv, work);
  const queue = policy?.queues.find((q) => q.id === work.queue)?.name ?? work.queue;
  const waited = work.t0 ? now - work.t0 : 0;
  const run = (id: string) => byId.get(id)!.run(context(client, current));

  return (
    <section className="offer" role="alertdialog" aria-labelledby="offer-who" aria-describedby="offer-what" aria-modal="false">
      <header className="offer-head">
        <Ring part={left.part} urgent={left.urgent} seconds={work.offer_deadline ? left.seconds : null} />
        <div className="grow">
          <h2 id="offer-who" className="cut">{name}</h2>
          <p className="row muted cut"><Channel kind={work.channel_kind} />{channelWord[work.channel_kind]} · {queue}{waited > 5_000 && ` · ${age(waited)}`}</p>
        </div>
        <IconButton icon={muted ? 'bellOff' : 'bell'} label={muted ? 'Sound on' : 'Sound off'} onClick={() => setMuted(!muted)} />
      </header>
      <div id="offer-what">
        {(conv?.subject || conv?.last_text) && (
          <blockquote className="offer-text">{conv.subject && <b>{conv.subject}{conv.last_text && ' · '}</b>}{conv.last_text}</blockquote>
        )}
        {work.reason && <p className="offer-why"><span className="muted">Why you:</span> {work.reason}</p>}
        <span className="vh">{work.offer_deadline ? `Answer within ${spoken(work.offer_deadline - work.offered_at)}.` : ''}</span>
      </div>
      <footer className="offer-foot">
        <Button tone="primary" className="grow" onClick={() => run('offer.accept')} disabled={left.over || !!pending} aria-keyshortcuts="A Alt+A">
          {pending === 'offer.accept' ? 'Accepting…' : 'Accept'} <Keys keys="A" />
        </Button>
        <Button onClick={() => run('offer.decline')} disabled={left.over || !!pending} aria-keyshortcuts="D Alt+D">
          {pending === 'offer.decline' ? 'Declining…' : 'Decline'} <Keys keys="D" />
        </Button>
      </footer>
      {link !== 'open' && <p className="offer-note">No connection: your answer may come too late.</p>}
    </section>
  );
}

function Ring({ part, urgent, seconds }: { part: number; urgent: boolean; seconds: number | null }) {
  const around = 2 * Math.PI * 18;
  return (
    <span className={`ring ${urgent ? 'urgent' : ''}`} role="timer" aria-label={seconds === null ? 'No deadline' : `${seconds} seconds left`} aria-live="off">
      <svg width="44" height="44" viewBox="0 0 44 44" aria-hidden="true">
        <circle cx="22" cy="22" r="18" className="ring-back" />
        <circle cx="22" cy="22" r="18" className="ring-front" strokeDasharray={around} strokeDashoffset={around * (1 - part)} />
      </svg>
      <span className="num" aria-hidden="true">{seconds ?? '–'}</span>
    </span>
  );
}
