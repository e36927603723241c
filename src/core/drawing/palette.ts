/** How the box with a number is drawn. */
export type BoxStyle = {
  /** #rrggbb; black type on it can be read (contrast of 4.5 and more). */
  readonly colour: string;
  /** Lengths of line and gap, in line widths; empty is a whole line. */
  readonly dash: readonly number[];
};

/**
 * Okabe and Ito's colours, which readers with any of the colour blindnesses tell apart (jfly.uni-koeln.de/color),
 * brightest first. Their blue and black are left out: on a film's black background they do not show.
 */
export const COLOURS = ['#56b4e9', '#e69f00', '#009e73', '#f0e442', '#cc79a7', '#d55e00'] as const;

/** When the colours are used up they come again with another line. */
const DASHES = [[], [5, 2.5], [1.5, 1.5]] as const;

export const styleOf = (number: number): BoxStyle => {
  const at = number - 1;
  const [firstColour] = COLOURS;
  const dash = DASHES[Math.floor(at / COLOURS.length) % DASHES.length] ?? [];
  return { colour: COLOURS[at % COLOURS.length] ?? firstColour, dash };
};

/** Around a coloured line, on chips and behind the strip. */
export const INK = '#101317';
/** The outermost line, and type on dark. */
export const PAPER = '#f4f6f8';
