/* Light, dark, or as the system says. */
export type Theme = 'system' | 'light' | 'dark';
const KEY = 'tandem.theme';

export function theme(): Theme {
  try {
    const v = localStorage.getItem(KEY);
    return v === 'light' || v === 'dark' ? v : 'system';
  } catch {
    return 'system';
  }
}

export function applyTheme(next: Theme = theme()): void {
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // not kept
  }
}
