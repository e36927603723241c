import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { APICallError, generateText, streamText, type ModelMessage } from 'ai';
import OpenAI from 'openai';
import { beforeEach, describe, expect, test } from 'vitest';
import { endlessAnswer } from '../../support/endless-answer.ts';
import { createScriptedModel, type ScriptedModel } from '../../support/scripted-model.ts';
import { questionIn } from '../../support/scripted-reader.ts';
import { dataUri } from '../../support/scripted-api.ts';
import { FILM, KEY, startApi } from './start-api.ts';

/** The clients that programs have, unchanged against the base address: what they send and read is theirs. */

const HEART = 'Where is the heart?';
const AT = 'The heart is located at [0.30, 0.40, 0.70, 0.80].';
const MORE = 'How large is it?';

const ANSWERS: Readonly<Record<string, string>> = {
  [HEART]: AT,
  [MORE]: 'It is not enlarged.',
  'Where is the right lung located in this Chest X-ray?':
    'The right lung is located at [0.10, 0.10, 0.45, 0.80].',
  'Where is the left lung located in this Chest X-ray?':
    'The left lung is located at [0.55, 0.10, 0.90, 0.80].',
};

let model: ScriptedModel;
let base: string;
beforeEach(async () => {
  model = createScriptedModel({
    name: 'wetread-demo',
    demo: true,
    script: (request, signal) => ANSWERS[questionIn(request)] ?? endlessAnswer(signal),
  });
  ({ base } = await startApi(model, { keys: [KEY] }));
});

const running = () => model.running;
const PATIENTLY = { timeout: 10_000 };

describe('openai', () => {
  const image = { type: 'image_url', image_url: { url: dataUri(FILM) } } as const;
  const user = (text: string): OpenAI.ChatCompletionUserMessageParam => ({
    role: 'user',
    content: [{ type: 'text', text }, image],
  });
  const client = (apiKey = KEY) => new OpenAI({ baseURL: base, apiKey, maxRetries: 0 });
  const plain = { model: 'wetread-demo', messages: [user(HEART)] };

  test('streams, with the boxes on the last chunk and the usage after it', async () => {
    const stream = await client().chat.completions.create({
      ...plain,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let boxes: unknown;
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0]?.finish_reason === 'stop')
        ({ boxes } = (chunk as unknown as { wetread: { boxes: unknown } }).wetread);
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect([text, tokens]).toEqual([AT, 29]);
    expect(boxes).toMatchObject([{ number: 1, label: 'heart' }]);
  });

  test('follows up with history', async () => {
    const first = await client().chat.completions.create(plain);
    const second = await client().chat.completions.create({
      ...plain,
      messages: [...plain.messages, first.choices[0]!.message, { role: 'user', content: MORE }],
    });
    expect(second.choices[0]?.message.content).toBe('It is not enlarged.');
    expect(model.calls.at(-1)?.messages).toMatchObject([
      { text: HEART },
      { role: 'assistant', text: AT },
      { text: MORE },
    ]);
  });

  test('sends an image, and asks for our own fields', async () => {
    const completion = await client().chat.completions.create({
      ...plain,
      wetread: { annotate: true },
    } as typeof plain);
    const [choice] = completion.choices as unknown as [
      { message: { wetread: { annotated: string } } },
    ];
    expect(choice.message.wetread.annotated).toMatch(/^data:image\/png;base64,/);
  });

  test('leaves in mid-answer', async () => {
    const messages = [user('Tell me all.')];
    const stream = await client().chat.completions.create({ ...plain, messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await expect.poll(running, PATIENTLY).toBe(0);
  });

  test('is told what went wrong', async () => {
    await expect(client('wrong').chat.completions.create(plain)).rejects.toMatchObject({
      constructor: OpenAI.AuthenticationError,
      status: 401,
      code: 'key-wrong',
    });
    const unknown = { ...plain, model: 'gpt-5' };
    await expect(client().chat.completions.create(unknown)).rejects.toMatchObject({
      constructor: OpenAI.NotFoundError,
      param: 'model',
    });
  });

  test('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client().models.list()) ids.push(id);
    expect(ids).toContain('wetread-demo:wet-read');
    expect((await client().models.retrieve('wetread-demo:raw')).owned_by).toBe('wetread');
  });
});

describe("Vercel's ai", () => {
  const provider = (apiKey = KEY) =>
    createOpenAICompatible({ name: 'wetread', baseURL: base, apiKey, includeUsage: true });
  const user = (text: string): ModelMessage => ({
    role: 'user',
    content: [
      { type: 'text', text },
      { type: 'image', image: FILM },
    ],
  });
  const plain = () => ({
    model: provider()('wetread-demo'),
    messages: [user(HEART)],
    maxRetries: 0,
  });

  test('streams', async () => {
    const { textStream, usage, finishReason } = streamText(plain());
    let text = '';
    for await (const delta of textStream) text += delta;
    expect([text, await finishReason, (await usage).outputTokens]).toEqual([AT, 'stop', 29]);
  });

  test('follows up with history', async () => {
    const { text } = await generateText({
      ...plain(),
      messages: [user(HEART), { role: 'assistant', content: AT }, { role: 'user', content: MORE }],
    });
    expect(text).toBe('It is not enlarged.');
    expect(model.calls.at(-1)?.messages).toMatchObject([{ text: HEART }, { text: AT }, {}]);
  });

  test('sends an image, and finds the boxes in the body', async () => {
    const { text, response } = await generateText(plain());
    expect(text).toBe(AT);
    expect(response.body).toMatchObject({
      choices: [{ message: { wetread: { boxes: [{ label: 'heart' }] } } }],
    });
  });

  test('leaves in mid-answer', async () => {
    const leaving = new AbortController();
    const { textStream } = streamText({
      ...plain(),
      messages: [user('Tell me all.')],
      abortSignal: leaving.signal,
    });
    for await (const delta of textStream) if (delta !== '') leaving.abort();
    await expect.poll(running, PATIENTLY).toBe(0);
  });

  test('is told what went wrong', async () => {
    const asked = generateText({ ...plain(), model: provider('wrong')('wetread-demo') });
    const error = await asked.catch((failure: unknown) => failure);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 401, message: 'This key is not known here.' });
  });
});

