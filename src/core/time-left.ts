/** Less is over before it is read. */
const WORTH_SAYING_MS = 10_000;
/** Up to here in seconds, in tens: an estimate is not better than that. */
const IN_SECONDS_MS = 90_000;

/** "about 3 minutes left", or nothing for a short time or one that nobody knows. */
export const timeLeftInWords = (leftMs: number | undefined): string => {
  if (leftMs === undefined || leftMs < WORTH_SAYING_MS) return '';
  if (leftMs < IN_SECONDS_MS) return `about ${10 * Math.ceil(leftMs / 10_000)} seconds left`;
  return `about ${Math.ceil(leftMs / 60_000)} minutes left`;
};
