import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { CHUNK, COMPLETION, FAILURE } from '../../../src/adapters/openai/wire.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createQueue } from '../../../src/model/queue.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { createReader, questionIn } from '../../support/scripted-reader.ts';
import { dataUri } from '../../support/scripted-api.ts';
import { asking, chunksIn, contentIn, eventsIn, FILM, startApi } from './start-api.ts';

const HEART = 'Where is the heart?';
const AT = 'The heart is located at [0.30, 0.40, 0.70, 0.80].';
const reader = () => createReader({ [HEART]: AT, 'How large is it?': 'It is not enlarged.' });

const completionOf = async (response: Response) => {
  const body: unknown = await response.json();
  expect([response.status, body]).toEqual([200, expect.anything()]);
  return COMPLETION.strict().parse(body);
};

describe('a completion', () => {
  test('is the answer as the model wrote it, with the boxes as data beside it', async () => {
    const { post } = await startApi(reader());
    const completion = await completionOf(await post(asking(HEART)));
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'scripted',
      choices: [{ message: { role: 'assistant', content: AT }, finish_reason: 'stop' }],
    });
    const { wetread } = completion.choices[0].message;
    expect(wetread).toMatchObject({
      text: 'The heart is located at (1).',
      boxes: [
        {
          number: 1,
          label: 'heart',
          box: [0.3, 0.4, 0.7, 0.8],
          sentence: 'The heart is located at (1).',
          side: null,
        },
      ],
      choices: [],
      annotated: null,
    });
    expect(wetread.boxes[0]?.pixels.every(Number.isInteger)).toBe(true);
  });

  test('counts the tokens of every call that it took', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const { usage } = await completionOf(await post(asking(HEART)));
    // The answer, and the two lungs for the midline.
    expect(model.calls).toHaveLength(3);
    expect(usage.completion_tokens).toBe(9 + 10 + 10);
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  });

  test('has the film with its boxes drawn when it is asked for', async () => {
    const { post } = await startApi(reader());
    const asked = asking(HEART, { wetread: { annotate: true } });
    const completion = await completionOf(await post(asked));
    const { annotated } = completion.choices[0].message.wetread;
    const png = Buffer.from(annotated?.split(',')[1] ?? '', 'base64');
    expect(annotated?.slice(0, 22)).toBe('data:image/png;base64,');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  test('takes a bare string for an image', async () => {
    const { post } = await startApi(reader());
    const content = [
      { type: 'image_url', image_url: dataUri(FILM) },
      { type: 'text', text: HEART },
    ];
    const asked = asking(HEART, { messages: [{ role: 'user', content }] });
    expect((await completionOf(await post(asked))).choices[0].message.content).toBe(AT);
  });

  test('goes on from the history that the client sends', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const first = asking(HEART).messages;
    const messages = [
      ...first,
      { role: 'assistant', content: AT },
      { role: 'user', content: 'How large is it?' },
    ];
    await completionOf(await post(asking('', { messages })));
    expect(model.calls[0]?.messages).toMatchObject([
      { role: 'user', text: HEART, images: [{}] },
      { role: 'assistant', text: AT, images: [] },
      { role: 'user', text: 'How large is it?', images: [] },
    ]);
  });

  test('is about the last image; what was said before it is left out, and a notice says so', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const messages = [
      ...asking('What is this?').messages,
      { role: 'assistant', content: 'A film.' },
      ...asking(HEART).messages,
    ];
    const { choices } = await completionOf(await post(asking('', { messages })));
    expect(model.calls[0]?.messages).toMatchObject([{ role: 'user', text: HEART }]);
    expect(choices[0].message.wetread.notices).toContainEqual(
      expect.objectContaining({ code: 'before-film-cut' }),
    );
  });

  test('passes on sampling, stop words and limits, and ignores what it does not know', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const asked = asking(HEART, {
      temperature: 0.5,
      top_p: 0.8,
      seed: 7,
      max_tokens: 50,
      max_completion_tokens: 40,
      stop: 'END',
      n: 1,
      user: 'somebody',
      tools: [],
      tool_choice: 'none',
      response_format: { type: 'text' },
      logprobs: false,
      logit_bias: {},
      presence_penalty: 0,
      frequency_penalty: null,
      best_friend: 'nobody',
    });
    await completionOf(await post(asked));
    expect(model.calls[0]).toMatchObject({
      sampling: { temperature: 0.5, topP: 0.8, seed: 7 },
      maxTokens: 40,
      stop: ['END'],
    });
  });

  test('is greedy unless told otherwise, and one too short says "length"', async () => {
    const model = reader();
    const { post } = await startApi(model);
    const completion = await completionOf(await post(asking(HEART, { max_tokens: 3 })));
    expect(model.calls[0]?.sampling).toEqual({ temperature: 0, topP: 1, seed: undefined });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: 'The heart is' },
    });
  });

  test.each(['system', 'developer'])(
    'gives a %s message to the model, and says so',
    async (role) => {
      const model = reader();
      const { post } = await startApi(model);
      const messages = [{ role, content: 'Be brief.' }, ...asking(HEART).messages];
      const completion = await completionOf(await post(asking('', { messages })));
      expect(model.calls[0]?.messages[0]).toMatchObject({ role: 'system', text: 'Be brief.' });
      expect(completion.choices[0].message.wetread.notices).toContainEqual(
        expect.objectContaining({ code: 'system-message' }),
      );
    },
  );

  test('of a demo says so by id and notice, never in its content', async () => {
    const demo = createReader({ [HEART]: AT }, { demo: true, name: 'wetread-demo' });
    const { post } = await startApi(demo);
    const asked = asking(HEART, { model: 'wetread-demo' });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toBe(AT);
    expect(message.wetread.notices[0]?.code).toBe('demo-model');
  });
});

