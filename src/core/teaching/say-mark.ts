import type { Mark } from './mark-answer.ts';

/** `key`: a person's, so these are marks. `model`: nobody confirmed its reading, so this is agreement alone. */
export type Against = 'key' | 'model';

/** How an answer compares with the key, as half a sentence. */
export const sayMark = (mark: Mark, against: Against): string => {
  switch (mark.kind) {
    case 'normal':
      return sayNormal(mark.right, against);
    case 'cells':
      return sayCells(mark, against);
    case 'region':
      return sayRegion(mark, against);
    case 'words':
      return sayWords(mark, against);
  }
};

const sayNormal = (right: boolean, against: Against): string => {
  if (against === 'key') return right ? 'correct, the film is normal' : 'the film is not normal';
  return right ? 'agrees with the model' : 'the model does not call the film normal';
};

const sayCells = (
  { covered, misses, cells }: Extract<Mark, { kind: 'cells' }>,
  against: Against,
): string => {
  const whose = against === 'key' ? "the key's" : "the model's";
  const off =
    misses === 0
      ? 'no cell misses'
      : `${misses} of ${cells} ${cells === 1 ? 'cell' : 'cells'} ${misses === 1 ? 'misses' : 'miss'}`;
  if (covered === null)
    return `${against === 'key' ? 'the key has' : 'the model has'} no boxes, so ${off}`;
  return `covers ${Math.round(100 * covered)} % of ${whose} boxes, ${off}`;
};

const sayRegion = (
  { side, zone, both }: Extract<Mark, { kind: 'region' }>,
  against: Against,
): string => {
  if (against === 'model') {
    if (both) return 'the same side and zone as the model';
    return `${side ? 'the same side' : 'another side'} and ${zone ? 'the same zone' : 'another zone'}`;
  }
  if (both) return 'side and zone correct';
  if (side && zone) return 'side and zone each correct, but of different findings';
  return `side ${side ? 'correct' : 'wrong'}, zone ${zone ? 'correct' : 'wrong'}`;
};

const sayWords = (
  { found, wrongSide, missed, extra, says }: Extract<Mark, { kind: 'words' }>,
  against: Against,
): string => {
  const isNormal = found.length + wrongSide.length + missed.length === 0;
  if (says === 'nothing-known' && found.length === 0)
    return 'names nothing that can be compared; judge it yourselves';
  if (says === 'normal' && found.length === 0) return sayNormal(isNormal, against);
  const words =
    against === 'key'
      ? { found: 'found', missed: 'missed', extra: 'not in the key' }
      : { found: 'agrees on', missed: 'the model also names', extra: 'the model does not name' };
  const parts = [
    [words.found, found],
    ['on the other side', wrongSide],
    [words.missed, missed],
    [words.extra, extra],
  ] as const;
  const told = parts.filter(([, labels]) => labels.length > 0);
  const listed = told.map(([word, labels]) => `${word}: ${labels.join(', ')}`).join('; ');
  return isNormal && against === 'key' ? `the film is normal; ${listed}` : listed;
};
