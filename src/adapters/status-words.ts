import type { Status } from '../core/reply.ts';

/** Before there is anything to tell: the film is on its way. */
export const TAKEN = 'is on it…';

/** What a reply is waiting for, in words that follow "Wetread". */
export const statusWords = (status: Status): string => {
  switch (status.phase) {
    case 'queued':
      return status.place <= 1
        ? 'is about to read the film…'
        : `is busy; ${status.place - 1} before you…`;
    case 'reading':
      return `is looking at the film, ${percent(status.done, status.total)} %…`;
    case 'answering':
      return 'is writing…';
    case 'checking':
      return `is asking itself again, ${status.left} to go…`;
    case 'drawing':
      return 'is drawing on the film…';
  }
};

const percent = (done: number, total: number): number =>
  Math.min(100, Math.floor((100 * done) / Math.max(1, total)));
