import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import type { Model, ModelImage, ModelMessage } from '../../../src/model/model.ts';
import { createQueue, type Queue } from '../../../src/model/queue.ts';
import type { Engine } from '../../../src/model/radvlm/engine.ts';
import { assistant, modelRequest, user } from '../../support/model-request.ts';
import { convertGolden } from './golden-engine.ts';

const USERS = 100;
const FILMS = 20;
const WAVES = 3;
const LANES = 4;
/** Six of the twenty films, or so. */
const PREFIX_BYTES = 6 * 2 ** 20;
const FEATURE_BYTES = 2 ** 20;

const folder = await mkdtemp(`${tmpdir()}/wetread-hundred-`);
afterAll(() => rm(folder, { recursive: true, force: true }));
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const modelOf = (engine: Engine): Model => ({
  name: 'golden',
  version: '1',
  demo: false,
  contextTokens: engine.workshop.config.text.contextTokens,
  stream: (request, signal) => engine.stream(request, signal),
  count: (messages) => engine.count(messages),
  forget: async (sha256) => engine.forget(sha256),
  close: () => engine.close(),
});

/** mulberry32. */
const createRandom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

class Crowd {
  readonly #queue: Queue;
  readonly #engine: Engine;
  readonly #films: readonly ModelImage[];
  readonly #random = createRandom(7);
  #begun = 0;
  /** Requests that others began between a question and its own beginning, at the most. */
  longestWait = 0;
  answered = 0;
  stopped = 0;
  promptTokens = 0;
  cachedTokens = 0;
  /** Kept of ended conversations, at the most. */
  mostBytes = 0;
  readonly texts = new Map<string, Set<string>>();

  constructor(engine: Engine, films: readonly ModelImage[]) {
    this.#engine = engine;
    this.#films = films;
    this.#queue = createQueue(modelOf(engine), { places: 2 * USERS, running: LANES });
  }

  /** Everyone asks about a film, and then once more; one in ten thinks better of it, and now and then a film is forgotten. */
  async wave(): Promise<void> {
    await Promise.all(Array.from({ length: USERS }, (_, id) => this.#converse(`user ${id}`)));
  }

  async #converse(asker: string): Promise<void> {
    const film = this.#films[this.#random(FILMS)];
    if (!film) throw new Error('no film');
    if (this.#random(40) === 0) await this.#queue.forget(film.sha256);
    const question = user('What are the findings?', film);
    const answer = await this.#ask(asker, film, [question]);
    if (answer === undefined) return;
    await this.#ask(asker, film, [question, assistant(answer), user('Is the heart enlarged?')]);
  }

  async #ask(
    asker: string,
    film: ModelImage,
    messages: readonly ModelMessage[],
  ): Promise<string | undefined> {
    const stop = new AbortController();
    const stopsAfter = this.#random(10) === 0 ? 1 + this.#random(12) : Infinity;
    const asked = this.#begun;
    let [text, heard, isWaiting] = ['', 0, true];
    try {
      const request = modelRequest({ asker, messages, maxTokens: 8 });
      for await (const event of this.#queue.stream(request, stop.signal)) {
        if (event.type !== 'queued' && isWaiting) {
          this.longestWait = Math.max(this.longestWait, this.#begun - asked);
          this.#begun += 1;
          isWaiting = false;
        }
        this.#watchMemory();
        if (event.type === 'text-delta') text += event.text;
        if (event.type === 'end') {
          this.promptTokens += event.usage.promptTokens;
          this.cachedTokens += event.usage.cachedTokens;
          break;
        }
        if (++heard === stopsAfter) stop.abort();
      }
    } catch (error) {
      if (error !== stop.signal.reason) throw error;
      this.stopped += 1;
      return undefined;
    }
    this.answered += 1;
    const key = `${film.width} x ${film.height}: ${messages.map((message) => message.text).join()}`;
    this.texts.set(key, (this.texts.get(key) ?? new Set()).add(text));
    return text;
  }

  #watchMemory(): void {
    this.mostBytes = Math.max(this.mostBytes, this.#engine.workshop.prefixes.bytes);
  }
}

/** Buffers that are still held: what nobody holds may take a moment to go. */
const heldBytes = async (): Promise<number> => {
  let least = Infinity;
  for (let look = 0; look < 10; look++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 50));
    least = Math.min(least, process.memoryUsage().arrayBuffers);
  }
  return least;
};

test(
  'a hundred users about twenty films: all are answered, each waits for one turn of the others, memory is flat',
  { timeout: 300_000 },
  async () => {
    const model = await convertGolden(folder, 'c-anyres-fp16', 'c-anyres-fp16', LANES);
    const pictures = model.cases.flatMap(({ messages }) =>
      messages.flatMap(({ images }) => images),
    );
    const films = Array.from({ length: FILMS }, (_, i): ModelImage => {
      const picture = pictures[i % pictures.length];
      if (!picture) throw new Error('no picture');
      return { ...picture, sha256: `film ${i}` };
    });
    const engine = await model.open({
      limits: { prefixBytes: PREFIX_BYTES, featureBytes: FEATURE_BYTES, chunkTokens: 64 },
    });
    const crowd = new Crowd(engine, films);
    const held: number[] = [];
    for (let wave = 0; wave < WAVES; wave++) {
      await crowd.wave();
      held.push(await heldBytes());
    }
    await engine.close();

    expect(crowd.answered + crowd.stopped).toBeGreaterThanOrEqual(WAVES * USERS);
    expect(crowd.answered).toBeGreaterThan(WAVES * USERS);
    // One question each that was there before, and those that were running.
    expect(crowd.longestWait).toBeLessThanOrEqual(USERS + LANES);
    expect(crowd.mostBytes).toBeLessThanOrEqual(PREFIX_BYTES);
    // What is kept may differ by a film; nothing adds up.
    expect(Math.max(...held)).toBeLessThan(Math.min(...held) + PREFIX_BYTES);
    const share = crowd.cachedTokens / crowd.promptTokens;
    expect(share).toBeGreaterThan(0.4);
    // Whoever asked the same of the same pixels was told the same.
    const different = [...crowd.texts.values()].filter((texts) => texts.size > 1);
    expect(different).toEqual([]);
    process.stdout.write(
      `${crowd.answered} answered, ${crowd.stopped} stopped, longest wait ${crowd.longestWait} others, ` +
        `${(100 * share).toFixed(0)} % of the tokens cached, held ${held.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(', ')} MiB\n`,
    );
  },
);