describe('a suffix of the model', () => {
  const REPORT = 'Provide a radiology report for this Chest X-Ray.';

  test('names the task, whose wording is asked', async () => {
    const model = createReader({ [REPORT]: 'The lungs are clear.' });
    const { post } = await startApi(model);
    const asked = asking('whatever', { model: 'scripted:report' });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toBe('The lungs are clear.');
    expect(message.wetread.notices[0]?.code).toBe('task-by-id');
  });

  test(':wet-read has the grounded report as its content', async () => {
    const model = createReader({ [REPORT]: 'There is a nodule.', 'Is there a nodule?': 'No.' });
    const { post } = await startApi(model);
    const asked = asking('', { model: 'scripted:wet-read' });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toContain('not confirmed when asked directly');
    expect(message.wetread.text).toBe(message.content);
  });

  test(':raw is the model alone: no gate before the film, no question of ours', async () => {
    const model = createScriptedModel({ script: () => 'It is at [0.1, 0.1, 0.2, 0.2].' });
    const { post } = await startApi(model);
    const noFilm = await upsideDown();
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: noFilm } },
          { type: 'text', text: 'Where is the nodule?' },
        ],
      },
    ];
    const asked = asking('', { model: 'scripted:raw', messages });
    const { message } = (await completionOf(await post(asked))).choices[0];
    expect(message.content).toBe('It is at [0.1, 0.1, 0.2, 0.2].');
    expect(model.calls.map(questionIn)).toEqual(['Where is the nodule?']);
  });

  test(':raw needs no film', async () => {
    const model = createScriptedModel({ script: () => 'Hello.' });
    const { post } = await startApi(model);
    const messages = [{ role: 'user', content: 'hello' }];
    const asked = asking('', { model: 'scripted:raw', messages });
    expect((await completionOf(await post(asked))).choices[0].message.content).toBe('Hello.');
    expect(model.calls[0]?.messages).toEqual([{ role: 'user', text: 'hello', images: [] }]);
  });
});

const upsideDown = async (): Promise<string> => {
  const { default: sharp } = await import('sharp');
  return dataUri(await sharp(FILM).rotate(180).png().toBuffer());
};

