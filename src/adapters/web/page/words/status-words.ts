import type { Status } from '../../../../core/reply.ts';
import { timeLeftInWords } from '../../../../core/time-left.ts';

/** A reply's status in words, and how much of it is done (0..1), where that is known. */
export const statusWords = (
  status: Status | undefined,
): { readonly words: string; readonly share?: number } => {
  switch (status?.phase) {
    case undefined:
      return { words: 'Waiting' };
    case 'queued':
      return {
        words: status.place === 1 ? 'Next in the queue' : `Place ${status.place} in the queue`,
      };
    case 'reading': {
      const share = status.total > 0 ? status.done / status.total : 0;
      const left = timeLeftInWords(status.leftMs);
      const words = `Reading the film, ${Math.round(share * 100)} %`;
      return { words: left === '' ? words : `${words}, ${left}`, share };
    }
    case 'answering':
      return { words: 'Answering' };
    case 'checking':
      return {
        words: status.left === 1 ? 'Checking one finding' : `Checking ${status.left} findings`,
      };
    case 'drawing':
      return { words: 'Drawing' };
  }
};
