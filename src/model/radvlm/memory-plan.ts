import { WetreadError } from '../../errors.ts';
import type { CheckpointConfig } from './config.ts';
import { planTiles } from './tile-plan.ts';

/** What a model needs to know of itself to say what memory it takes. */
export type Weighed = {
  readonly config: CheckpointConfig;
  /** Bytes of the weights' files that are loaded: of both graphs, not the embeddings, which are read a row at a time. */
  readonly weightBytes: number;
};

/** Memory of a run, in bytes, at the most. */
export type MemoryPlan = {
  /** Conversations that are answered at once. */
  readonly lanes: number;
  /** Prompt and answer of one hold at most so many tokens. */
  readonly contextTokens: number;
  /** Of ended conversations and read films, so many tokens are kept for later questions. */
  readonly keptTokens: number;
  readonly cacheBytesPerToken: number;
  readonly weights: number;
  /** Keys and values of the conversations that are being answered. */
  readonly conversations: number;
  /** Keys and values that are kept, and features of films. */
  readonly kept: number;
  /** What is computed on the way, films on their way through the tower, and the program itself. */
  readonly working: number;
  readonly total: number;
};

/** What an operator has set; the rest is chosen. */
export type MemoryWishes = {
  readonly lanes: number | undefined;
  readonly contextTokens: number | undefined;
};

type Choice = Pick<MemoryPlan, 'lanes' | 'contextTokens' | 'keptTokens'>;

/** onnxruntime copies weights into the order that its kernels want; measured 1.07 to 1.2 times the file. */
const PACKED = 1.2;
/** Node.js, onnxruntime and its arena when idle. */
const PROGRAM_BYTES = 350 * 2 ** 20;
/** New tokens in a step, as in engine.ts, beside one of each other conversation. */
const STEP_TOKENS = 64;
/** Arrays of a step's scores at a time: as they are, masked, as shares. */
const SCORE_ARRAYS = 3;
/** Arrays of a layer's widest values at a time. */
const WIDE_ARRAYS = 4;
const FLOAT_BYTES = 4;

/** As many lanes as the graph is built with. */
export const MOST_LANES = 4;
/** Longer than any talk about a film (RadVLM's largest is 8,829 tokens), and half of what its positions allow. */
const CONTEXT_TOKENS = 16_384;
/** Room for a talk of some turns, or one long answer, behind the largest film. */
const SHORT_TALK_TOKENS = 3_000;
/** Two conversations about RadVLM's largest films, or sixty of the demo's. */
export const KEPT_TOKENS = 20_000;

const bytesPerToken = ({ text }: CheckpointConfig): number =>
  2 * text.layers * text.keyValueHeads * text.headSize * FLOAT_BYTES;

/** What so many kept tokens may take: keys and values, and the features of films. */
export const keptBytes = (
  config: CheckpointConfig,
  tokens: number,
): { readonly prefixBytes: number; readonly featureBytes: number } => ({
  prefixBytes: tokens * bytesPerToken(config),
  featureBytes: tokens * config.text.hiddenSize * FLOAT_BYTES,
});

/** Image tokens of a film of the shape that gives the most. */
export const mostFilmTokens = ({ vision, image }: CheckpointConfig): number =>
  Math.max(
    ...image.pinpoints.map(([height, width]) => planTiles(height, width, vision, image).tokens),
  );

/** A film on its way through the tower: tiles of pixels, and their features until the last is there. */
const filmBytes = ({ vision, image, text }: CheckpointConfig): number => {
  const patches = Math.floor(vision.tile / vision.patch) ** 2;
  const tileNumbers = 3 * vision.tile ** 2 + patches * text.hiddenSize;
  const tiles = image.pinpoints.map(([height, width]) => 1 + (height * width) / vision.tile ** 2);
  return Math.max(...tiles) * tileNumbers * FLOAT_BYTES;
};

const workingBytes = (config: CheckpointConfig, { lanes, contextTokens }: Choice): number => {
  const { text, vision } = config;
  const patches = Math.floor(vision.tile / vision.patch) ** 2;
  const scores = text.heads * STEP_TOKENS * contextTokens * SCORE_ARRAYS;
  const wide = 2 * text.intermediateSize * (STEP_TOKENS + lanes) * WIDE_ARRAYS;
  const tower = patches * (vision.heads * patches + vision.intermediateSize * WIDE_ARRAYS);
  // The tower and the decoder take turns, but the arena of each keeps what it had.
  const step = (scores + wide + tower) * FLOAT_BYTES;
  return PROGRAM_BYTES + step + lanes * filmBytes(config);
};

