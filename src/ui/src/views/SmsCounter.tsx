import { countSms, outsideGsm } from '../lib/sms';
import { Tip } from '../parts/basic';

export function SmsCounter({ text }: { text: string }) {
  const c = countSms(text);
  const odd = c.encoding === 'UCS-2' ? outsideGsm(text) : [];
  const words = `${c.segments} ${c.segments === 1 ? 'segment' : 'segments'}`;
  return (
    <Tip side="top" text={odd.length ? `${odd.join(' ')} make this UCS-2: 70 characters a segment instead of 160` : '160 characters alone, 153 a segment when joined'}>
      <span className={`sms-count num ${c.segments > 3 ? 'many' : ''}`} tabIndex={0} aria-label={`${words}, ${c.left} characters left, ${c.encoding}`}>
        {c.encoding} · {words} · {c.left} left
      </span>
    </Tip>
  );
}
