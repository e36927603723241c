/**
 * How grey values of the film become light, as a film is windowed at a workstation: `width` values around `level` are
 * spread from black to white. Both are shares of the film's 256 values.
 */
export type WindowLevel = {
  readonly width: number;
  readonly level: number;
  readonly isInverted: boolean;
};

export const WHOLE_WINDOW: WindowLevel = { width: 1, level: 0.5, isInverted: false };

/** Narrower, eight-bit values fall apart into steps. */
const NARROWEST = 0.08;
const WIDEST = 2;

const within = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value));

/** `wider` and `higher`: shares of the whole range. */
export const changeWindow = (
  window: WindowLevel,
  { wider = 0, higher = 0 }: { readonly wider?: number; readonly higher?: number },
): WindowLevel => ({
  ...window,
  width: within(window.width + wider, NARROWEST, WIDEST),
  level: within(window.level + higher, 0, 1),
});

export const isWhole = ({ width, level, isInverted }: WindowLevel): boolean =>
  width === WHOLE_WINDOW.width && level === WHOLE_WINDOW.level && !isInverted;

/** Light is `slope` times the grey value plus `intercept`, both 0..1, cut off at black and white. */
export const toTransfer = ({
  width,
  level,
  isInverted,
}: WindowLevel): { readonly slope: number; readonly intercept: number } => {
  const slope = 1 / width;
  const intercept = 0.5 - level / width;
  return isInverted ? { slope: -slope, intercept: 1 - intercept } : { slope, intercept };
};

/** As workstations write it: "W 256 L 128". */
export const windowWords = ({ width, level }: WindowLevel): string =>
  `W ${Math.round(width * 256)} L ${Math.round(level * 256)}`;
