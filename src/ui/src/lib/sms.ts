/* How many parts an SMS costs. GSM 03.38: 160 septets alone, 153 each when joined; a character of the
 * extension table takes two and is never cut in half. One character outside both makes the whole
 * message UCS-2: 70 units alone, 67 each, and a surrogate pair is never cut either. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '\f^{}\\[~]|€';

const basic = new Set(BASIC);
const extension = new Set(EXTENSION);

export interface SmsCount {
  encoding: 'GSM-7' | 'UCS-2';
  units: number;
  segments: number;
  left: number; // units free in the last segment
}

function pack(sizes: readonly number[], single: number, joined: number): { segments: number; left: number; units: number } {
  const units = sizes.reduce((a, b) => a + b, 0);
  if (units <= single) return { segments: units ? 1 : 0, left: single - units, units };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > joined) {
      segments++;
      used = 0;
    }
    used += size;
  }
  return { segments, left: joined - used, units };
}

export function countSms(text: string): SmsCount {
  const sizes: number[] = [];
  for (const ch of text) {
    if (basic.has(ch)) sizes.push(1);
    else if (extension.has(ch)) sizes.push(2);
    else return { encoding: 'UCS-2', ...pack([...text].map((c) => c.length), 70, 67) };
  }
  return { encoding: 'GSM-7', ...pack(sizes, 160, 153) };
}

/* The characters that force UCS-2, for a hint; at most `max` of them. */
export function outsideGsm(text: string, max = 3): string[] {
  const out = new Set<string>();
  for (const ch of text) {
    if (!basic.has(ch) && !extension.has(ch)) out.add(ch);
    if (out.size >= max) break;
  }
  return [...out];
}
