import sharp from 'sharp';
import { Pool } from 'undici';
import { COMPLETION, FAILURE } from '../../src/adapters/openai/wire.ts';
import { createScriptedModel } from '../../test/support/scripted-model.ts';
import { askingAbout, OPEN_GATE, openScriptedApi } from '../../test/support/scripted-api.ts';
import { mutateJson } from '../mutate-json.ts';
import { mutateText } from '../mutate-text.ts';
import type { Random } from '../../test/support/random.ts';
import type { OpenTarget } from '../target.ts';

const LIMIT_MS = 30_000;
const AT_ONCE = 16;

const ANSWER = 'The nodule is located at [0.20, 0.20, 0.30, 0.30].';

/** Valid requests, of every kind. */
const requestsAbout = (film: Uint8Array): readonly object[] => {
  const plain = askingAbout(film, 'Where is the nodule?');
  return [
    plain,
    { ...plain, stream: true, stream_options: { include_usage: true } },
    { ...plain, model: 'scripted:raw', temperature: 0.5, top_p: 0.9, seed: 3, stop: ['END'] },
    { ...plain, model: 'scripted:wet-read', wetread: { choose: 'read', annotate: true } },
    {
      ...plain,
      n: 1,
      max_tokens: 20,
      max_completion_tokens: 10,
      tools: [],
      response_format: { type: 'text' },
      messages: [
        { role: 'system', content: 'Be brief.' },
        ...plain.messages,
        { role: 'assistant', content: ANSWER },
        { role: 'user', content: 'And on the left?' },
      ],
    },
  ];
};

const METHODS = ['POST', 'POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'OPTIONS'] as const;
const PATH = '/v1/chat/completions';

/** A client can send any bytes there but spaces and control characters. */
const pathOf = (random: Random): string =>
  `/${mutateText(PATH.slice(1), random).replaceAll(/[^\u{21}-\u{7E}]/gu, '')}`;

/** Whole, or with a value changed here and there, or its text damaged. */
const bodyOf = (requests: readonly object[], random: Random): string => {
  const request = requests[random.below(requests.length)];
  const changed = random.next() < 0.8 ? mutateJson(request, random) : request;
  const text = JSON.stringify(changed) ?? '';
  return random.next() < 0.2 ? mutateText(text, random) : text;
};

/**
 * A server that is sent random mutations of valid requests: each is to be answered, or refused with a 4xx in OpenAI's
 * shape and a sentence of ours.
 */
export const open: OpenTarget = async () => {
  const film = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  const requests = requestsAbout(film);
  const model = createScriptedModel({
    script: () => ANSWER,
    contextTokens: 100_000,
    keepsCalls: false,
  });
  const api = await openScriptedApi(model, OPEN_GATE);
  const client = new Pool(api.url, { connections: AT_ONCE });
  return {
    limitMs: LIMIT_MS,
    atOnce: AT_ONCE,
    attempt: async (random) => {
      const isPlain = random.next() < 0.9;
      const { statusCode, body } = await client.request({
        method: isPlain ? 'POST' : (METHODS[random.below(METHODS.length)] ?? 'POST'),
        path: isPlain ? PATH : pathOf(random),
        headers: { 'content-type': isPlain ? 'application/json' : 'text/plain' },
        body: bodyOf(requests, random),
      });
      const text = await body.text();
      const fault = faultOf(statusCode, text);
      return fault === undefined
        ? { kind: 'answered', what: statusCode === 200 ? '200' : codeOf(statusCode, text) }
        : { kind: 'silent', what: `${statusCode}: ${fault}` };
    },
    close: async () => {
      await client.close();
      await api.server.close();
      if (model.running > 0) throw new Error(`${model.running} answers are still being made`);
    },
  };
};

const codeOf = (status: number, text: string): string =>
  `${status} ${FAILURE.parse(JSON.parse(text)).error.code}`;

/** What is wrong with an answer; undefined: nothing. */
const faultOf = (status: number, text: string): string | undefined => {
  if (status === 200) {
    if (text.startsWith('data: ')) return text.endsWith('data: [DONE]\n\n') ? undefined : 'cut';
    const body = JSON.parse(text) as { object?: unknown };
    const isWhole = body.object !== 'chat.completion' || COMPLETION.safeParse(body).success;
    return isWhole ? undefined : 'not a completion';
  }
  if (status < 400 || status >= 500) return 'not a refusal';
  if (/undefined|NaN|\[object|node_modules|\.ts:\d/.test(text)) return 'a sentence that is none';
  return FAILURE.strict().safeParse(JSON.parse(text)).success ? undefined : 'another shape';
};
