import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelImage, ModelRequest } from '../model.ts';
import { Answer } from './answer.ts';
import { agreementOf, compareAnswers, type AnswerComparison } from './compare-answers.ts';
import type { Engine } from './engine.ts';
import { observeLogits } from './trace.ts';
import { argmax, largestDifference } from './verify-differences.ts';

/** In a converted folder: how it agreed with float32, where that was measured. */
const AGREEMENT_FILE = 'agreement.json';

const agreementSchema = z.object({
  questions: z.number(),
  same: z.number(),
  equalWords: z.number(),
  overlap: z.number().nullable(),
  /** The largest difference of any logit, as long as both had written the same words. */
  logits: z.number(),
});
export type Agreement = z.infer<typeof agreementSchema>;

export type AgreementOptions = {
  /** The same checkpoint as float32, and with rounded weights. */
  readonly exact: Engine;
  readonly rounded: Engine;
  readonly films: readonly ModelImage[];
  /** Each is asked about each film. */
  readonly questions: readonly string[];
  readonly onAsked: (done: number, total: number) => void;
  readonly signal: AbortSignal;
};

/** Long enough for a report; what differs afterwards has differed before. */
const MOST_TOKENS = 256;

/** Asks both the same questions, greedily, and compares what they answer. */
export const measureAgreement = async (options: AgreementOptions): Promise<Agreement> => {
  const { exact, rounded, films, questions, onAsked, signal } = options;
  const comparisons: AnswerComparison[] = [];
  let logits = 0;
  for (const film of films)
    for (const question of questions) {
      const request = requestOf(film, question);
      const theirs = await answer(exact, request, signal);
      const ours = await answer(rounded, request, signal);
      comparisons.push(compareAnswers(ours.text, theirs.text));
      logits = Math.max(logits, logitsDifference(ours, theirs));
      onAsked(comparisons.length, films.length * questions.length);
    }
  return { ...agreementOf(comparisons), logits };
};

const requestOf = (film: ModelImage, text: string): ModelRequest => ({
  messages: [{ role: 'user', text, images: [film] }],
  maxTokens: MOST_TOKENS,
  sampling: { temperature: 0, topP: 1, seed: undefined },
  stop: [],
  asker: 'agreement',
  background: false,
});

type Written = { readonly text: string; readonly rows: readonly Float32Array[] };

const answer = async (
  engine: Engine,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<Written> => {
  const rows: Float32Array[] = [];
  const workshop = observeLogits(engine.workshop, (row) => void rows.push(row.slice()));
  const prompt = engine.buildPrompt(request.messages);
  let text = '';
  for await (const event of new Answer(workshop, prompt, request, signal).events())
    if (event.type === 'text-delta') text += event.text;
  return { text, rows };
};

/** Up to and with the first row of which another word was made. */
const logitsDifference = (ours: Written, theirs: Written): number => {
  let largest = 0;
  for (const [i, row] of ours.rows.entries()) {
    const other = theirs.rows[i];
    if (!other) break;
    largest = Math.max(largest, largestDifference(row, other));
    if (argmax(row) !== argmax(other)) break;
  }
  return largest;
};

export const writeAgreement = (directory: string, agreement: Agreement): Promise<void> =>
  writeFile(join(directory, AGREEMENT_FILE), `${JSON.stringify(agreement, null, 2)}\n`);

/** Undefined where it was not measured. */
export const readAgreement = async (directory: string): Promise<Agreement | undefined> => {
  const text = await readFile(join(directory, AGREEMENT_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : agreementSchema.parse(JSON.parse(text));
};
