import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../src/errors.ts';
import type { Random } from '../../test/support/random.ts';
import { createScriptedModel, type ScriptedModel } from '../../test/support/scripted-model.ts';
import { answerTo } from './answers.ts';

/** A word now and then comes late, so that kills and the next messages meet replies that are being written. */
const LATE_WORD = 0.05;
const LATE_MS = 40;
/** Of the calls, how many fail before the first word, and how many after some. */
const FAILS_FIRST = 0.01;
const FAILS_LATER = 0.01;
/** No conversation of a soak outgrows it: what it says depends on the whole history. */
const CONTEXT_TOKENS = 1_000_000;

/** Answers by the question, the film and the history; late and failing by chance. */
export const createSoakModel = (random: Random): ScriptedModel =>
  createScriptedModel({
    contextTokens: CONTEXT_TOKENS,
    pause: (signal) =>
      random.chance(LATE_WORD)
        ? sleep(random.below(LATE_MS), undefined, { signal })
        : Promise.resolve(),
    script: ({ messages }) => {
      if (random.chance(FAILS_FIRST)) throw new WetreadError('model-failed');
      const answer = answerTo(messages);
      return random.chance(FAILS_LATER) ? failAfter(answer) : inWords(answer);
    },
  });

const inWords = (answer: string): readonly string[] => answer.match(/\s*\S+/g) ?? [];

async function* failAfter(answer: string): AsyncGenerator<{ type: 'text-delta'; text: string }> {
  const words = inWords(answer);
  for (const text of words.slice(0, Math.floor(words.length / 2)))
    yield { type: 'text-delta', text };
  throw new WetreadError('model-stopped');
}
