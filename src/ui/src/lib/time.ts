/* Times and durations for people, in the browser's language. */
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

/* "now", "4 m", "3 h", "2 d": short, for a column. */
export function age(ms: number): string {
  if (ms < 10_000) return 'now';
  if (ms < MIN) return `${Math.floor(ms / 10_000) * 10} s`;
  if (ms < HOUR) return `${Math.floor(ms / MIN)} m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/* "0:07", "2:14", "1:02:09". */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  return h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

/* "1 minute 5 seconds", for screen readers and sentences. */
export function spoken(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const unit = (n: number, name: string) => (n ? `${n} ${name}${n === 1 ? '' : 's'}` : '');
  if (s < 60) return unit(s, 'second') || '0 seconds';
  if (s < 3600) return `${unit(Math.floor(s / 60), 'minute')} ${unit(s % 60, 'second')}`.trim();
  if (s < 86400) return `${unit(Math.floor(s / 3600), 'hour')} ${unit(Math.floor(s / 60) % 60, 'minute')}`.trim();
  return unit(Math.floor(s / 86400), 'day');
}

const timeFmt = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayFmt = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayYearFmt = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const fullFmt = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const shortFmt = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const shortDayFmt = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

export const timeOfDay = (at: number): string => timeFmt.format(at);
export const fullTime = (at: number): string => fullFmt.format(at);
export const shortTime = (at: number): string => shortFmt.format(at);
export const iso = (at: number): string => new Date(at).toISOString();

export function dayKey(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${d.getMonth()}-${d.getDate()}`;
}

export function dayName(at: number, now: number): string {
  if (dayKey(at) === dayKey(now)) return 'Today';
  if (dayKey(at) === dayKey(now - DAY)) return 'Yesterday';
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? dayFmt.format(at) : dayYearFmt.format(at);
}

/* For lists: the time today, the date before. */
export const listTime = (at: number, now: number): string =>
  dayKey(at) === dayKey(now) ? timeFmt.format(at) : shortDayFmt.format(at);

export interface Preset { label: string; at: number }

/* When a snoozed conversation may come back; local time. */
export function snoozePresets(now: number): Preset[] {
  const at = (days: number, hour: number) => {
    const d = new Date(now);
    d.setDate(d.getDate() + days);
    d.setHours(hour, 0, 0, 0);
    return d.getTime();
  };
  const toMonday = (8 - new Date(now).getDay()) % 7 || 7;
  return [
    { label: 'In 1 hour', at: now + HOUR },
    { label: 'In 3 hours', at: now + 3 * HOUR },
    { label: 'This evening', at: at(0, 18) },
    { label: 'Tomorrow morning', at: at(1, 9) },
    { label: 'Monday morning', at: at(toMonday, 9) },
  ].filter((p, i, all) => p.at > now + 5 * MIN && all.findIndex((x) => x.at === p.at) === i);
}
