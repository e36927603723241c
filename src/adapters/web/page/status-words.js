/** A reply's status in words, and how much of it is done (0..1, or undefined). */
export const statusWords = (status) => {
  switch (status.phase) {
    case 'queued':
      return {
        words: status.place === 1 ? 'Next in the queue' : `Place ${status.place} in the queue`,
      };
    case 'reading': {
      const share = status.total > 0 ? status.done / status.total : 0;
      return { words: `Reading the film, ${Math.round(share * 100)} %${timeLeft(status)}`, share };
    }
    case 'answering':
      return { words: 'Answering' };
    case 'checking':
      return {
        words: status.left === 1 ? 'Checking one finding' : `Checking ${status.left} findings`,
      };
    case 'drawing':
      return { words: 'Drawing' };
    default:
      return { words: 'Working' };
  }
};

/** As src/core/time-left.ts words it. */
const timeLeft = ({ leftMs }) => {
  if (leftMs === undefined || leftMs < 10_000) return '';
  if (leftMs < 90_000) return `, about ${10 * Math.ceil(leftMs / 10_000)} seconds left`;
  return `, about ${Math.ceil(leftMs / 60_000)} minutes left`;
};
