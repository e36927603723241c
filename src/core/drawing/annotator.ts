import type { Box, Film, NumberedBox } from '../film.ts';
import type { Picture } from '../reply.ts';
import type { NumberedFilm } from './contact-sheet.ts';

/** What the strip under the film tells besides its fixed sentences. */
export type StripText = {
  /** The model's name. */
  readonly model: string;
  /** A demonstration: the strip says that its findings are not to be believed. */
  readonly demo: boolean;
  /** The picture is a part of a film, enlarged so many times; absent: it is the whole film. */
  readonly enlarged?: number;
};

/** Short words in a part of a film: who marked it. */
export type SheetMark = { readonly text: string; readonly at: Box };

/** A film of a teaching case. */
export type TeachingSheet = {
  /** Whose key the boxes are; undefined: none is shown. */
  readonly key: 'person' | 'model' | undefined;
  readonly boxes: readonly NumberedBox[];
  readonly marks: readonly SheetMark[];
  /** What stands in the marks, for the strip: "A Maria". */
  readonly legend: readonly string[];
};

/** Draws what a reply means onto its film. */
export interface Annotator {
  /** A film, or a part of one, at its own size with the boxes and their numbers on it, and the notice strip under it. */
  annotate(
    film: Pick<Film, 'png' | 'width' | 'height'>,
    boxes: readonly NumberedBox[],
    strip: StripText,
  ): Promise<Picture>;
  /** A film of a teaching case under its 4 x 4 grid, with the key's boxes and everybody's marks, and the strip under it. */
  teachingSheet(
    film: Pick<Film, 'png' | 'width' | 'height'>,
    sheet: TeachingSheet,
    strip: StripText,
  ): Promise<Picture>;
  /** Several films, small and side by side, each with its number. */
  contactSheet(films: readonly NumberedFilm[]): Promise<Picture>;
}
