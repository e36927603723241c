import { readFile } from 'node:fs/promises';
import type { Conversation } from '../../src/core/conversation.ts';
import type { Ask } from '../../src/core/reading.ts';
import type { Model } from '../../src/model/model.ts';
import { inMemory } from '../../src/main/in-memory.ts';
import { openConversation } from '../../src/main/open-conversation.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { makeLargeFilm } from '../large-film.ts';
import { median, type Measurement } from '../measurement.ts';

const ROUNDS = 5;
const forever = new AbortController().signal;

type Timing = { readonly firstWordMs: number; readonly wholeMs: number };

const timeReply = async (
  conversation: Conversation,
  id: string,
  film: Uint8Array | undefined,
  ask: Ask,
): Promise<Timing> => {
  const start = performance.now();
  const turn = await conversation.take({
    platform: 'bench',
    workspace: '',
    channel: '',
    thread: id.split(':')[0] ?? id,
    id,
    author: 'bench',
    standing: 'member',
    direct: true,
    text: '',
    ask,
    about: undefined,
    attachments: film ? [{ reference: undefined, fetch: () => Promise.resolve(film) }] : [],
    addressed: true,
    choose: undefined,
  });
  if (turn === undefined) throw new Error('the benchmark was not taken');
  let firstWordMs = Number.NaN;
  for await (const event of conversation.events(turn, forever)) {
    if (event.type === 'text-delta' && Number.isNaN(firstWordMs))
      firstWordMs = performance.now() - start;
    if (event.type === 'error') throw new Error(`the benchmark met ${event.code}`);
  }
  const wholeMs = performance.now() - start;
  // The next question of the thread waits for it.
  await conversation.delivered(turn);
  return { firstWordMs, wholeMs };
};

const tokensPerSecond = async (model: Model, film: Uint8Array): Promise<number> => {
  const image = { sha256: 'bench', width: 640, height: 742, png: film };
  const speeds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    let first = Number.NaN;
    let tokens = 0;
    const request = {
      messages: [
        {
          role: 'user' as const,
          text: 'Provide a radiology report for this Chest X-Ray.',
          images: [image],
        },
      ],
      maxTokens: 200,
      sampling: { temperature: 0, topP: 1, seed: undefined },
      stop: [],
      asker: 'bench',
      background: false,
    };
    for await (const event of model.stream(request, forever)) {
      if (event.type === 'text-delta' && Number.isNaN(first)) first = performance.now();
      if (event.type === 'end') tokens = event.usage.completionTokens;
    }
    speeds.push(((tokens - 1) / (performance.now() - first)) * 1000);
  }
  return median(speeds);
};

/** The demo checkpoint, process and model up and graphs cached: from a film's bytes to the first word, and on. */
export const measureAnswers = async (): Promise<Measurement[]> => {
  const opened = await openConversation({
    config: readConfig(process.env),
    ...inMemory(),
    logger: createLogger('silent'),
    onConverting: () => undefined,
    signal: forever,
  });
  const { conversation, model } = opened;
  const small = await readFile('assets/films/hannover-3b46de94-pa.png');
  const asks: readonly (readonly [string, Ask])[] = [
    ['report', { kind: 'task', task: 'report' }],
    ['wet read', { kind: 'task', task: 'wet-read' }],
  ];
  await timeReply(conversation, 'warm:1', small, { kind: 'task', task: 'report' });
  const measurements: Measurement[] = [];
  for (const [name, ask] of asks) {
    const firsts: Timing[] = [];
    const follows: Timing[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const film = await makeLargeFilm(100 + round + 1000 * measurements.length);
      const thread = `${name}${round}`;
      firsts.push(await timeReply(conversation, `${thread}:1`, film, ask));
      const question = { kind: 'free', text: 'Is the heart enlarged?' } as const;
      follows.push(await timeReply(conversation, `${thread}:2`, undefined, question));
    }
    const firstWord = median(firsts.map((timing) => timing.firstWordMs));
    const whole = median(firsts.map((timing) => timing.wholeMs));
    const follow = median(follows.map((timing) => timing.firstWordMs));
    const on = '2,048 x 2,500 film, demo checkpoint';
    measurements.push(
      {
        name: `${name}: first word from the film's bytes, ${on}`,
        value: firstWord,
        unit: 'ms',
        against: null,
        ratio: null,
      },
      {
        name: `${name}: whole reply with its picture, ${on}`,
        value: whole,
        unit: 'ms',
        against: 'its first word',
        ratio: whole / firstWord,
      },
      {
        name: `follow-up after a ${name}: first word`,
        value: follow,
        unit: 'ms',
        against: "the film's first word",
        ratio: follow / firstWord,
      },
    );
  }
  measurements.push({
    name: 'answer, demo checkpoint',
    value: await tokensPerSecond(model, small),
    unit: 'tokens/s',
    against: null,
    ratio: null,
  });
  await opened.close(0);
  return measurements;
};
