import type { Film, NumberedBox } from '../film.ts';
import type { Picture } from '../reply.ts';

/** What the strip under the film tells besides its fixed sentences. */
export type StripText = {
  /** The model's name. */
  readonly model: string;
  /** A demonstration: the strip says that its findings are not to be believed. */
  readonly demo: boolean;
};

/** Draws what a reply means onto its film. */
export interface Annotator {
  /** The film at its own size with the boxes and their numbers on it, and the notice strip under it. */
  annotate(film: Film, boxes: readonly NumberedBox[], strip: StripText): Promise<Picture>;
}