describe('a stream', () => {
  test('begins with the role, has the words as they come, and ends with the boxes', async () => {
    const { post } = await startApi(reader());
    const response = await post(asking(HEART, { stream: true }));
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const body = await response.text();
    const chunks = chunksIn(body).map((chunk) => CHUNK.strict().parse(chunk));
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(contentIn(chunks)).toBe(AT);
    const last = chunks.at(-1);
    expect(last?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(last?.wetread?.boxes).toMatchObject([{ label: 'heart' }]);
    expect(eventsIn(body).at(-1)).toBe('data: [DONE]');
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
  });

  test('has its usage in a last chunk of its own when it is asked for', async () => {
    const { post } = await startApi(reader());
    const asked = asking(HEART, { stream: true, stream_options: { include_usage: true } });
    const chunks = chunksIn(await (await post(asked)).text());
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 29 } });
    expect(chunks.slice(0, -1).every((chunk) => chunk['usage'] === null)).toBe(true);
  });

  test('sends its role before the model has said a word, and a comment while it waits', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = createScriptedModel({
      script: async () => {
        await held;
        return 'Hello.';
      },
    });
    const { post } = await startApi(model);
    const response = await post(asking('hello', { stream: true }));
    const read = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await read.read()).value).toContain('"role":"assistant"');
    vi.advanceTimersByTime(15_000);
    expect((await read.read()).value).toBe(': waiting\n\n');
    release();
    let rest = '';
    for (let next = await read.read(); !next.done; next = await read.read()) rest += next.value;
    expect(contentIn(chunksIn(rest))).toBe('Hello.');
    vi.useRealTimers();
  });

  test('that fails at once has the failure as its status', async () => {
    const model = createScriptedModel({
      script: () => {
        throw new WetreadError('queue-full');
      },
    });
    const { post } = await startApi(model);
    const response = await post(asking('hello', { stream: true }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(FAILURE.parse(await response.json()).error.code).toBe('queue-full');
  });

  test('that fails later says so in the stream, and is not done', async () => {
    const model = createScriptedModel({
      script: () =>
        (async function* () {
          yield { type: 'text-delta', text: 'The ' } as const;
          await pause(1);
          throw new WetreadError('model-stopped');
        })(),
    });
    const { post } = await startApi(model);
    const response = await post(asking('hello', { stream: true }));
    const events = eventsIn(await response.text());
    expect(events.at(-1)).toMatchObject({ error: { code: 'model-stopped', type: 'server_error' } });
    expect(events).not.toContain('data: [DONE]');
  });
});

describe('a client that leaves', () => {
  const endless = () =>
    createScriptedModel({ script: () => 'word '.repeat(4_000), pause: () => pause(5) });

  test.each([true, false])('stops the work on its answer (stream: %s)', async (stream) => {
    const model = endless();
    const { post } = await startApi(createQueue(model, { places: 4, running: 1 }));
    const leaving = new AbortController();
    const answer = post(asking('Tell me all.', { stream }), { signal: leaving.signal });
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(1);
    leaving.abort();
    await answer.then((response) => response.text()).catch(() => undefined);
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(0);
  });
});

describe('a server that ends', () => {
  test('lets answers finish within its grace, and takes no others', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = createScriptedModel({
      script: async () => {
        await held;
        return 'Hello.';
      },
    });
    const { post, adapter } = await startApi(model);
    const answer = post(asking('hello'));
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(1);
    const drained = adapter.drain(60_000);
    const late = await post(asking('hello'));
    expect([late.status, FAILURE.parse(await late.json()).error.code]).toEqual([503, 'closing']);
    release();
    expect((await completionOf(await answer)).choices[0].message.content).toBe('Hello.');
    await drained;
  });

  test('ends what takes longer, and says so', async () => {
    const model = createScriptedModel({ script: () => new Promise(() => {}) });
    const { post, adapter } = await startApi(model);
    const whole = post(asking('hello'));
    const stream = await post(asking('hello', { stream: true }));
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(2);
    await adapter.drain(0);
    expect(FAILURE.parse(await (await whole).json()).error.code).toBe('closing');
    expect(eventsIn(await stream.text()).at(-1)).toMatchObject({ error: { code: 'closing' } });
  });
});
