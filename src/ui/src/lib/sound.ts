/* The tone of an offer: two soft notes, made here (no file to load). Browsers allow sound only after
 * the page was used once; the login click is enough. */
let context: AudioContext | null = null;

function note(ctx: AudioContext, hz: number, at: number, length: number): void {
  const osc = ctx.createOscillator();
  const gain = ctx.createGain();
  osc.type = 'sine';
  osc.frequency.value = hz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.18, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0005, at + length);
  osc.connect(gain).connect(ctx.destination);
  osc.start(at);
  osc.stop(at + length);
}

export function ring(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
    const t = context.currentTime + 0.02;
    note(context, 659.25, t, 0.35);
    note(context, 880, t + 0.16, 0.5);
  } catch {
    // no sound device
  }
}
