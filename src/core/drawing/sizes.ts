/** Every measure of the drawing, in pixels of the film. */
export type Sizes = {
  /** Type of the chips. */
  readonly type: number;
  /** The coloured line of a frame. */
  readonly stroke: number;
  /** The dark line on either side of it, which shows it on white lung. */
  readonly casing: number;
  /** The light line around all, which shows it on a black background. */
  readonly hairline: number;
  /** All lines of a frame together. */
  readonly ring: number;
  readonly chipHeight: number;
  readonly chipPadding: number;
  /** Type of the strip under the film. */
  readonly stripType: number;
};

/** A film of any size is shown at about the same size, so everything is a share of its longer side, ... */
const TYPE_SHARE = 0.022;
const STROKE_SHARE = 0.0032;
const CASING_SHARE = 0.0012;
const HAIRLINE_SHARE = 0.0008;
/** ... except that type under 11 pixels cannot be read, */
const SMALLEST_TYPE = 11;
/** and that a narrow film must still hold a label of two words: its width in type sizes. */
const NARROWEST_IN_TYPE = 16;

/** `shrink`: 1, or less where chips of the usual size do not all find room. */
export const sizesFor = (film: { width: number; height: number }, shrink = 1): Sizes => {
  const longer = Math.max(film.width, film.height);
  const shorter = Math.min(film.width, film.height);
  const share = (part: number, least: number): number => Math.max(least, Math.round(longer * part));
  const usual = Math.max(SMALLEST_TYPE, Math.min(longer * TYPE_SHARE, shorter / NARROWEST_IN_TYPE));
  const type = Math.round(usual * shrink);
  const stroke = share(STROKE_SHARE, 2);
  const casing = share(CASING_SHARE, 1);
  const hairline = share(HAIRLINE_SHARE, 1);
  return {
    type,
    stroke,
    casing,
    hairline,
    ring: hairline + casing + stroke + casing,
    chipHeight: Math.round(type * 1.5),
    chipPadding: Math.max(2, Math.round(type * 0.4)),
    stripType: Math.max(SMALLEST_TYPE, Math.round(usual * 0.85)),
  };
};
