import type { Film } from '../film.ts';
import type { MarkerKind, PixelBox, TextGate } from '../text-gate/text-gate.ts';
import { decodeFile } from './decode-file.ts';
import type { Removed } from './decoded.ts';
import { isNoMarker, maskText } from './privacy-gate.ts';
import { writeFilm } from './write-film.ts';

/** A picture as it would be kept, and what was done to it; boxes in its pixels, never what they say. */
export type Redacted = {
  readonly film: Film;
  readonly masked: readonly PixelBox[];
  readonly kept: readonly { readonly box: PixelBox; readonly kind: MarkerKind }[];
  /** The kinds of things that were in the file beside its pixels. */
  readonly removed: readonly Removed[];
  /** What was masked looks like patient data, so a person should look whether something is left. */
  readonly question: boolean;
};

/** Takes a file's pixels, with all text masked that is no marker. Judges no film. Fails as `decodeFile` and the text gate do. */
export const redactPicture = async (bytes: Uint8Array, textGate: TextGate): Promise<Redacted> => {
  const { pixels: decoded, removed } = await decodeFile(bytes);
  const { pixels, found } = await maskText(decoded, textGate, 'mask');
  return {
    film: await writeFilm(pixels),
    masked: found.filter(isNoMarker).map(({ box }) => box),
    kept: found.flatMap((text) =>
      text.kind === 'marker' ? [{ box: text.box, kind: text.marker }] : [],
    ),
    removed,
    question: found.some(({ kind }) => kind === 'patient-data'),
  };
};
