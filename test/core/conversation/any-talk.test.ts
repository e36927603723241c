import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stores } from '../../../src/core/blobs.ts';
import type { Conversation, Message } from '../../../src/core/conversation.ts';
import { turnIdOf } from '../../../src/core/conversation/turn-id.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { collect } from '../../support/collect.ts';
import { HEART, LUNGS, until } from '../../support/conversation-stage.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { createReader } from '../../support/scripted-reader.ts';
import { SmallAdapter, SmallPlatform } from '../../support/small-platform.ts';
import { ANSWERS, film, message, open, withTimings } from '../../support/test-conversation.ts';

const STEPS = 70;
const THREADS = ['t0', 't1', 't2'];
const FILMS = ['one', 'two', 'odd', 'bad'];
const LIMITS = withTimings({ joinMs: 20, lookAgainMs: 10, heedMs: 20, recoverMs: 100 });

/** What may be said of a turn that is gone, answered, or somebody else's. */
const HARMLESS = ['turn-unknown', 'choice-unknown', 'not-yours'];

type Process = { readonly conversation: Conversation; readonly adapter: SmallAdapter };

const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[random.below(items.length)]!;

const sayAnything = (random: Random): Message => {
  const text = pick(random, [HEART, HEART, LUNGS, LUNGS, '', '', 'stop', 'forget', 'yes']);
  const films = text === '' || random.chance(0.2) ? [film(pick(random, FILMS))] : [];
  const author = random.chance(0.8) ? 'a' : 'b';
  return message(text, films, { thread: pick(random, THREADS), author });
};

/** Something that happens to what was said, in one of the processes. */
const happen = async (
  random: Random,
  { conversation, adapter }: Process,
  said: Message,
): Promise<void> => {
  const turn = turnIdOf(said);
  const what = random.next();
  if (what < 0.3) await conversation.deleted(said);
  else if (what < 0.45) await conversation.forget(said);
  else if (what < 0.6) await conversation.edited(said, LUNGS);
  else if (what < 0.8) await conversation.stop(turn);
  else {
    const { author, standing } = said;
    adapter.write(await conversation.choose(turn, 'read', { author, standing }), []);
  }
};

/** Everything that is kept of words and films. */
const everythingKept = async ({ records, blobs, claims }: Stores): Promise<unknown[]> => {
  const kept: unknown[] = [];
  for (const space of ['turns', 'progress', 'threads', 'feedback'] as const)
    for (const key of await collect(records.keys(space))) {
      const text = JSON.stringify(await records.get(space, key));
      if (/heart|lungs|forget"|stop"|yes"/.test(text)) kept.push([space, text]);
    }
  for (const name of FILMS) {
    if ((await blobs.get('films', name)) !== undefined) kept.push(['film', name]);
    kept.push(...(await claims.line(`film:${name}`)));
  }
  return kept;
};

describe('whatever is said, deleted, forgotten, edited, stopped and answered side by side', () => {
  let life: AbortController;
  beforeEach(() => {
    life = new AbortController();
  });
  afterEach(() => life.abort(new WetreadError('closing')));

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
  ])(
    'seed %i, in %i processes: every line ends, and nothing is left once it is forgotten',
    async (seed, count) => {
      const random = createRandom(seed);
      const stores = createMemoryStores({ now: Date.now });
      const platform = new SmallPlatform();
      const model = createReader(ANSWERS, { pause: () => sleep(random.below(3)) });
      const processes: Process[] = [];
      for (let number = 0; number < count; number += 1) {
        const conversation = await open(model, { stores, alone: count === 1, limits: LIMITS });
        const adapter = new SmallAdapter(conversation, platform, life.signal);
        void adapter.finish();
        processes.push({ conversation, adapter });
      }

      const said: Message[] = [];
      const failures: unknown[] = [];
      const jobs: Promise<unknown>[] = [];
      const begin = (job: Promise<unknown>): void => {
        jobs.push(job.catch((error: unknown) => failures.push((error as WetreadError).code)));
      };
      for (let step = 0; step < STEPS; step += 1) {
        const process = pick(random, processes);
        if (said.length === 0 || random.chance(0.65)) {
          const next = sayAnything(random);
          said.push(next);
          begin(process.adapter.tell(next));
          // The platform may tell of it twice, and to another process.
          if (random.chance(0.2)) begin(pick(random, processes).adapter.tell(next));
        } else begin(happen(random, process, pick(random, said)));
        await sleep(random.below(10));
      }
      await Promise.all(jobs);
      expect(failures.filter((code) => !HARMLESS.includes(code as string))).toEqual([]);

      const keys = THREADS.map((thread) => JSON.stringify(['test', 'w', 'c', thread]));
      await until(async () => {
        const lines = await Promise.all(keys.map((key) => stores.claims.line(`thread:${key}`)));
        return lines.flat().length === 0;
      });
      for (const { adapter } of processes) await adapter.settled();
      for (const thread of THREADS)
        await processes[0]?.conversation.forget(message('', [], { thread }));
      expect(await everythingKept(stores)).toEqual([]);
      await until(async () => (await stores.claims.line('open:test')).length === 0);
      expect(platform.posts).toEqual([]);
    },
  );
});
