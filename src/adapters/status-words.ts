import type { Status } from '../core/reply.ts';
import { timeLeftInWords } from '../core/time-left.ts';

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
      return `is looking at the film, ${readSoFar(status)}…`;
    case 'answering':
      return 'is writing…';
    case 'checking':
      return `is asking itself again, ${status.left} to go…`;
    case 'drawing':
      return 'is drawing on the film…';
  }
};

const readSoFar = (status: Extract<Status, { phase: 'reading' }>): string =>
  [`${percent(status.done, status.total)} %`, timeLeftInWords(status.leftMs)]
    .filter((part) => part !== '')
    .join(', ');

const percent = (done: number, total: number): number =>
  Math.min(100, Math.floor((100 * done) / Math.max(1, total)));
