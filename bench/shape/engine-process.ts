/**
 * The local engine in a process of its own, taking orders (see `Order`): `engine-process.ts DIRECTORY THREADS
 * [spinning]`. It says how long it took to be ready and what memory it has.
 */
import { readFile } from 'node:fs/promises';
import { Engine } from '../../src/model/radvlm/engine.ts';
import { KeyValueCache } from '../../src/model/radvlm/key-value-cache.ts';
import { inspectConverted } from '../../src/model/radvlm/manifest.ts';
import { LARGE_FILM, makeLargeFilm } from '../large-film.ts';
import type { ModelImage } from '../../src/model/model.ts';

export type Order =
  /** A prompt of so many tokens read in chunks, then so many words written. */
  | { readonly kind: 'speed'; readonly prompt: number; readonly words: number }
  /** So many words in each of several conversations that hold `context` tokens already. */
  | {
      readonly kind: 'lanes';
      readonly lanes: number;
      readonly context: number;
      readonly words: number;
    }
  /** A tile through the vision tower, so many times. */
  | { readonly kind: 'tower'; readonly times: number }
  /** A detector's film: the first question about it, a follow-up, and a question from another thread. */
  | { readonly kind: 'film'; readonly film: number };

export type Ready = { readonly readyMs: number; readonly privateBytes: number };
export type Speed = { readonly prefillMs: number; readonly wordMs: readonly number[] };
export type TowerTimes = { readonly tileMs: readonly number[] };
export type FilmTimes = {
  readonly promptTokens: number;
  readonly firstMs: number;
  readonly followUpMs: number;
  readonly otherThreadMs: number;
  readonly privateBytes: number;
};

const CHUNK = 64;
const client = { signal: new AbortController().signal, background: false };

const [directory = '', threads = '2', spinning] = process.argv.slice(2);
const started = performance.now();
const folder = await inspectConverted(directory);
if (folder.state !== 'whole') throw new Error('not a converted folder');
const { manifest } = folder;
const engine = await Engine.open({
  directory,
  manifest,
  threads: Number(threads),
  spinning: spinning === 'spinning',
});
const { turns } = engine.workshop;
const { text } = manifest.config;

/** Anonymous memory, in bytes: what no other process shares. */
async function privateBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024;
}

const embeddingsOf = (tokens: number): Float32Array =>
  Float32Array.from({ length: tokens * text.hiddenSize }, (_, i) => Math.sin(i * 12.9898) * 0.05);

const step = async (
  kind: 'prefill' | 'decode',
  cache: KeyValueCache,
  { tokens, logits }: { readonly tokens: number; readonly logits: boolean },
): Promise<number> => {
  const embeddings = embeddingsOf(tokens);
  const logitsAt = logits ? [tokens - 1] : [];
  const from = performance.now();
  await turns.share(kind, () => ({ cache, embeddings, logitsAt }), client);
  return performance.now() - from;
};

const word = (cache: KeyValueCache): Promise<number> =>
  step('decode', cache, { tokens: 1, logits: true });

const measureSpeed = async (prompt: number, words: number): Promise<Speed> => {
  const cache = new KeyValueCache(text, prompt + words);
  let prefillMs = 0;
  for (let done = 0; done < prompt; done += CHUNK)
    prefillMs += await step('prefill', cache, {
      tokens: Math.min(CHUNK, prompt - done),
      // as of a prompt: what comes next is asked at its end
      logits: done + CHUNK >= prompt,
    });
  const wordMs: number[] = [];
  for (let written = 0; written < words; written++) wordMs.push(await word(cache));
  return { prefillMs, wordMs };
};

/** A cache as if so many tokens had been read. */
const filledCache = (tokens: number, room: number): KeyValueCache => {
  const cache = new KeyValueCache(text, tokens + room);
  const width = text.keyValueHeads * text.headSize;
  const row = Float32Array.from({ length: width * CHUNK }, (_, i) => Math.sin(i) * 0.1);
  const rows = Array.from({ length: text.layers }, () => row);
  for (let done = 0; done < tokens; done += CHUNK)
    cache.append({ keys: rows, values: rows }, 0, Math.min(CHUNK, tokens - done));
  return cache;
};

const measureLanes = async (lanes: number, context: number, words: number): Promise<Speed> => {
  const caches = Array.from({ length: lanes }, () => filledCache(context, words + 1));
  const wordMs: number[] = [];
  for (let written = -1; written < words; written++) {
    const from = performance.now();
    await Promise.all(caches.map(word));
    // the first only warms up
    if (written >= 0) wordMs.push(performance.now() - from);
  }
  return { prefillMs: 0, wordMs };
};

const measureFilm = async (seed: number): Promise<FilmTimes> => {
  const png = await makeLargeFilm(seed);
  const image: ModelImage = { ...LARGE_FILM, sha256: `film ${seed}`, png };
  const ask = async (words: readonly string[]): Promise<{ ms: number; promptTokens: number }> => {
    const from = performance.now();
    const messages = words.map((said, index) => ({
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      text: said,
      images: index === 0 ? [image] : [],
    }));
    const request = {
      messages,
      maxTokens: 1,
      sampling: { temperature: 0, topP: 1, seed: undefined },
      stop: [],
      asker: 'bench',
      background: false,
    };
    let promptTokens = 0;
    for await (const event of engine.stream(request, client.signal)) {
      if (event.type === 'end') ({ promptTokens } = event.usage);
    }
    return { ms: performance.now() - from, promptTokens };
  };
  const question = 'Provide a radiology report for this Chest X-Ray.';
  const first = await ask([question]);
  const followUp = await ask([question, 'The lungs are clear.', 'Is the heart enlarged?']);
  const other = await ask(['Is there a pleural effusion?']);
  return {
    promptTokens: first.promptTokens,
    firstMs: first.ms,
    followUpMs: followUp.ms,
    otherThreadMs: other.ms,
    privateBytes: await privateBytes(),
  };
};

const measureTower = async (times: number): Promise<TowerTimes> => {
  const tile = Float32Array.from({ length: engine.tower.tileNumbers }, (_, i) => Math.sin(i));
  const tileMs: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    await turns.alone(() => engine.tower.see(tile), client);
    tileMs.push(performance.now() - from);
  }
  return { tileMs };
};

const follow = (order: Order): Promise<Speed | FilmTimes | TowerTimes> => {
  switch (order.kind) {
    case 'speed':
      return measureSpeed(order.prompt, order.words);
    case 'lanes':
      return measureLanes(order.lanes, order.context, order.words);
    case 'tower':
      return measureTower(order.times);
    case 'film':
      return measureFilm(order.film);
  }
};

process.on('message', (order: Order) => {
  follow(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
await word(new KeyValueCache(text, 1));
const ready: Ready = { readyMs: performance.now() - started, privateBytes: await privateBytes() };
process.send?.(ready);
