import { WetreadError } from '../../errors.ts';
import type { ModelEvent, ModelMessage, ModelRequest } from '../model.ts';
import { Answer, type Workshop } from './answer.ts';
import { CachePool } from './cache-pool.ts';
import { loadChatTemplate } from './chat-template.ts';
import type { CheckpointConfig } from './config.ts';
import { Decoder, type DecoderPart } from './decoder.ts';
import { openEmbeddings, readImageNewline } from './embeddings.ts';
import { FilmFeaturesCache } from './film-features.ts';
import { KeyValueCache } from './key-value-cache.ts';
import type { Manifest } from './manifest.ts';
import { KEPT_TOKENS, keptBytes } from './memory-plan.ts';
import type { SessionOptions } from './onnx-session.ts';
import { Pace } from './pace.ts';
import { PrefixCache } from './prefix-cache.ts';
import { type BuildPrompt, createBuildPrompt } from './prompt.ts';
import { checkTokenizer, loadTokenizer } from './tokenizer.ts';
import { Turns } from './turns.ts';
import { VisionTower } from './vision-tower.ts';

export type EngineLimits = {
  /** Prompt and answer together; not above what the checkpoint holds. */
  readonly contextTokens: number;
  /** Tokens read in one step. */
  readonly chunkTokens: number;
  /** Keys and values kept for later requests. */
  readonly prefixBytes: number;
  /** Features of films kept in case a film's prefix is gone. */
  readonly featureBytes: number;
};

/** At 64 a 7B reads at full speed already, and holds up others' words by a second at most. */
const CHUNK_TOKENS = 64;

const defaultLimits = (config: CheckpointConfig): EngineLimits => ({
  contextTokens: config.text.contextTokens,
  chunkTokens: CHUNK_TOKENS,
  ...keptBytes(config, KEPT_TOKENS),
});

export type EngineOptions = SessionOptions & {
  /** The converted folder and its manifest. */
  readonly directory: string;
  readonly manifest: Manifest;
  readonly limits?: Partial<EngineLimits> | undefined;
};

/**
 * A checkpoint in memory, answering. Runs wherever it is opened, and blocks that thread a step at a time; the local
 * runtime opens it in a worker. Any number of requests run side by side, so something in front bounds them: each holds
 * the keys and values of its tokens.
 */
export class Engine {
  readonly workshop: Workshop;
  readonly buildPrompt: BuildPrompt;
  readonly tower: VisionTower;
  readonly #decoder: Decoder;
  readonly #turns: Turns<DecoderPart, Float32Array>;

  /** Loads graphs, tokenizer and template. Fails with `checkpoint-*`. */
  static async open(options: EngineOptions): Promise<Engine> {
    const { directory, manifest } = options;
    const { lanes } = manifest;
    const limits = { ...defaultLimits(manifest.config), ...options.limits };
    const contextTokens = Math.min(manifest.config.text.contextTokens, limits.contextTokens);
    const config = { ...manifest.config, text: { ...manifest.config.text, contextTokens } };
    const tokenizer = await loadTokenizer(directory);
    checkTokenizer(tokenizer, config);
    const template = await loadChatTemplate(directory);
    const embeddings = await openEmbeddings(directory, manifest);
    const decoder = await Decoder.open(directory, config.text, lanes, options);
    const tower = await VisionTower.open(directory, config, options);
    const newline = await readImageNewline(directory, manifest);
    const turns = new Turns<DecoderPart, Float32Array>(lanes, (parts) => decoder.run(parts));
    const workshop: Workshop = {
      config,
      tokenizer,
      embeddings,
      tower,
      newline,
      turns,
      films: new FilmFeaturesCache(limits.featureBytes),
      prefixes: new PrefixCache(limits.prefixBytes),
      caches: new CachePool(config.text, contextTokens, lanes),
      pace: new Pace(),
      chunkTokens: limits.chunkTokens,
    };
    const buildPrompt = createBuildPrompt(tokenizer, template, config);
    await findPace(workshop, decoder);
    return new Engine({ workshop, buildPrompt, decoder, tower, turns });
  }

  private constructor(parts: {
    workshop: Workshop;
    buildPrompt: BuildPrompt;
    decoder: Decoder;
    tower: VisionTower;
    turns: Turns<DecoderPart, Float32Array>;
  }) {
    this.workshop = parts.workshop;
    this.buildPrompt = parts.buildPrompt;
    this.tower = parts.tower;
    this.#decoder = parts.decoder;
    this.#turns = parts.turns;
  }

  /** As `Model.stream`. */
  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    signal.throwIfAborted();
    if (request.messages.at(-1)?.role !== 'user') throw new WetreadError('question-empty');
    const prompt = this.buildPrompt(request.messages);
    yield* new Answer(this.workshop, prompt, request, signal).events();
  }

  async count(messages: readonly ModelMessage[]): Promise<number> {
    return this.buildPrompt(messages).ids.length;
  }

  /** As `Model.forget`. */
  forget(sha256: string): void {
    this.workshop.films.forget(sha256);
    this.workshop.prefixes.forget(sha256);
  }

  /** Waits for the step that is running; whoever closes it has ended its requests. */
  async close(): Promise<void> {
    await this.#turns.idle();
    await this.#decoder.close();
    await this.tower.close();
    await this.workshop.embeddings.close();
  }
}

/** A tile and a chunk of nothing, so that the first film's time can be told; what is lazy is done with then, too. */
const findPace = async ({ config, tower, pace, chunkTokens }: Workshop, decoder: Decoder) => {
  let from = performance.now();
  await tower.see(new Float32Array(tower.tileNumbers));
  pace.tile(performance.now() - from);
  const { text } = config;
  const count = Math.min(chunkTokens, CHUNK_TOKENS, text.contextTokens);
  const embeddings = new Float32Array(count * text.hiddenSize);
  const cache = new KeyValueCache(text, count);
  from = performance.now();
  await decoder.run([{ cache, embeddings, logitsAt: [] }]);
  pace.tokens(count, performance.now() - from);
};
