import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import type { Model, ModelEvent, ModelImage, ModelRequest } from '../../src/model/model.ts';
import { collect } from '../support/collect.ts';
import { endOf, isDelta, textOf } from '../support/model-events.ts';
import { assistant, modelRequest, user } from '../support/model-request.ts';
import { readPhantom } from '../support/phantom.ts';

export type ModelContractOptions = {
  /** A model that answers the contract's questions in at least four tokens. Closed by the suite. */
  readonly create: () => Model | Promise<Model>;
  /** Titles of what an implementation cannot keep, and why. A title that the contract lacks is a failure. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
};

const REPORT = 'Write a radiology report for this Chest X-ray.';
const FOLLOW_UP = 'Is there a pleural effusion?';

const never = new AbortController().signal;

/** What every `Model` keeps, whatever stands behind it. See `src/model/model.ts`. */
export const describeModel = (name: string, { create, skip = [] }: ModelContractOptions): void => {
  describe(`${name} keeps the model contract`, () => {
    let model: Model;
    let film: ModelImage;

    beforeAll(async () => {
      film = await readPhantom();
      model = await create();
    });
    afterAll(() => model.close());
    beforeEach((context) => {
      const exception = skip.find((entry) => entry.test === context.task.name);
      if (exception !== undefined) context.skip(exception.reason);
    });

    test('leaves out nothing but tests of the contract', ({ task }) => {
      const titles = task.suite?.tasks.map((other) => other.name);
      for (const exception of skip) expect(titles).toContain(exception.test);
    });

    test('says what it is', async () => {
      expect(model.name).not.toBe('');
      expect(model.version).not.toBe('');
      expect(model.demo).toBeTypeOf('boolean');
      expect(Number.isInteger(model.contextTokens)).toBe(true);
      expect(model.contextTokens).toBeGreaterThan(0);
    });

    test('streams an answer in several parts, none of them empty or ending within a character', async () => {
      const deltas = (await events(model, about(film))).filter(isDelta);
      expect(deltas.length).toBeGreaterThan(1);
      for (const { text } of deltas) {
        expect(text).not.toBe('');
        expect(text).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }
    });

    test('tells first its place, then what it has read, then the answer, and ends once', async () => {
      const heard = await events(model, about(film));
      const kinds = heard.map(({ type }) => type);
      const order = ['queued', 'reading', 'text-delta', 'end'];
      expect(kinds).toEqual(kinds.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
      expect(kinds.filter((kind) => kind === 'end')).toHaveLength(1);

      const places = heard.flatMap((event) => (event.type === 'queued' ? [event.place] : []));
      expect(places).toEqual([...new Set(places)].toSorted((a, b) => b - a));
      const readings = heard.filter((event) => event.type === 'reading');
      const done = readings.map((reading) => reading.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      for (const reading of readings) expect(reading.done).toBeLessThanOrEqual(reading.total);
    });

    test('counts what it used', async () => {
      const { usage } = endOf(await events(model, about(film)));
      expect(usage.promptTokens).toBeGreaterThan(0);
      expect(usage.cachedTokens).toBeGreaterThanOrEqual(0);
      expect(usage.cachedTokens).toBeLessThanOrEqual(usage.promptTokens);
      expect(usage.completionTokens).toBeGreaterThan(1);
      expect(usage.completionTokens).toBeLessThanOrEqual(about(film).maxTokens);

      const without = endOf(await events(model, modelRequest({ messages: [user(REPORT)] })));
      expect(without.usage.promptTokens).toBeLessThan(usage.promptTokens);
    });

    test('counts a prompt beforehand as it is counted afterwards', async () => {
      for (const messages of [
        [user(REPORT, film)],
        [user(REPORT)],
        [user(REPORT, film), assistant('No.'), user(FOLLOW_UP)],
      ]) {
        const { usage } = endOf(await events(model, modelRequest({ messages, maxTokens: 1 })));
        expect(await model.count(messages)).toBe(usage.promptTokens);
      }
    });

    test('counts more for a longer conversation and for a film', async () => {
      const text = await model.count([user(REPORT)]);
      const withFilm = await model.count([user(REPORT, film)]);
      const longer = await model.count([user(REPORT, film), assistant('No.'), user(FOLLOW_UP)]);
      expect(text).toBeGreaterThan(0);
      expect(withFilm).toBeGreaterThan(text);
      expect(longer).toBeGreaterThan(withFilm);
    });

    test('stops at the number of tokens that was asked for', async () => {
      const { usage, finishReason } = endOf(await events(model, { ...about(film), maxTokens: 2 }));
      expect(finishReason).toBe('length');
      expect(usage.completionTokens).toBe(2);
    });

    test('reads without answering', async () => {
      const heard = await events(model, { ...about(film), maxTokens: 0, background: true });
      expect(heard.filter(isDelta)).toEqual([]);
      const { usage, finishReason } = endOf(heard);
      expect(finishReason).toBe('length');
      expect(usage.completionTokens).toBe(0);
      expect(usage.promptTokens).toBeGreaterThan(0);
    });

    test('answers the same whether or not it has read ahead', async () => {
      const answer = await answerOf(model, about(film));
      const other = await create();
      try {
        await events(other, { ...about(film), maxTokens: 0 });
        expect(await answerOf(other, about(film))).toBe(answer);
      } finally {
        await other.close();
      }
    });

    test('answers the next turn of a conversation', async () => {
      const first = await events(model, about(film));
      const messages = [user(REPORT, film), assistant(textOf(first)), user(FOLLOW_UP)];
      const second = await events(model, modelRequest({ messages }));
      expect(textOf(second)).not.toBe('');
      expect(endOf(second).usage.promptTokens).toBeGreaterThan(endOf(first).usage.promptTokens);
      expect(await answerOf(model, modelRequest({ messages }))).toBe(textOf(second));
    });

    test('answers without a film', async () => {
      expect(await answerOf(model, modelRequest({ messages: [user(FOLLOW_UP)] }))).not.toBe('');
    });

    test('answers the same words to the same request at temperature 0', async () => {
      expect(await answerOf(model, about(film))).toBe(await answerOf(model, about(film)));
    });

    test('draws the same words with the same seed', async () => {
      const sampled = { ...about(film), sampling: { temperature: 1, topP: 0.9, seed: 7 } };
      expect(await answerOf(model, sampled)).toBe(await answerOf(model, sampled));
    });

    test('ends before a stop text, wherever its parts are cut', async () => {
      const answer = await answerOf(model, about(film));
      const middle = Math.floor(answer.length / 2);
      const stop = answer.slice(middle - 2, middle + 2);
      const heard = await events(model, { ...about(film), stop: ['never written', stop] });
      expect(textOf(heard)).toBe(answer.slice(0, answer.indexOf(stop)));
      expect(endOf(heard).finishReason).toBe('stop');
    });

    test('answers two at once as it answers each alone', async () => {
      const one = about(film);
      const two = modelRequest({ messages: [user(FOLLOW_UP)], asker: 'someone else' });
      const alone = [await answerOf(model, one), await answerOf(model, two)];
      expect(await Promise.all([answerOf(model, one), answerOf(model, two)])).toEqual(alone);
    });

    test('begins no work before the first event is asked for', async () => {
      // Would be refused; an iterator nobody reads must not become an unhandled rejection either.
      expect(() => model.stream(modelRequest({ messages: [] }), never)).not.toThrow();
      await new Promise((resolve) => setTimeout(resolve, 5));
    });

    test('does nothing for a request that was stopped before it began', async () => {
      const reason = new Error('stopped before the start');
      const iteration = events(model, about(film), AbortSignal.abort(reason));
      await expect(iteration).rejects.toBe(reason);
    });

    test('stops while reading', async () => {
      const stop = new AbortController();
      const reason = new Error('stopped while reading');
      const iterator = model.stream(about(film), stop.signal)[Symbol.asyncIterator]();
      const first = iterator.next();
      stop.abort(reason);
      await expect(drain(iterator, first)).rejects.toBe(reason);
      await answersStill(model, film);
    });

    test('stops while answering', async () => {
      const stop = new AbortController();
      const reason = new Error('stopped while answering');
      const heard: ModelEvent[] = [];
      const listening = (async () => {
        for await (const event of model.stream(about(film), stop.signal)) {
          heard.push(event);
          if (isDelta(event)) stop.abort(reason);
        }
      })();
      await expect(listening).rejects.toBe(reason);
      expect(heard.filter(isDelta)).toHaveLength(1);
      expect(heard.at(-1)?.type).toBe('text-delta');
      await answersStill(model, film);
    });

    test('takes no notice of being stopped after the end', async () => {
      const stop = new AbortController();
      const heard: ModelEvent[] = [];
      for await (const event of model.stream(about(film), stop.signal)) {
        heard.push(event);
        if (event.type === 'end') stop.abort(new Error('stopped after the end'));
      }
      expect(heard.at(-1)?.type).toBe('end');
    });

    test('goes on with others when a listener leaves', async () => {
      for await (const event of model.stream(about(film), never)) {
        if (isDelta(event)) break;
      }
      expect(await answerOf(model, about(film))).not.toBe('');
    });

    test('refuses a conversation longer than it holds', async () => {
      const text = 'effusion '.repeat(model.contextTokens + 1);
      const code = await codeOf(model, modelRequest({ messages: [user(text)] }));
      expect(['context-full', 'endpoint-context']).toContain(code);
      await answersStill(model, film);
    });

    test('refuses a second film', async () => {
      const twice = [user(REPORT, film, film)];
      expect(await codeOf(model, modelRequest({ messages: twice }))).toBe('one-film-only');
      const later = [user(REPORT, film), assistant('No.'), user(FOLLOW_UP, film)];
      expect(await codeOf(model, modelRequest({ messages: later }))).toBe('one-film-only');
    });

    test('refuses a film that comes after the first question', async () => {
      const messages = [user(FOLLOW_UP), assistant('No.'), user(REPORT, film)];
      expect(await codeOf(model, modelRequest({ messages }))).toBe('film-not-first');
    });

    test('refuses a conversation that does not end with a question', async () => {
      expect(await codeOf(model, modelRequest({ messages: [] }))).toBe('question-empty');
      const answered = [user(REPORT, film), assistant('No.')];
      expect(await codeOf(model, modelRequest({ messages: answered }))).toBe('question-empty');
    });

    test('forgets a film and reads it anew', async () => {
      const answer = await answerOf(model, about(film));
      await model.forget(film.sha256);
      await model.forget('0'.repeat(64));
      expect(await answerOf(model, about(film))).toBe(answer);
    });

    test('answers to the end about a film that is forgotten meanwhile', async () => {
      const answer = await answerOf(model, about(film));
      let heard = '';
      for await (const event of model.stream(about(film), never)) {
        if (!isDelta(event)) continue;
        if (heard === '') await model.forget(film.sha256);
        heard += event.text;
      }
      expect(heard).toBe(answer);
    });

    test('has nothing left to forget once it closes', async () => {
      const closing = await create();
      await answerOf(closing, about(film));
      const forgetting = closing.forget(film.sha256);
      // so that it is under way, and not done
      for (let turn = 0; turn < 3; turn++) await Promise.resolve();
      await closing.close();
      await expect(forgetting).resolves.toBeUndefined();
      await expect(closing.forget(film.sha256)).resolves.toBeUndefined();
    });

    test('is closed for good, running answers included', async () => {
      const closing = await create();
      const running = (async () => {
        for await (const event of closing.stream({ ...about(film), maxTokens: 256 }, never)) {
          if (isDelta(event)) await closing.close();
        }
      })();
      await expect(running).rejects.toMatchObject({ code: 'model-closed' });
      expect(await codeOf(closing, about(film))).toBe('model-closed');
      await closing.close();
    });
  });
};

const about = (film: ModelImage): ModelRequest => modelRequest({ messages: [user(REPORT, film)] });

const events = (
  model: Model,
  request: ModelRequest,
  signal: AbortSignal = never,
): Promise<ModelEvent[]> => collect(model.stream(request, signal));

const drain = async (
  iterator: AsyncIterator<ModelEvent>,
  first: Promise<IteratorResult<ModelEvent>>,
): Promise<void> => {
  for (let result = await first; result.done !== true; result = await iterator.next());
};

const answerOf = async (model: Model, request: ModelRequest): Promise<string> =>
  textOf(await events(model, request));

const codeOf = async (model: Model, request: ModelRequest): Promise<ErrorCode | undefined> => {
  const failure: unknown = await events(model, request).then(
    () => undefined,
    (error: unknown) => error,
  );
  return (failure as { code?: ErrorCode } | undefined)?.code;
};

const answersStill = async (model: Model, film: ModelImage): Promise<void> => {
  expect(await answerOf(model, about(film))).not.toBe('');
};
