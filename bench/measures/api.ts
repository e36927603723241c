import { fastify } from 'fastify';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { Pool } from 'undici';
import { createChestGate } from '../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../src/core/gate/weights.ts';
import { askingAbout, openScriptedApi } from '../../test/support/scripted-api.ts';
import { createScriptedModel } from '../../test/support/scripted-model.ts';
import { median, timeInTurns, type Measurement } from '../measurement.ts';

const STREAMS = 200;
/** Requests before memory is looked at first, so that compiled code and pools are not counted, and after that. */
const WARM_REQUESTS = 1_000;
const REQUESTS = 10_000;
/** A report has about so many words. */
const WORDS = 60;
const ANSWER = 'word '.repeat(WORDS).trim();
const ROUNDS = 200;
const CHUNK = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'word' } }] })}\n\n`;

type Client = (body: object) => Promise<string>;

/** Asks over kept connections, as a program's client does, and reads the whole answer. */
const createClient = (url: string, path: string, connections: number) => {
  const pool = new Pool(url, { connections });
  const ask: Client = async (body) => {
    const response = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.body.text();
  };
  return { ask, close: () => pool.close() };
};

/** The least that the framework can do: as many small writes as a short report, one an event-loop turn. */
const openHelloWorld = async () => {
  const app = fastify();
  app.post('/stream', async (_request, reply) => {
    const body = new PassThrough();
    void (async () => {
      for (let word = 0; word < WORDS; word += 1) {
        await setImmediate();
        body.write(CHUNK);
      }
      body.end();
    })();
    return reply.type('text/event-stream').send(body);
  });
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() };
};

/** How many of so many streams at once are whole, and how long the middle one took. */
const streamAtOnce = async (ask: Client, body: object) => {
  const times: number[] = [];
  const whole = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const start = performance.now();
      const text = await ask(body);
      times.push(performance.now() - start);
      return text.endsWith('data: [DONE]\n\n');
    }),
  );
  return { cut: whole.filter((isWhole) => !isWhole).length, timeMs: median(times) };
};

const ask = async (client: Client, body: object, requests: number, atOnce: number) => {
  let left = requests;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await client(body);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
};

/** Mebibytes in use after everything that can be freed is. */
const usedMemory = async (): Promise<number> => {
  globalThis.gc?.();
  await setImmediate();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

/** The API with the scripted model, server and clients in one process on one thread. */
export const measureApi = async (): Promise<Measurement[]> => {
  const film = await readFile('test/fixtures/phantoms/0000.png');
  const model = createScriptedModel({ script: () => ANSWER, keepsCalls: false });
  const api = await openScriptedApi(model, createChestGate(await readGateWeights()));
  const hello = await openHelloWorld();
  const client = createClient(api.url, '/v1/chat/completions', STREAMS);
  const plain = createClient(hello.url, '/stream', STREAMS);
  const about = askingAbout(film, 'Describe the film.', { stream: true });
  const alone = {
    model: 'scripted:raw',
    messages: [{ role: 'user', content: 'hello' }],
    stream: true,
  };

  const { cut, timeMs } = await streamAtOnce(client.ask, about);
  await ask(client.ask, alone, WARM_REQUESTS, STREAMS);
  const before = await usedMemory();
  await ask(client.ask, alone, REQUESTS, STREAMS);
  const after = await usedMemory();
  const [helloMs = Number.NaN, aloneMs = Number.NaN, aboutMs = Number.NaN] = await timeInTurns(
    ROUNDS,
    [() => plain.ask({}), () => client.ask(alone), () => client.ask(about)],
  );
  await Promise.all([client.close(), plain.close()]);
  await Promise.all([api.server.close(), hello.close()]);

  const stream = `a stream of ${WORDS} words`;
  const against = `the framework's own, ${stream}`;
  return [
    {
      name: `${STREAMS} streams at once about a film: cut`,
      value: cut,
      unit: 'streams',
      against: null,
      ratio: null,
    },
    {
      name: `${STREAMS} streams at once about a film: the middle one`,
      value: timeMs,
      unit: 'ms',
      against: `one alone`,
      ratio: timeMs / aboutMs,
    },
    {
      name: `memory after ${REQUESTS} further streams, ${STREAMS} at once`,
      value: after,
      unit: 'MiB',
      against: 'before them',
      ratio: after / before,
    },
    { name: against, value: helloMs, unit: 'ms', against: null, ratio: null },
    { name: `the API's, ${stream}`, value: aloneMs, unit: 'ms', against, ratio: aloneMs / helloMs },
    {
      name: `the API's about a film of 448 x 448, ${stream}`,
      value: aboutMs,
      unit: 'ms',
      against,
      ratio: aboutMs / helloMs,
    },
  ];
};