describe("LangChain's", () => {
  const chat = (over: object = {}) =>
    new ChatOpenAI({
      model: 'wetread-demo',
      apiKey: KEY,
      maxRetries: 0,
      configuration: { baseURL: base },
      ...over,
    });
  const user = (text: string) =>
    new HumanMessage({
      content: [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: dataUri(FILM) } },
      ],
    });

  test('streams', async () => {
    let text = '';
    let tokens: number | undefined;
    for await (const chunk of await chat().stream([user(HEART)])) {
      text += chunk.text;
      const usage = chunk.usage_metadata as { output_tokens: number } | undefined;
      tokens = usage?.output_tokens ?? tokens;
    }
    expect([text, tokens]).toEqual([AT, 29]);
  });

  test('follows up with history', async () => {
    const answer = await chat().invoke([user(HEART), new AIMessage(AT), new HumanMessage(MORE)]);
    expect(answer.text).toBe('It is not enlarged.');
    expect(model.calls.at(-1)?.messages).toMatchObject([{ text: HEART }, { text: AT }, {}]);
  });

  test('sends an image as a bare string', async () => {
    const content = [
      { type: 'text', text: HEART },
      { type: 'image_url', image_url: dataUri(FILM) },
    ];
    expect((await chat().invoke([new HumanMessage({ content })])).text).toBe(AT);
  });

  test('leaves in mid-answer', async () => {
    const leaving = new AbortController();
    const stream = await chat().stream([user('Tell me all.')], { signal: leaving.signal });
    const read = (async () => {
      for await (const chunk of stream) if (chunk.text !== '') leaving.abort();
    })();
    await expect(read).rejects.toThrow(/abort/i);
    await expect.poll(running, PATIENTLY).toBe(0);
  });

  test('is told what went wrong', async () => {
    await expect(chat({ apiKey: 'wrong' }).invoke([user(HEART)])).rejects.toMatchObject({
      status: 401,
    });
    await expect(chat({ model: 'gpt-5' }).invoke([user(HEART)])).rejects.toMatchObject({
      status: 404,
    });
  });
});
