import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { startEndpointServer, type Behaviour } from '../support/endpoint-server.ts';
import { emptyFolder, startProgram, type Program } from './start-program.ts';

/** What `npm start` runs. */
export const SERVE = ['scripts/start.mjs'];

export const READY = /^ready (http:\/\/127\.0\.0\.1:\d+\/)\n$/;

/** Of an endpoint: no answer, and no end. */
export const never: Behaviour = () => undefined;

/** A server whose model is an endpoint that does as it is told: nothing is loaded, and an answer can take forever. */
export const startServer = async (
  settings: Record<string, string> = {},
  models?: Behaviour,
  completions?: Behaviour,
) => {
  const endpoint = await startEndpointServer();
  onTestFinished(endpoint.close);
  if (models) endpoint.behaveForModels(models);
  if (completions) endpoint.behave(completions);
  const start = (over: Record<string, string> = {}): Program =>
    startProgram(SERVE, {
      DATA_DIR: folder,
      PORT: '0',
      MODEL_URL: endpoint.url,
      MODEL_RETRIES: '0',
      ...settings,
      ...over,
    });
  const folder = settings['DATA_DIR'] ?? (await emptyFolder());
  return { endpoint, folder, program: start(), start };
};

/** The first address that the program prints. */
export const addressOf = async (program: Program): Promise<string> =>
  (await program.printed(READY))[1] ?? '';

const post = async (url: string, body: unknown): Promise<Record<string, string>> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.status === 204 ? {} : ((await response.json()) as Record<string, string>);
};

export type AskedTurn = {
  /** Of the page, without the server's address. */
  readonly path: string;
};

/** Asks about a sample film, as the page does. */
export const askAsThePage = async (url: string): Promise<AskedTurn> => {
  const about = (await (await fetch(`${url}web/about`)).json()) as { samples: { id: string }[] };
  const { thread } = await post(`${url}web/threads`, {});
  const film = { sample: about.samples[0]?.id };
  const ask = { kind: 'task', task: 'report' };
  const message = { id: 'message-1', film, ask };
  const { turn } = await post(`${url}web/threads/${thread}/messages`, message);
  return { path: `web/threads/${thread}/turns/${turn}` };
};

export const judgeAsThePage = (url: string, { path }: AskedTurn, feedback: unknown) =>
  post(`${url}${path}/feedback`, feedback);

export type SentEvent = { readonly type: string } & Record<string, unknown>;

/** Every event of a turn, to its last. */
export const eventsAsThePage = async (url: string, { path }: AskedTurn): Promise<SentEvent[]> => {
  const response = await fetch(`${url}${path}/events`);
  return [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(
    ([, data = '']) => JSON.parse(data) as SentEvent,
  );
};

/** Until the endpoint was asked for so many completions. */
export const untilAsked = async (
  endpoint: Awaited<ReturnType<typeof startEndpointServer>>,
  times: number,
): Promise<void> => {
  while (endpoint.completions.length < times) await pause(20);
};
