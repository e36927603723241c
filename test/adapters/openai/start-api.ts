import { readFile } from 'node:fs/promises';
import { expect, onTestFinished } from 'vitest';
import { COMPLETION } from '../../../src/adapters/openai/wire.ts';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import type { Model } from '../../../src/model/model.ts';
import { createReader } from '../../support/scripted-reader.ts';
import { askingAbout, openScriptedApi, type ApiSettings } from '../../support/scripted-api.ts';

export const KEY = 'a-key-that-nobody-guesses';

/** A small drawn film that the gate accepts. */
export const FILM = await readFile('test/fixtures/phantoms/0000.png');

const gate = createChestGate(await readGateWeights());

/** The API for one test. */
export const startApi = async (model: Model, settings: ApiSettings = {}) => {
  const api = await openScriptedApi(model, gate, settings);
  onTestFinished(() => api.server.close());
  const post = (
    body: unknown,
    init: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal } = {},
  ): Promise<Response> =>
    fetch(`${api.base}/chat/completions`, {
      method: 'POST',
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { ...api, post };
};

export const asking = (text: string, over: Readonly<Record<string, unknown>> = {}) =>
  askingAbout(FILM, text, over);

export const HEART = 'Where is the heart?';
export const AT = 'The heart is located at [0.30, 0.40, 0.70, 0.80].';
export const reader = () =>
  createReader({ [HEART]: AT, 'How large is it?': 'It is not enlarged.' });

/** A whole answer. */
export const completionOf = async (response: Response) => {
  const body: unknown = await response.json();
  expect([response.status, body]).toEqual([200, expect.anything()]);
  return COMPLETION.strict().parse(body);
};

type Part = Record<string, any>;

/** The JSON after each "data: ", "[DONE]" as it is, and comment lines. */
export const eventsIn = (body: string): readonly (Part | string)[] =>
  body
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => (event.startsWith('data: {') ? (JSON.parse(event.slice(6)) as Part) : event));

export const chunksIn = (body: string): readonly Part[] =>
  eventsIn(body).filter((event) => typeof event !== 'string');

export const contentIn = (chunks: readonly Part[]): string =>
  chunks.map((chunk) => (chunk['choices'] as Part[])[0]?.['delta']?.content ?? '').join('');
