import type { ModelEvent, ModelRequest } from '../model.ts';
import { Answer, type Workshop } from './answer.ts';
import type { DecoderPart } from './decoder.ts';
import type { Engine } from './engine.ts';
import { FilmFeaturesCache } from './film-features.ts';
import { PrefixCache } from './prefix-cache.ts';
import type { Client, SharedKind } from './turns.ts';

/** Hears the numbers of an answer as they are computed. Arrays are good for the length of the call. */
export type Observer = {
  /** One tile [3, T, T] as the tower gets it, and its states in the selected layer, [patches, vision width]. */
  readonly tile: (pixelValues: Float32Array, visionHidden: Float32Array) => void;
  /** What the tokens of the film become: [image tokens, text width]. */
  readonly imageFeatures: (features: Float32Array) => void;
  /** What is predicted after the token at `position`: [vocabulary rows]. Each position once, in order. */
  readonly logits: (position: number, logits: Float32Array) => void;
};

/**
 * The same as the engine's `stream`, by the same code, with the numbers in between shown to an observer: every logit
 * of the prompt too. Takes nothing from the caches and leaves nothing in them, so that all is computed.
 */
export async function* traceAnswer(
  engine: Engine,
  request: ModelRequest,
  observer: Observer,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void> {
  const { workshop, tower } = engine;
  const films = new FilmFeaturesCache(Infinity);
  const observed: Workshop = {
    ...workshop,
    films,
    prefixes: new PrefixCache(0),
    tower: {
      tileNumbers: tower.tileNumbers,
      see: async (pixelValues) => {
        const { visionHidden, features } = await tower.inspect(pixelValues);
        observer.tile(pixelValues, visionHidden);
        return features;
      },
    },
    turns: {
      alone: (work, client) => workshop.turns.alone(work, client),
      share: (kind, prepare, client) => shareObserved(workshop, observer, kind, prepare, client),
    },
  };
  const prompt = engine.buildPrompt(request.messages);
  yield* new Answer(observed, prompt, request, signal).events();
  const features = prompt.image && films.find(prompt.image.sha256)?.packed;
  if (features) observer.imageFeatures(features);
}

/** Asks for the logits of all tokens of the part, and gives those that were asked for. */
const shareObserved = async (
  { turns, config }: Workshop,
  observer: Observer,
  kind: SharedKind,
  prepare: () => DecoderPart | undefined,
  client: Client,
): Promise<Float32Array | undefined> => {
  const { hiddenSize, vocabularyRows } = config.text;
  let asked: readonly number[] = [];
  let everyToken: readonly number[] = [];
  let first = 0;
  const all = await turns.share(
    kind,
    () => {
      const part = prepare();
      if (!part) return undefined;
      asked = part.logitsAt;
      first = part.cache.length;
      everyToken = Array.from({ length: part.embeddings.length / hiddenSize }, (_, i) => i);
      return { ...part, logitsAt: everyToken };
    },
    client,
  );
  if (!all) return undefined;
  const row = (i: number): Float32Array =>
    all.subarray(i * vocabularyRows, (i + 1) * vocabularyRows);
  for (const i of everyToken) observer.logits(first + i, row(i));
  const given = new Float32Array(asked.length * vocabularyRows);
  asked.forEach((i, k) => given.set(row(i), k * vocabularyRows));
  return given;
};

/** The workshop, with every row of logits that a word is made of shown first, and every step that ran told. */
export const observeLogits = (
  workshop: Workshop,
  onLogits: (row: Float32Array) => void,
  onStep: () => void = () => undefined,
): Workshop => ({
  ...workshop,
  turns: {
    alone: (work, client) => workshop.turns.alone(work, client),
    share: async (kind, prepare, client) => {
      const row = await workshop.turns.share(kind, prepare, client);
      if (row !== undefined) onStep();
      if (row !== undefined && row.length > 0) onLogits(row);
      return row;
    },
  },
});
