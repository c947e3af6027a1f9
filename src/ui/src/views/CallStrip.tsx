/* Below the head of an open call: how long, and from where to where. The phone carries it. */
import { talkedMs, waitedMs } from '../lib/calls';
import { clock } from '../lib/time';
import type { Work } from '../model/types';
import { useNow } from '../store/context';

export function CallStrip({ work }: { work: Work }) {
  const now = useNow(1000);
  const talked = talkedMs(work, now);
  const facts: [string, string][] = [
    ['Waited', clock(waitedMs(work, now))], ['Talked', talked || work.answered_at ? clock(talked) : ''],
    ['From', work.from || 'withheld'], ['To', work.to],
  ];
  return (
    <dl className="call-strip" aria-label="Call">
      {facts.filter(([, v]) => v).map(([k, v]) => <div key={k}><dt>{k}</dt><dd className="num">{v}</dd></div>)}
    </dl>
  );
}
