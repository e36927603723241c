import { WetreadError } from '../../errors.ts';
import type { Task } from '../../core/reading.ts';

/** What is done with a question: asked as it is, a task, or the model alone. */
export type Mode = 'question' | Task | 'raw';

const SUFFIXES = ['wet-read', 'report', 'classify', 'detect', 'raw'] as const satisfies Mode[];

/** Every id that may be asked for: the model's name, and the name with each suffix. */
export const modelIds = (name: string): readonly string[] => [
  name,
  ...SUFFIXES.map((suffix) => `${name}:${suffix}`),
];

/** What an id asks for. A name may have colons of its own. Fails with `model-unknown`. */
export const modeOf = (id: string, name: string): Mode => {
  if (id === name) return 'question';
  const suffix = SUFFIXES.find((known) => id === `${name}:${known}`);
  if (suffix === undefined)
    throw new WetreadError('model-unknown', { ids: modelIds(name).join(', '), param: 'model' });
  return suffix;
};
