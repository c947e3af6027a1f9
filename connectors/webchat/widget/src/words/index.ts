/* The languages, and how a sentence is filled in. */
import { ar } from './ar';
import { de } from './de';
import { en, type Words } from './en';
import { es } from './es';
import { fr } from './fr';
import { pt } from './pt';

export const languages: Record<string, Words> = { en, de, es, fr, pt, ar };

export interface Tongue {
  lang: string; // as the page says it, for dates and numbers
  dir: 'ltr' | 'rtl';
  words: Words;
  say(key: keyof Words, values?: Record<string, string | number>): string;
  minutes(ms: number): string;
  when(at: number, now: number): string; // a time to come: the hour, with the day when it is another
  number(n: number): string;
}

/* The page's own tag decides on dates and digits, if it is one that Intl takes. */
function canonical(tag: string, base: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return base;
  }
}

export function tongue(wanted: string): Tongue {
  const tag = wanted.replace(/_/g, '-');
  const base = tag.toLowerCase().split('-')[0];
  const known = Object.prototype.hasOwnProperty.call(languages, base);
  const words = known ? languages[base] : en;
  const lang = known ? canonical(tag, base) : 'en';
  return {
    lang,
    words,
    dir: base === 'ar' ? 'rtl' : 'ltr',
    say: (key, values) => words[key].replace(/\{(\w+)\}/g, (_, k: string) => String(values?.[k] ?? '')),
    minutes(ms) {
      const n = Math.max(1, Math.round(ms / 60_000));
      return new Intl.NumberFormat(lang, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(n);
    },
    when(at, now) {
      const other = new Date(at).toDateString() !== new Date(now).toDateString();
      const far = at - now > 6 * 86_400_000;
      const day: Intl.DateTimeFormatOptions = far ? { day: 'numeric', month: 'long' } : { weekday: 'long' };
      return new Intl.DateTimeFormat(lang, { ...(other ? day : {}), hour: 'numeric', minute: '2-digit' }).format(at);
    },
    number: (n) => new Intl.NumberFormat(lang).format(n),
  };
}
