import type { Box, Side } from '../film.ts';

/** The film's own midline: x, 0..1 of its width. Not the picture's middle, which a film off centre misses. */
export type Midline = number;

/** Narrower boxes are no lungs, whatever the model says. */
const NARROWEST_LUNG = 0.08;
/** Lung boxes may overlap where the film is turned a little or the mediastinum shifted; by half of one, they are the same lung. */
const MOST_OVERLAP = 0.5;
/** A midline nearer to the edge leaves no room for a second lung. */
const MIDLINE_RANGE = [0.2, 0.8] as const;
/**
 * A box may reach this far across and still be on one side: boxes have two decimals, and the midline has the error
 * of two of them.
 */
const SIDE_TOLERANCE = 0.02;
/** A box that crosses the midline contradicts its words when less than this of its width is on the side they name. */
const LEAST_ON_ITS_SIDE = 0.25;

/**
 * Midway between the two lungs, from the model's boxes of them, named for the patient: the right lung is on the left
 * of a frontal film. null when they cannot be a pair of lungs: swapped, on top of each other, slivers, at the edge.
 */
export const midlineOf = (rightLung: Box, leftLung: Box): Midline | null => {
  const narrower = Math.min(widthOf(rightLung), widthOf(leftLung));
  if (narrower < NARROWEST_LUNG) return null;
  if (middleOf(rightLung) >= middleOf(leftLung)) return null;
  if (rightLung[2] - leftLung[0] > MOST_OVERLAP * narrower) return null;
  const midline = (rightLung[2] + leftLung[0]) / 2;
  return midline >= MIDLINE_RANGE[0] && midline <= MIDLINE_RANGE[1] ? midline : null;
};

/** The patient's side that a box is on; null when it crosses the midline. */
export const sideOf = (box: Box, midline: Midline): Side | null => {
  const right = box[2] <= midline + SIDE_TOLERANCE;
  const left = box[0] >= midline - SIDE_TOLERANCE;
  // A sliver on the midline itself is on both, which is on neither.
  if (right === left) return null;
  return right ? 'right' : 'left';
};

/** Whether a box belongs on the other side than `side`: all of it, or nearly all of one that crosses. */
export const liesOpposite = (box: Box, midline: Midline, side: Side): boolean => {
  const found = sideOf(box, midline);
  if (found !== null) return found !== side;
  const onTheRight = Math.min(1, Math.max(0, (midline - box[0]) / widthOf(box)));
  return (side === 'right' ? onTheRight : 1 - onTheRight) < LEAST_ON_ITS_SIDE;
};

const widthOf = (box: Box): number => box[2] - box[0];
const middleOf = (box: Box): number => (box[0] + box[2]) / 2;
