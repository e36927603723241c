import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Stores } from '../../src/core/blobs.ts';
import type { Conversation, Message } from '../../src/core/conversation.ts';
import { CONVERSATION_LIMITS } from '../../src/core/conversation/limits.ts';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import { createScriptedModel } from '../../test/support/scripted-model.ts';
import { SCRIPTED_PLATFORM } from '../../test/support/scripted-adapter.ts';
import { median, type Measurement } from '../measurement.ts';
import { openScripted } from '../soak/open-scripted.ts';
import { recordWrites, writeAgain, type Waves } from './store-calls.ts';

/** All of them speak at a time while turns are taken as fast as they are answered. */
const THREADS = 500;
/** Turns that are timed one by one, and turns that are taken as fast as they are answered. */
const ALONE = 500;
const TOGETHER = 5_000;

const logger = createLogger('silent');
const words = new TextEncoder();

const messageOf = (thread: number, id: number, film: boolean): Message => ({
  platform: SCRIPTED_PLATFORM,
  workspace: 'w',
  channel: 'c',
  thread: `t${thread}`,
  id: `m${id}`,
  author: `u${thread}`,
  standing: 'member',
  direct: false,
  text: 'Tell me about the film.',
  ask: undefined,
  about: undefined,
  attachments: film
    ? [{ reference: { film: `f${thread}` }, fetch: () => Promise.resolve(words.encode('')) }]
    : [],
  addressed: true,
  choose: undefined,
});

/** One turn as an adapter without a platform sees it: taken, followed, begun and delivered. */
const turn = async (conversation: Conversation, message: Message): Promise<void> => {
  const id = await conversation.take(message);
  if (id === undefined) throw new Error('the benchmark was not answered');
  let begun = false;
  for await (const event of conversation.events(id, new AbortController().signal)) {
    if (event.type === 'error') throw new Error(`the benchmark met ${event.code}`);
    if (event.type !== 'text-delta' || begun) continue;
    begun = true;
    await conversation.begun(id, 0, `part-${message.id}`);
  }
  await conversation.delivered(id);
};

const withStores = async <Result>(
  use: (stores: Awaited<ReturnType<typeof openEmbeddedStores>>) => Promise<Result>,
): Promise<Result> => {
  const directory = await mkdtemp(join(tmpdir(), 'wetread-bench-'));
  const stores = await openEmbeddedStores({ directory, now: Date.now, logger });
  try {
    return await use(stores);
  } finally {
    await stores.close();
    await rm(directory, { recursive: true, force: true });
  }
};

/** Runs a task for each of so many numbers, one at a time for each thread; so many a second. */
const sideBySide = async (
  count: number,
  task: (lane: number, number: number) => Promise<void>,
): Promise<number> => {
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: THREADS }, async (_, lane) => {
      while (next < count) await task(lane, (next += 1));
    }),
  );
  return (count / (performance.now() - start)) * 1000;
};

const openConversation = (stores: Stores): Promise<Conversation> =>
  openScripted({
    stores,
    alone: true,
    model: createScriptedModel({
      contextTokens: 1_000_000,
      pause: () => Promise.resolve(),
      script: () => ['The lungs', ' are clear.'],
    }),
    fetchers: { [SCRIPTED_PLATFORM]: async ({ film }) => words.encode(film) },
    limits: CONVERSATION_LIMITS,
    logger,
  });

/** Milliseconds of a turn alone, and of its writes again with nothing around them: in turns, so that noise meets both alike. */
type Alone = { readonly turnMs: number; readonly writesMs: number };

const timeAlone = async (
  conversation: Conversation,
  take: () => Waves,
  bare: Stores,
  message: Message,
): Promise<Alone & { readonly writes: Waves }> => {
  take();
  const start = performance.now();
  await turn(conversation, message);
  const turnMs = performance.now() - start;
  // what follows a turn is not the next one's
  await setImmediate();
  const writes = take();
  const again = performance.now();
  await writeAgain(bare, writes);
  return { turnMs, writesMs: performance.now() - again, writes };
};

/** The journal's own cost, on the embedded store: a model that answers at once, beside the same writes in a bare loop. */
export const measureJournal = (): Promise<Measurement[]> =>
  withStores((embedded) =>
    withStores(async (bare) => {
      const { stores, take } = recordWrites(embedded);
      const conversation = await openConversation(stores);
      let sent = 0;
      for (let thread = 0; thread < THREADS; thread += 1)
        await turn(conversation, messageOf(thread, (sent += 1), true));
      const alone: Alone[] = [];
      const writes: Waves[] = [];
      for (let count = 0; count < ALONE; count += 1) {
        const message = messageOf(count % THREADS, (sent += 1), false);
        const timed = await timeAlone(conversation, take, bare, message);
        alone.push(timed);
        writes.push(timed.writes);
      }
      const perSecond = await sideBySide(TOGETHER, (lane, number) =>
        turn(conversation, messageOf(lane, sent + number, false)),
      );
      const barePerSecond = await sideBySide(TOGETHER, (_, number) =>
        writeAgain(bare, writes[number % writes.length] ?? []),
      );
      await conversation.close(0);
      const turnMs = median(alone.map((timed) => timed.turnMs));
      const writesMs = median(alone.map((timed) => timed.writesMs));
      return describe({ perSecond, barePerSecond, turnMs, writesMs });
    }),
  );

const describe = (figures: {
  readonly perSecond: number;
  readonly barePerSecond: number;
  readonly turnMs: number;
  readonly writesMs: number;
}): Measurement[] => {
  const { perSecond, barePerSecond, turnMs, writesMs } = figures;
  const against = 'the same durable writes in a bare loop';
  return [
    {
      name: `conversation, a model that answers at once, ${THREADS} threads side by side`,
      value: perSecond,
      unit: 'turns/s',
      against,
      ratio: perSecond / barePerSecond,
    },
    {
      name: 'one turn alone, a model that answers at once',
      value: turnMs,
      unit: 'ms',
      against,
      ratio: turnMs / writesMs,
    },
    {
      name: 'one turn alone, above the same durable writes in a bare loop',
      value: turnMs - writesMs,
      unit: 'ms',
      against: null,
      ratio: null,
    },
  ];
};
