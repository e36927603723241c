import type { Film } from '../../core/film.ts';
import type { Intake } from '../../core/intake/intake.ts';
import type { Choice, Notice } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';
import { bytesOfDataUri, isDataUri, toDataUri } from './data-uri.ts';
import type { RemoteImages } from './remote-image.ts';

type FilmIn = { readonly film: Film; readonly notices: readonly Notice[] };

/** The field that a fault of the image is told of. */
const PARAM = 'messages';

/**
 * The film at an image's address, taken in like every film. What people are asked about it is a failure here,
 * `film-question` with the choices, that a program answers by sending one of them.
 */
export const filmAt = async (
  address: string,
  parts: { readonly intake: Intake; readonly remoteImages: RemoteImages },
  options: {
    readonly choose: Choice['code'] | undefined;
    readonly ungated: boolean;
    /** Whether the question brings the film along, as it would be read. */
    readonly withPicture: boolean;
  },
  signal: AbortSignal,
): Promise<FilmIn> => {
  const bytes = isDataUri(address)
    ? bytesOfDataUri(address, PARAM)
    : await parts.remoteImages.fetch(address, PARAM, signal);
  const result = await parts.intake.take(bytes, options);
  signal.throwIfAborted();
  if (result.outcome === 'accepted') return { film: result.film, notices: result.notices };
  const { question, options: choices, picture: shown } = result.event;
  const picture = options.withPicture && shown !== null ? toDataUri(shown.png) : null;
  const offered = choices.map(({ code, text }) => `"${code}" (${text})`).join(', ');
  throw new WetreadError('film-question', { question, options: offered, choices, picture });
};
