/* What became of our message, honestly: unknown is unknown. */
import { deliveryWord } from '../lib/names';
import { fullTime, timeOfDay } from '../lib/time';
import type { Delivery, DeliveryState } from '../model/types';
import { Icon, type IconName } from '../parts/Icon';
import { RetryButton } from './Bubble';

const icon: Partial<Record<DeliveryState, IconName>> = {
  queued: 'clock', sending: 'clock', unknown: 'question', sent: 'check', delivered: 'checks', read: 'eye', failed: 'alert', bounced: 'alert',
};

export function DeliveryMark({ conv, seq, delivery, seen, always }: { conv: number; seq: number; delivery?: Delivery; seen: '' | 'delivered' | 'read'; always: boolean }) {
  // Chat tells by the conversation how far the visitor has read; the other channels by receipts.
  const state: DeliveryState = delivery && (delivery.state === 'failed' || delivery.state === 'bounced' || delivery.state === 'unknown')
    ? delivery.state
    : seen === 'read' || delivery?.state === 'read' ? 'read'
    : seen === 'delivered' || delivery?.state === 'delivered' ? 'delivered'
    : delivery?.state ?? 'none';
  const name = icon[state];
  if (!name) return null;
  const bad = state === 'failed' || state === 'bounced';
  const loud = bad || state === 'unknown' || state === 'queued' || state === 'sending';
  const why = delivery?.error || delivery?.code;
  const quiet = !loud && !always;
  return (
    <p className={`delivery ${bad ? 'bad' : state === 'unknown' ? 'warn' : ''} ${quiet ? 'quiet' : ''}`} title={delivery?.at ? fullTime(delivery.at) : undefined}>
      <Icon name={name} size={12} />
      <span>
        {deliveryWord[state]}
        {state === 'unknown' && ': it may have been sent'}
        {bad && why && `: ${why}`}
        {state === 'queued' && delivery!.code === 'held' && ` · ${why}`}
        {state === 'queued' && delivery!.code !== 'held' && delivery!.next_at > 0 && ` · next try ${timeOfDay(delivery!.next_at)}`}
      </span>
      {(bad || state === 'unknown') && <RetryButton conv={conv} seq={seq} />}
    </p>
  );
}
