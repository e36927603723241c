import { WetreadError } from '../../errors.ts';
import { MOST_FILE_BYTES } from '../intake/decode-picture.ts';
import { unlessAborted } from './unless-aborted.ts';

/**
 * The bytes of a film, within a time. Fails with `film-unavailable` when they do not come, `file-too-large`, or what
 * `fetch` fails with as a `WetreadError`; with the signal's reason when that aborts.
 */
export const fetchFilm = async (
  fetch: (signal: AbortSignal) => Promise<Uint8Array>,
  withinMs: number,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const late = AbortSignal.timeout(withinMs);
  const ending = AbortSignal.any([signal, late]);
  try {
    const bytes = await unlessAborted(fetch(ending), ending);
    if (bytes.byteLength > MOST_FILE_BYTES)
      throw new WetreadError('file-too-large', { limit: MOST_FILE_BYTES });
    return bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WetreadError) throw error;
    throw new WetreadError('film-unavailable', {}, { cause: error });
  }
};
