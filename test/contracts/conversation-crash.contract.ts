import { afterEach, describe, expect, test } from 'vitest';
import type { Stores } from '../../src/core/blobs.ts';
import type { Conversation } from '../../src/core/conversation.ts';
import type { StoredThread } from '../../src/core/conversation/turn-record.ts';
import { turnIdOf } from '../../src/core/conversation/turn-id.ts';
import { WetreadError } from '../../src/errors.ts';
import {
  HEART,
  LUNGS,
  SHORT_LEASE,
  THREAD,
  until,
  type ConversationStage,
} from '../support/conversation-stage.ts';
import { failureOf } from '../support/collect.ts';
import { createReader, replyIn, textIn } from '../support/scripted-reader.ts';
import { severable } from '../support/severed-stores.ts';
import { SmallAdapter, SmallPlatform } from '../support/small-platform.ts';
import {
  ANSWERS,
  deliver,
  eventsOf,
  film,
  message,
  never,
  openWaiting,
  REPORT,
  say,
  take,
  withTimings,
} from '../support/test-conversation.ts';

/** A process that a loaded machine does not make lose its lease. */
const LIVING = { alone: false, limits: withTimings({ recoverMs: 40, heedMs: 30 }) };

/** As a process that gets no time of its machine. */
const holdUp = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** What a conversation does about processes that have died, and beside others that live. */
export const describeCrashes = (stage: ConversationStage): void => {
  const { shared } = stage;

  describe('after a crash', () => {
    const dying: AbortController[] = [];
    afterEach(() => {
      for (const life of dying.splice(0)) life.abort(new WetreadError('closing'));
    });

    /** A process with its adapter; `writes`: how many it makes before it dies. */
    const live = async (platform: SmallPlatform, writes = Infinity) => {
      const severed = severable(stage.stores);
      const limits = shared ? SHORT_LEASE : withTimings({ recoverMs: 50 });
      const options = { stores: severed.stores, alone: !shared, limits };
      const life = new AbortController();
      dying.push(life);
      severed.severAfter(writes);
      void severed.severed.then(() => life.abort(new WetreadError('closing')));
      try {
        const conversation = await stage.converse(createReader(ANSWERS), options);
        const adapter = new SmallAdapter(conversation, platform, life.signal);
        void adapter.finish();
        return { adapter, conversation, severed, life };
      } catch {
        return undefined;
      }
    };

    /** What the model was asked about the thread's film. */
    const historyOf = async (thread: string): Promise<string[]> => {
      const key = JSON.stringify(['test', 'w', 'c', thread]);
      const stored = (await stage.stores.records.get('threads', key)) as StoredThread;
      return stored.thread.films.flatMap(({ history }) => history.map(({ question }) => question));
    };

    test(
      'at any write, each message is answered once, in order',
      { timeout: 120_000 },
      async () => {
        let whole = false;
        // Where leases have to run out, not every write is tried each time.
        for (let writes = 1; !whole; writes += shared ? 3 : 1) {
          const thread = `after ${writes}`;
          const platform = new SmallPlatform();
          const said = [
            message('', [film('one')], { thread }),
            message(HEART, [], { thread }),
            message(LUNGS, [film('odd')], { thread }),
          ];
          const first = await live(platform, writes);
          const told: boolean[] = [];
          for (const one of said) told.push((await first?.adapter.tell(one)) ?? false);
          await Promise.race([
            first?.severed.severed,
            until(() => platform.finished.length === said.length),
          ]);
          whole = first !== undefined && platform.finished.length === said.length;
          first?.life.abort(new WetreadError('closing'));
          if (shared) await first?.adapter.settled();
          const second = (await live(platform))!;
          const untold = said.filter((_, at) => told[at] !== true);
          const retold = await Promise.all(untold.map((one) => second.adapter.tell(one)));
          expect(retold).not.toContain(false);
          const turns = said.map(turnIdOf);
          const line = `thread:${JSON.stringify(['test', 'w', 'c', thread])}`;
          await until(
            async () =>
              new Set(platform.finished).size === said.length &&
              (await stage.stores.claims.line(line)).length === 0,
          );
          expect([writes, platform.posts.map(({ key }) => key)]).toEqual([
            writes,
            turns.map((turn) => `${turn}:0`),
          ]);
          expect(platform.posts.map(({ text }) => text)).toEqual([
            ANSWERS[REPORT],
            ANSWERS[HEART],
            expect.stringContaining('chest film'),
          ]);
          expect([writes, await historyOf(thread)]).toEqual([writes, [REPORT, HEART]]);
          second.life.abort(new WetreadError('closing'));
          await second.conversation.close(0);
        }
      },
    );

    test('a turn that is begun too often ends in a reply that says so', async () => {
      const said = message(HEART, [film('one')]);
      const hanging = () => createReader(ANSWERS, { pause: () => new Promise(() => {}) });
      for (let life = 1; life <= 5; life += 1) {
        const model = hanging();
        const severed = severable(stage.stores);
        const limits = shared ? SHORT_LEASE : withTimings({});
        const conversation = await stage.converse(model, {
          stores: severed.stores,
          alone: !shared,
          limits,
        });
        if (life === 1) await take(conversation, said);
        await until(() => model.calls.length > 0);
        severed.severAfter(0);
      }
      const conversation = await stage.converse(createReader(ANSWERS), {
        alone: !shared,
        limits: shared ? SHORT_LEASE : withTimings({}),
      });
      const events = await eventsOf(conversation, turnIdOf(said));
      expect(events.at(-1)).toMatchObject({ type: 'error', code: 'tried-too-often' });
    });

    test('a thread whose record is damaged starts afresh, and others go on', async () => {
      const conversation = await stage.converse();
      await say(conversation, message('', [film('one')]));
      await say(conversation, message('', [film('one')], { thread: 'other' }));
      const { records } = stage.stores;
      const damaged: Stores = {
        ...stage.stores,
        records: {
          get: async (space, key) => {
            if (key === THREAD) throw new WetreadError('record-damaged');
            return records.get(space, key);
          },
          set: (...args) => records.set(...args),
          delete: (...args) => records.delete(...args),
          keys: (space) => records.keys(space),
        },
      };
      const next = await stage.converse(createReader(ANSWERS), { stores: damaged });
      expect(await say(next, message(HEART))).toMatchObject([{ code: 'record-damaged' }]);
      const again = await say(next, message(HEART, [film('one')]));
      expect(textIn(again)).toBe(ANSWERS[HEART]);
      const other = await say(next, message(HEART, [], { thread: 'other' }));
      expect(textIn(other)).toBe(ANSWERS[HEART]);
    });
  });

  describe.runIf(shared)('two processes', () => {
    const both = () =>
      Promise.all([
        stage.converse(createReader(ANSWERS), LIVING),
        stage.converse(createReader(ANSWERS), LIVING),
      ]);

    test('answer one thread in order, each what it took', async () => {
      const [one, two] = await both();
      const ended: string[] = [];
      const answer = async (conversation: Conversation, turn: string): Promise<void> => {
        const events = await eventsOf(conversation, turn);
        ended.push(textIn(events));
        await conversation.delivered(turn);
      };
      const first = await take(one, message('', [film('one')]));
      const second = await take(two, message(HEART));
      const third = await take(one, message(LUNGS));
      await Promise.all([answer(two, second), answer(one, third), answer(one, first)]);
      expect(ended).toEqual([ANSWERS[REPORT], ANSWERS[HEART], ANSWERS[LUNGS]]);
    });

    test('take a message that both hear of once', async () => {
      const [one, two] = await both();
      const said = message(HEART, [film('one')]);
      const turns = await Promise.all([one.take(said), two.take(said)]);
      expect(turns.filter((turn) => turn !== undefined)).toEqual([turnIdOf(said)]);
    });

    test('stop each other, and forget what the other one runs', async () => {
      const waiting = await openWaiting({ stores: stage.stores, ...LIVING });
      const other = await stage.converse(createReader(ANSWERS), LIVING);
      await other.stop(waiting.turn);
      const stopped = replyIn(await deliver(waiting.conversation, waiting.turn));
      expect(stopped).toMatchObject({ text: 'The', finishReason: 'stopped' });
      const again = await take(waiting.conversation, message(HEART));
      const failure = failureOf(eventsOf(waiting.conversation, again));
      await other.forget(message(''));
      expect(await failure).toMatchObject({ code: 'turn-unknown' });
    });

    test('one that was held up longer than its lease answers what it took all the same, once', async () => {
      const platform = new SmallPlatform();
      let isHeldUp = false;
      const reader = createReader(ANSWERS, {
        pause: async () => {
          if (isHeldUp) return;
          isHeldUp = true;
          holdUp(2 * SHORT_LEASE.timings.leaseMs);
        },
      });
      const options = { alone: false, limits: SHORT_LEASE };
      const conversation = await stage.converse(reader, options);
      const life = new AbortController();
      const adapter = new SmallAdapter(conversation, platform, life.signal);
      void adapter.finish();
      const said = message(HEART, [film('one')]);
      expect(await adapter.tell(said)).toBe(true);
      await until(() => platform.finished.length > 0);
      life.abort(new WetreadError('closing'));
      await adapter.settled();
      expect(platform.posts).toMatchObject([{ key: `${turnIdOf(said)}:0`, text: ANSWERS[HEART] }]);
      expect(platform.finished).toEqual([turnIdOf(said)]);
    });

    test('take over what a dead one left, and hear its reply from there', async () => {
      const dead = severable(stage.stores);
      const hanging = createReader(ANSWERS, { pause: () => new Promise(() => {}) });
      const options = { alone: false, limits: SHORT_LEASE };
      const one = await stage.converse(hanging, { ...options, stores: dead.stores });
      const turn = await take(one, message(HEART, [film('one')]));
      await one.begun(turn, 0, 'post 1');
      const two = await stage.converse(createReader(ANSWERS), LIVING);
      dead.severAfter(0);
      const listening = eventsOf(two, turn);
      for await (const left of two.unfinished('test', never)) {
        expect(left).toMatchObject({ turn, duty: 'deliver', parts: [{ part: 0, id: 'post 1' }] });
        break;
      }
      expect(textIn(await listening)).toBe(ANSWERS[HEART]);
    });
  });
};
