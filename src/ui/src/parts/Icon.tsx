/* The page's own drawings, 16 × 16, one stroke. Always decoration: the name stands beside or in the label. */
const paths = {
  inbox: 'M2 9.5h3.2l1 2h3.6l1-2H14M2 9.5 4 3.5h8l2 6v3H2z',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.2l2.2 1.3',
  layers: 'M8 2 2 5l6 3 6-3zM2 8l6 3 6-3M2 11l6 3 6-3',
  archive: 'M2 3h12v3H2zM3 6v7h10V6M6.5 9h3',
  people: 'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.8a2.5 2.5 0 0 1 0 4.4M12 9.8c1.6.5 2.5 1.9 2.5 3.7',
  queue: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14',
  chat: 'M2 3h12v8.5H7L4 14v-2.5H2z',
  sms: 'M4.5 1.5h7v13h-7zM7 12.3h2',
  mail: 'M2 3.5h12v9H2zM2 4.5l6 4.5 6-4.5',
  social: 'M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM10.5 5.5V9a1.7 1.7 0 0 0 3.3 0V8A5.8 5.8 0 1 0 11 12.9',
  voice: 'M3.5 2.5h2.3l1.2 3-1.6 1.2a8 8 0 0 0 3.9 3.9l1.2-1.6 3 1.2v2.3c0 .6-.5 1-1 1A10.5 10.5 0 0 1 2.5 3.5c0-.5.4-1 1-1z',
  check: 'M3 8.5 6.5 12 13 4.5',
  checks: 'M1.5 8.5 4.8 12 10.5 5M8 12l.2.2L14.5 5',
  x: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 2 14.5 13.5h-13zM8 6.5v3M8 11.4v.1',
  question: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.3 6.4c0-1 .8-1.7 1.7-1.7s1.7.7 1.7 1.6c0 1.3-1.7 1.3-1.7 2.6M8 11.1v.1',
  ask: 'M2 2.5h12v9H8l-3.5 3v-3H2zM6.3 5.6c0-.9.7-1.4 1.7-1.4s1.7.5 1.7 1.4c0 1-1.7 1.1-1.7 2.3M8 9.7v.1',
  transfer: 'M2 5.5h10M9 2.5l3 3-3 3M14 10.5H4M7 7.5l-3 3 3 3',
  snooze: 'M3 12.5h10M4.5 12.5v-5a3.5 3.5 0 0 1 7 0v5M7 14.5h2M8 2v2',
  pause: 'M5.5 3v10M10.5 3v10',
  play: 'M4.5 3v10l8-5z',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  panel: 'M2 3h12v10H2zM10 3v10',
  note: 'M3 2.5h10v7l-4 4H3zM9 13.5v-4h4',
  send: 'M2.5 8 14 2.5 10 14 7.5 9z',
  tag: 'M2.5 2.5h5L14 9l-5 5-6.5-6.5zM5.3 5.3h.01',
  block: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 3.8l8.4 8.4',
  spam: 'M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM8 5v3.5M8 10.9v.1',
  reopen: 'M3 8a5 5 0 1 0 1.5-3.5M4.5 1.8v2.7h2.7',
  back: 'M10 3 5 8l5 5',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  menu: 'M2 4h12M2 8h12M2 12h12',
  bell: 'M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3zM6.8 14.3h2.4',
  bellOff: 'M4 11V7c0-.6.1-1.2.4-1.7M6 3.5A4 4 0 0 1 12 7v3M10.5 12.5H3L4 11M6.8 14.3h2.4M2 2l12 12',
  hand: 'M5 8.5V4a1 1 0 0 1 2 0v3.5M7 7V2.8a1 1 0 0 1 2 0V7M9 7V3.8a1 1 0 0 1 2 0V8M11 7.5V6a1 1 0 0 1 2 0v4a4.5 4.5 0 0 1-4.5 4.5c-2 0-3-1-4-2.5L2.7 9.3a1 1 0 0 1 1.7-1L5 9',
  logout: 'M6 2.5H3v11h3M10 5l3 3-3 3M13 8H6',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M5 9.5h6',
  command: 'M5.5 5.5h5v5h-5zM5.5 5.5V4A1.5 1.5 0 1 0 4 5.5zM10.5 5.5H12A1.5 1.5 0 1 0 10.5 4zM10.5 10.5V12a1.5 1.5 0 1 0 1.5-1.5zM5.5 10.5H4A1.5 1.5 0 1 0 5.5 12z',
  clip: 'M12.5 7.5 7.8 12.2a2.8 2.8 0 0 1-4-4L9 3a1.9 1.9 0 0 1 2.7 2.7L6.6 10.8a.9.9 0 0 1-1.3-1.3l4.4-4.4',
  file: 'M4 1.5h5l3 3v10H4zM9 1.5v3h3',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  user: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5',
  shield: 'M8 1.5 13.5 3.5v4c0 3.5-2.5 6-5.5 7-3-1-5.5-3.5-5.5-7v-4zM5.5 8l2 2 3.5-3.5',
  plus: 'M8 3v10M3 8h10',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  heart: 'M8 13.5 2.8 8.4a3.2 3.2 0 0 1 4.6-4.5l.6.6.6-.6a3.2 3.2 0 0 1 4.6 4.5z',
  external: 'M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13.2 2.8 7.5 8.5',
  wifiOff: 'M2 2l12 12M8 12.5h.01M5.5 10a3.5 3.5 0 0 1 3-1M3.3 7.5A7 7 0 0 1 5.8 6M12.7 7.5A7 7 0 0 0 8.5 5.5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.4} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
