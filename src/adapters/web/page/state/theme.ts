import { effect, signal } from '@preact/signals';

const KEY = 'wetread-theme';

const kept = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};

/** Dark first, whatever the system prefers: films are read in the dark. */
export const theme = signal<'dark' | 'light'>(kept() === 'light' ? 'light' : 'dark');

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // It is asked for again next time.
  }
});