export const planMemory = ({ config, weightBytes }: Weighed, choice: Choice): MemoryPlan => {
  const { lanes, contextTokens, keptTokens } = choice;
  const cacheBytesPerToken = bytesPerToken(config);
  const weights = Math.ceil(weightBytes * PACKED);
  const conversations = lanes * contextTokens * cacheBytesPerToken;
  const { prefixBytes, featureBytes } = keptBytes(config, keptTokens);
  const kept = prefixBytes + featureBytes;
  const working = Math.ceil(workingBytes(config, choice));
  const total = weights + conversations + kept + working;
  return {
    lanes,
    contextTokens,
    keptTokens,
    cacheBytesPerToken,
    weights,
    conversations,
    kept,
    working,
    total,
  };
};

/** From what is best to what is least, within what is set. */
const choicesOf = (config: CheckpointConfig, wishes: MemoryWishes): Choice[] => {
  const limit = config.text.contextTokens;
  const film = mostFilmTokens(config);
  const [long, short] = [CONTEXT_TOKENS, film + SHORT_TALK_TOKENS].map((tokens) =>
    Math.min(limit, tokens),
  ) as [number, number];
  const contexts = wishes.contextTokens ? [Math.min(limit, wishes.contextTokens)] : [long, short];
  const lanes = wishes.lanes ? [wishes.lanes] : [MOST_LANES, 3, 2, 1];
  // A shorter talk first, then fewer films kept, then fewer at once: each is missed more than the one before.
  return lanes.flatMap((count) =>
    [KEPT_TOKENS, film + SHORT_TALK_TOKENS].flatMap((keptTokens) =>
      contexts.map((contextTokens) => ({ lanes: count, contextTokens, keptTokens })),
    ),
  );
};

/** The best plan that fits into so many bytes. Fails with `memory-too-small`, which says what is needed and what would fit. */
export const fitMemory = (
  model: Weighed,
  availableBytes: number,
  wishes: MemoryWishes,
): MemoryPlan => {
  const plans = choicesOf(model.config, wishes).map((choice) => planMemory(model, choice));
  const fitting = plans.find(({ total }) => total <= availableBytes);
  if (fitting) return fitting;
  const least = plans.reduce((a, b) => (b.total < a.total ? b : a));
  throw new WetreadError('memory-too-small', {
    needed: least.total,
    weights: least.weights,
    available: availableBytes,
    fits: whatWouldFit(model, availableBytes, least),
  });
};

/** In words, most useful first. */
const whatWouldFit = (model: Weighed, availableBytes: number, least: MemoryPlan): string => {
  const { config, weightBytes } = model;
  const short = Math.min(least.contextTokens, mostFilmTokens(config) + SHORT_TALK_TOKENS);
  const small = { lanes: 1, contextTokens: short, keptTokens: short };
  const fits = (bytes: number): boolean =>
    planMemory({ config, weightBytes: bytes }, small).total <= availableBytes;
  if (fits(weightBytes)) return `MODEL_LANES=1 with MODEL_CONTEXT=${short} would fit`;
  const int4 = int4Bytes(config);
  if (int4 < weightBytes * SMALLER && fits(int4))
    return 'weights of 4 bits would fit (MODEL_WEIGHTS=int4)';
  if (int4 * BLOCK_128 < weightBytes * SMALLER && fits(int4 * BLOCK_128))
    return 'weights of 4 bits in blocks of 128 would fit (wetread model convert --weights int4 --block 128)';
  return 'no form of it would fit here, but an endpoint on another machine can run it (MODEL_URL)';
};

/** What counts as smaller: less is within what an estimate is off by. */
const SMALLER = 0.98;
/** Scales of 32 bits for 128 numbers instead of 64: 4.25 bits a weight, not 4.5. */
const BLOCK_128 = 4.25 / 4.5;

/** About what the graphs' weights are at 4 bits in blocks of 64, with the head and the tower in 8. */
const int4Bytes = ({ text, vision }: CheckpointConfig): number => {
  const attention = text.hiddenSize * text.headSize * 2 * (text.heads + text.keyValueHeads);
  const decoder = text.layers * (attention + 3 * text.hiddenSize * text.intermediateSize);
  const head = text.hiddenSize * text.vocabularyRows;
  const layer = 4 * vision.hiddenSize ** 2 + 2 * vision.hiddenSize * vision.intermediateSize;
  const projector = text.hiddenSize * (vision.hiddenSize + text.hiddenSize);
  const tower = vision.layers * layer + projector;
  return (decoder * 4.5 + (head + tower) * 8.25) / 8;
};
