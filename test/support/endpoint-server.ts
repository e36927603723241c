import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { babble } from './babble.ts';

/** A request as it arrived. */
type SentRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** undefined: there was none. */
  readonly body: CompletionBody | undefined;
  /** Resolves when the connection has ended, from either side. */
  readonly closed: Promise<void>;
};

/** What the tests look at in a request for a completion. */
type CompletionBody = {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | readonly ContentPart[];
  }[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
};

type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

/** Answers one request. */
export type Behaviour = (request: SentRequest, response: ServerResponse) => void | Promise<void>;

export type EndpointServer = {
  /** With the version, as MODEL_URL has it. */
  readonly url: string;
  readonly requests: readonly SentRequest[];
  /** Requests for completions alone. */
  readonly completions: readonly SentRequest[];
  /** What comes next: each behaviour once, the last one for good. `/v1/models` is not counted. */
  readonly behave: (...behaviours: readonly [Behaviour, ...Behaviour[]]) => void;
  readonly behaveForModels: (...behaviours: readonly [Behaviour, ...Behaviour[]]) => void;
  readonly close: () => Promise<void>;
};

/** An OpenAI-compatible server on the loopback, that does what a test tells it to. Port 0 is any free one. */
export const startEndpointServer = async (listenPort = 0): Promise<EndpointServer> => {
  const requests: SentRequest[] = [];
  const scripts: { models: Behaviour[]; completions: Behaviour[] } = {
    models: [sendFixture('vllm-models.json')],
    completions: [answer],
  };
  const next = (script: Behaviour[]): Behaviour =>
    (script.length > 1 ? script.shift() : script[0]) ?? answer;

  const server = createServer((incoming, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const request: SentRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: text === '' ? undefined : (JSON.parse(text) as CompletionBody),
        closed,
      };
      requests.push(request);
      const isList = request.path === '/v1/models';
      void next(isList ? scripts.models : scripts.completions)(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(listenPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    get completions() {
      return requests.filter(({ path }) => path === '/v1/chat/completions');
    },
    behave: (...behaviours) => {
      scripts.completions = [...behaviours];
    },
    behaveForModels: (...behaviours) => {
      scripts.models = [...behaviours];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** A status with a body; text is sent as HTML, as proxies do. */
export const refuse =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (_, response) => {
    const isPage = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isPage ? 'text/html' : 'application/json',
      ...headers,
    });
    response.end(isPage ? body : JSON.stringify(body));
  };

/** A file of test/fixtures/endpoint, whole. */
export const sendFixture =
  (name: string): Behaviour =>
  async (_, response) => {
    const type = name.endsWith('.json') ? 'application/json' : 'text/event-stream; charset=utf-8';
    response.writeHead(200, { 'content-type': type });
    response.end(await readFile(`test/fixtures/endpoint/${name}`));
  };

/** Writes these pieces, one write each; then ends, or breaks the connection, or leaves it open. */
export const stream =
  (pieces: readonly (string | Uint8Array)[], then: 'end' | 'break' | 'hang' = 'end'): Behaviour =>
  async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    for (const piece of pieces) {
      await new Promise((resolve) => response.write(piece, resolve));
      await setImmediate();
    }
    if (then === 'end') response.end();
    if (then === 'break') response.destroy();
  };

export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

export const delta = (content: string): string =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });

export const finish = (reason = 'stop'): string =>
  event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });

export const done = 'data: [DONE]\n\n';

/** The context that `vllm-models.json` tells. */
const CONTEXT_TOKENS = 16_000;
const IMAGE_TOKENS = 16;

/** Behaves as vLLM would with a model whose tokens are words: limits, stop texts, usage, its refusal of what is too long. */
export const answer: Behaviour = async (request, response) => {
  if (request.body === undefined) return;
  const { messages, temperature = 1, seed, stop = [], ...limits } = request.body;
  const maxTokens = limits.max_tokens ?? limits.max_completion_tokens ?? CONTEXT_TOKENS;
  const texts = messages.map(({ content }) => textOf(content));
  const images = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.filter(({ type }) => type === 'image_url'),
  );
  const promptTokens =
    texts.reduce((sum, text) => sum + words(text).length + 1, 1) + images.length * IMAGE_TOKENS;
  if (promptTokens >= CONTEXT_TOKENS) {
    const message = `This model's maximum context length is ${CONTEXT_TOKENS} tokens. However, your request has ${promptTokens} input tokens. Please reduce the length of the input messages.`;
    await refuse(400, {
      error: { message, type: 'BadRequestError', param: 'input_tokens', code: 400 },
    })(request, response);
    return;
  }
  const whole = babble({ texts, temperature, seed });
  const end = Math.min(
    whole.length,
    ...stop.map((text) => whole.indexOf(text)).filter((at) => at >= 0),
  );
  const said = words(whole.slice(0, end));
  const kept = said.slice(0, maxTokens);
  await stream([
    event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
    ...kept.map(delta),
    finish(kept.length < said.length ? 'length' : 'stop'),
    event({
      choices: [],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: kept.length,
        total_tokens: promptTokens + kept.length,
      },
    }),
    done,
  ])(request, response);
};

const textOf = (content: string | readonly ContentPart[]): string =>
  typeof content === 'string'
    ? content
    : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');

/** Words with the space before them, and a space at the end if there is one: they join to the text. */
const words = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];
