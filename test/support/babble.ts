import { createHash } from 'node:crypto';

const VOCABULARY =
  'the lungs are clear and heart size is normal no pleural effusion or pneumothorax — naïve “déjà vu” 🫁 is seen'.split(
    ' ',
  );

const WORDS = 12;

/**
 * Words that depend on what was asked, and on the seed when they are sampled: what a deterministic model does, without
 * one. Some are outside ASCII and outside the basic plane, as answers may be.
 */
export const babble = (asked: {
  readonly texts: readonly string[];
  readonly temperature: number;
  readonly seed: number | undefined;
}): string => {
  const draw = asked.temperature === 0 ? 'greedy' : `seed ${asked.seed ?? Math.random()}`;
  const bytes = createHash('sha256')
    .update(JSON.stringify([asked.texts, draw]))
    .digest();
  return Array.from(
    { length: WORDS },
    (_, index) => VOCABULARY[(bytes[index] ?? 0) % VOCABULARY.length],
  ).join(' ');
};
