/** The figures of training/demo/evaluate.py: intersection over union, AP at IoU 0.5 the paper's way, F1. */

export type Corners = readonly [x1: number, y1: number, x2: number, y2: number];

const BOX = /\[\s*([0-9.]+),\s*([0-9.]+),\s*([0-9.]+),\s*([0-9.]+)\s*\]/g;

/** evaluate.boxes_in: every four numbers in brackets, unchecked, in the order written. */
export const boxesIn = (text: string): Corners[] =>
  [...text.matchAll(BOX)].map(([, ...numbers]) => numbers.map(Number) as unknown as Corners);

const intersectionOverUnion = (a: Corners, b: Corners): number => {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Corners): number => (box[2] - box[0]) * (box[3] - box[1]);
  const overlap = width * height;
  return overlap / Math.max(1e-9, area(a) + area(b) - overlap);
};

export const bestOverlap = (found: readonly Corners[], wanted: Corners): number =>
  Math.max(0, ...found.map((box) => intersectionOverUnion(box, wanted)));

/** evaluate.average_precision: boxes in the order written, matched one to one at IoU 0.5. */
export const averagePrecision = (found: readonly Corners[], wanted: readonly Corners[]): number => {
  const left = [...wanted];
  let hits = 0;
  let sum = 0;
  for (const [index, box] of found.entries()) {
    const overlaps = left.map((other) => intersectionOverUnion(box, other));
    const best = overlaps.indexOf(Math.max(...overlaps));
    if (best < 0 || (overlaps[best] ?? 0) < 0.5) continue;
    left.splice(best, 1);
    hits += 1;
    sum += hits / (index + 1);
  }
  return sum / Math.max(1, wanted.length);
};

export type Counts = {
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
};

export const noCounts = (): Counts => ({
  truePositive: 0,
  falsePositive: 0,
  falseNegative: 0,
  trueNegative: 0,
});

export const count = (counts: Counts, said: boolean, present: boolean): void => {
  if (said) counts[present ? 'truePositive' : 'falsePositive'] += 1;
  else counts[present ? 'falseNegative' : 'trueNegative'] += 1;
};

export const f1 = ({ truePositive, falsePositive, falseNegative }: Counts): number =>
  (2 * truePositive) / Math.max(1, 2 * truePositive + falsePositive + falseNegative);

export const balancedAccuracy = (counts: Counts): number => {
  const { truePositive, falsePositive, falseNegative, trueNegative } = counts;
  const sensitivity = truePositive / Math.max(1, truePositive + falseNegative);
  const specificity = trueNegative / Math.max(1, falsePositive + trueNegative);
  return (sensitivity + specificity) / 2;
};

export const total = (all: Iterable<Counts>): Counts => {
  const sum = noCounts();
  for (const counts of all)
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
  return sum;
};

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
