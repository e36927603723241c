import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Stores } from '../../src/core/blobs.ts';
import type { Conversation } from '../../src/core/conversation.ts';
import { turnIdOf } from '../../src/core/conversation/turn-id.ts';
import { WetreadError } from '../../src/errors.ts';
import { collect, failureOf } from '../support/collect.ts';
import type { OpenedStores } from '../support/opened-stores.ts';
import { codesOf, createReader, questionIn, replyIn, textIn } from '../support/scripted-reader.ts';
import { severable } from '../support/severed-stores.ts';
import { SmallAdapter, SmallPlatform } from '../support/small-platform.ts';
import {
  ANSWERS,
  AUTHOR,
  deliver,
  eventsOf,
  fetchByName,
  film,
  message,
  never,
  open,
  openWaiting,
  REPORT,
  say,
  take,
  upload,
  withTimings,
  type OpenOptions,
} from '../support/test-conversation.ts';

const HEART = 'How is the heart?';
const LUNGS = 'How are the lungs?';

/** A lease that a test can wait for. */
const SHORT_LEASE = withTimings({ leaseMs: 250, renewMs: 60, recoverMs: 40, heedMs: 30 });

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/**
 * What every conversation keeps over any stores. See `src/core/conversation.ts`. `shared`: more than one process may be
 * at the stores.
 */
export const describeConversation = (
  name: string,
  { open: openStores, shared }: { open: () => Promise<OpenedStores>; shared: boolean },
): void => {
  describe(`the conversation over ${name}`, () => {
    let opened: OpenedStores;
    let stores: Stores;
    const left: Conversation[] = [];
    const dying: AbortController[] = [];

    beforeEach(async () => {
      opened = await openStores();
      ({ stores } = opened);
    });
    afterEach(async () => {
      for (const life of dying.splice(0)) life.abort(new WetreadError('closing'));
      await Promise.all(left.splice(0).map((conversation) => conversation.close(0)));
      await opened.stores.close();
    });

    const converse = async (
      model = createReader(ANSWERS),
      options: OpenOptions = {},
    ): Promise<Conversation> => {
      const conversation = await open(model, { stores, ...options });
      left.push(conversation);
      return conversation;
    };

    describe('a message', () => {
      test('delivered twice, also at once, is one turn with one answer', async () => {
        const model = createReader(ANSWERS);
        const conversation = await converse(model);
        const said = message(HEART, [film('one')]);
        const [first, second] = await Promise.all([
          conversation.take(said),
          conversation.take({ ...said, text: 'As another kind of event' }),
        ]);
        expect(second).toBe(first);
        expect(first).toBe(turnIdOf(said));
        await deliver(conversation, first!);
        expect(model.calls.filter(({ background }) => !background)).toHaveLength(1);
      });

      test('delivered again after its reply has nothing to answer', async () => {
        const conversation = await converse();
        const said = message(HEART, [film('one')]);
        await say(conversation, said);
        expect(await conversation.take(said)).toBeUndefined();
      });

      test('is answered in the order of its thread, one at a time', async () => {
        const model = createReader(ANSWERS);
        const conversation = await converse(model);
        const said = [message(REPORT, [film('one')]), message(HEART), message(LUNGS)];
        const turns = await Promise.all(said.map((one) => take(conversation, one)));
        const ended: string[] = [];
        await Promise.all(
          turns.map(async (turn) => {
            for await (const event of conversation.events(turn, never)) {
              if (event.type === 'end') ended.push(turn);
            }
            expect(model.running).toBe(0);
            await conversation.delivered(turn);
          }),
        );
        expect(ended).toEqual(turns);
        expect(model.calls.filter(({ background }) => !background).map(questionIn)).toEqual([
          REPORT,
          HEART,
          LUNGS,
        ]);
      });

      test('that waits knows its place', async () => {
        const { conversation } = await openWaiting({ stores });
        await take(conversation, message(LUNGS));
        const third = await take(conversation, message(HEART));
        for await (const event of conversation.events(third, never)) {
          expect(event).toEqual({ type: 'status', phase: 'queued', place: 2 });
          break;
        }
      });

      test('among people is not answered; its film is asked about by a later mention', async () => {
        const fetched: string[] = [];
        const conversation = await converse(createReader(ANSWERS), {
          fetcher: async (reference, signal) => {
            fetched.push(reference['name'] ?? '');
            return fetchByName(reference, signal);
          },
        });
        const shown = message('Look at this', [film('one')], { addressed: false, author: 'b' });
        expect(await conversation.take(shown)).toBeUndefined();
        expect(fetched).toEqual([]);
        const reply = replyIn(await say(conversation, message(HEART)));
        expect(reply.text).toBe(ANSWERS[HEART]);
        expect(fetched).toEqual(['one']);
      });

      test('whose film cannot be fetched again has it kept before it is taken', async () => {
        const conversation = await converse();
        const turn = await take(conversation, message(HEART, [upload('one')]));
        expect(await stores.blobs.get('films', 'one')).toBeDefined();
        expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
      });

      test('by somebody who may not ask is told so in a sentence, and nothing of it is kept', async () => {
        const conversation = await converse(createReader({}), {
          access: { mayAsk: ({ addressed }) => (addressed ? 'refused' : 'silent') },
        });
        const said = message('A secret', [film('one')]);
        const turn = await take(conversation, said);
        expect(await deliver(conversation, turn)).toMatchObject([{ code: 'not-allowed' }]);
        expect(JSON.stringify(await stores.records.get('turns', turn))).not.toContain('secret');
        expect(await conversation.take({ ...said, id: 'other', addressed: false })).toBeUndefined();
      });

      test('that is not kept is not taken', async () => {
        const severed = severable(stores);
        const conversation = await converse(createReader(ANSWERS), { stores: severed.stores });
        severed.severAfter(0);
        expect(await failureOf(conversation.take(message(HEART)))).toMatchObject({
          code: 'store-failed',
        });
      });
    });

    describe('events', () => {
      test('are the same for every listener, and a whole reply afterwards', async () => {
        const conversation = await converse();
        const turn = await take(conversation, message('', [film('one')]));
        const [one, two] = await Promise.all([
          eventsOf(conversation, turn),
          eventsOf(conversation, turn),
        ]);
        expect(two).toEqual(one);
        await conversation.delivered(turn);
        const later = await eventsOf(conversation, turn);
        expect(textIn(later)).toBe(textIn(one));
        expect(replyIn(later)).toEqual(replyIn(one));
        const notices = (events: typeof one) => events.filter(({ type }) => type === 'notice');
        expect(notices(later)).toEqual(notices(one));
      });

      test('of a turn that nobody took are an error', async () => {
        const conversation = await converse();
        await expect(eventsOf(conversation, 'nothing')).rejects.toMatchObject({
          code: 'turn-unknown',
        });
      });
    });

    describe('a film without words', () => {
      const patient = { limits: withTimings({ joinMs: 60_000 }) };

      test('waits for its author, whose next message joins it', async () => {
        const model = createReader(ANSWERS);
        const conversation = await converse(model, patient);
        const turn = await take(conversation, message('', [film('one')]));
        await until(() => model.calls.length === 1);
        expect(model.calls[0]).toMatchObject({ maxTokens: 0, background: true });
        const words = message(HEART);
        expect(await conversation.take(words)).toBe(turn);
        expect(await conversation.take(words)).toBe(turn);
        expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
        expect(await conversation.take(words)).toBeUndefined();
      });

      test('is read when nobody says anything', async () => {
        const conversation = await converse(createReader(ANSWERS), {
          limits: withTimings({ joinMs: 40 }),
        });
        const reply = replyIn(await say(conversation, message('', [film('one')])));
        expect(reply.text).toBe(ANSWERS[REPORT]);
      });

      test('is read at once when its author sends another one, and waits for nobody else', async () => {
        const conversation = await converse(createReader(ANSWERS), patient);
        const first = await take(conversation, message('', [film('one')]));
        const other = await take(conversation, message(LUNGS, [], { author: 'b' }));
        await take(conversation, message(HEART, [film('two')]));
        expect(replyIn(await deliver(conversation, first)).text).toBe(ANSWERS[REPORT]);
        expect(textIn(await deliver(conversation, other))).toBe(ANSWERS[LUNGS]);
      });

      test('gets words by an edit', async () => {
        const conversation = await converse(createReader(ANSWERS), patient);
        const said = message('', [film('one')]);
        const turn = await take(conversation, said);
        await conversation.edited(said, HEART);
        expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
      });
    });

    describe('an edit', () => {
      test('replaces the words of a message that waits, and no others', async () => {
        const { conversation, turn } = await openWaiting({ stores });
        const said = message('Hwo is teh haert?');
        const waiting = await take(conversation, said);
        await conversation.edited(said, LUNGS);
        const running = await stores.records.get('turns', turn);
        await conversation.edited({ ...message(''), id: 'unknown' }, 'Nothing');
        expect(await stores.records.get('turns', turn)).toEqual(running);
        expect(await stores.records.get('turns', waiting)).toMatchObject({
          message: { text: LUNGS },
        });
      });

      test('of a message that is answered does nothing', async () => {
        const model = createReader(ANSWERS);
        const conversation = await converse(model);
        const said = message(HEART, [film('one')]);
        const turn = await take(conversation, said);
        await deliver(conversation, turn);
        await conversation.edited(said, LUNGS);
        expect(textIn(await eventsOf(conversation, turn))).toBe(ANSWERS[HEART]);
        expect(await stores.records.get('turns', turn)).toMatchObject({ message: { text: HEART } });
      });
    });

    describe('a question with choices', () => {
      test('ends its turn and holds up nobody; its answer is a new turn', async () => {
        const conversation = await converse();
        const turn = await take(conversation, message(HEART, [film('odd')]));
        expect((await deliver(conversation, turn)).at(-1)).toMatchObject({ type: 'choices' });
        await say(conversation, message(LUNGS, [film('one')]));
        const answer = await conversation.choose(turn, 'read', AUTHOR);
        const reply = replyIn(await deliver(conversation, answer));
        expect(reply.text).toBe(ANSWERS[HEART]);
        expect(codesOf(reply.notices)).toContain('gate-overruled');
      });

      test('is answered once: by its poster or a moderator, with one of its options, in its time', async () => {
        let now = 1_000_000;
        const conversation = await converse(createReader(ANSWERS), { now: () => now });
        const turn = await take(conversation, message('', [film('odd')]));
        await deliver(conversation, turn);
        const stranger = { author: 'x', standing: 'member' } as const;
        expect(await failureOf(conversation.choose(turn, 'read', stranger))).toMatchObject({
          code: 'not-yours',
        });
        expect(await failureOf(conversation.choose(turn, 'turn', AUTHOR))).toMatchObject({
          code: 'choice-unknown',
        });
        const answer = await conversation.choose(turn, 'read', {
          author: 'x',
          standing: 'moderator',
        });
        expect(await failureOf(conversation.choose(turn, 'leave', AUTHOR))).toMatchObject({
          code: 'choice-unknown',
        });
        await deliver(conversation, answer);
        const late = await take(conversation, message('', [film('odd two')]));
        await deliver(conversation, late);
        now += 3_700_000;
        expect(await failureOf(conversation.choose(late, 'read', AUTHOR))).toMatchObject({
          code: 'choice-unknown',
        });
      });

      test('is answered by a typed yes of its poster, and nobody else', async () => {
        const conversation = await converse();
        const turn = await take(conversation, message(HEART, [film('odd')]));
        await deliver(conversation, turn);
        expect(await say(conversation, message('yes', [], { author: 'x' }))).toMatchObject([
          { type: 'error', code: 'film-needed' },
        ]);
        expect(textIn(await say(conversation, message('Yes!')))).toBe(ANSWERS[HEART]);
        expect(await failureOf(conversation.choose(turn, 'read', AUTHOR))).toMatchObject({
          code: 'choice-unknown',
        });
      });
    });

    describe('stop', () => {
      test('keeps what a running turn has said, marked as stopped', async () => {
        const { conversation, turn } = await openWaiting({ stores });
        await conversation.stop(turn);
        expect(replyIn(await deliver(conversation, turn))).toMatchObject({
          text: 'The',
          finishReason: 'stopped',
        });
        expect(replyIn(await eventsOf(conversation, turn)).finishReason).toBe('stopped');
      });

      test('ends a turn that waits, and one whose film does not come', async () => {
        const conversation = await converse(createReader(ANSWERS), {
          fetcher: () => new Promise(() => {}),
        });
        const fetching = await take(conversation, message('', [film('slow')]));
        const waiting = await take(conversation, message(HEART));
        await conversation.stop(waiting);
        expect(replyIn(await eventsOf(conversation, waiting)).finishReason).toBe('stopped');
        await conversation.stop(fetching);
        expect(replyIn(await eventsOf(conversation, fetching)).finishReason).toBe('stopped');
      });
    });

    describe('deleting and forgetting', () => {
      const kept = async (): Promise<string> => {
        const all: unknown[] = [];
        for (const space of ['turns', 'progress', 'threads', 'feedback'] as const)
          for (const key of await collect(stores.records.keys(space)))
            all.push(await stores.records.get(space, key));
        return JSON.stringify(all);
      };

      test('a deleted question takes its turn, its reply and its exchange with it', async () => {
        const conversation = await converse();
        await say(conversation, message('', [film('one')]));
        const said = message(HEART);
        const turn = await take(conversation, said);
        await conversation.begun(turn, 0, 'post 1');
        await deliver(conversation, turn);
        await say(conversation, message(LUNGS));
        await conversation.deleted(said);
        await expect(eventsOf(conversation, turn)).rejects.toMatchObject({ code: 'turn-unknown' });
        expect(await kept()).not.toContain(HEART);
        expect(await kept()).toContain(LUNGS);
        for await (const left of conversation.unfinished('test', never)) {
          const { id, channel } = said;
          expect(left).toMatchObject({ turn, duty: 'take-down', message: { id, channel } });
          expect(left.parts).toEqual([{ part: 0, id: 'post 1' }]);
          break;
        }
        await conversation.takenDown(turn);
        expect(await stores.claims.line('open:test')).toEqual([]);
        expect(await conversation.take(said)).toBeUndefined();
      });

      test('a deleted film takes every turn about it along, and no others', async () => {
        const model = createReader(ANSWERS);
        const conversation = await converse(model);
        const shown = message('', [film('one')]);
        await say(conversation, shown);
        const about = await take(conversation, message(HEART));
        await deliver(conversation, about);
        const other = await take(conversation, message(LUNGS, [film('two')]));
        await deliver(conversation, other);
        await conversation.deleted(shown);
        await expect(eventsOf(conversation, about)).rejects.toMatchObject({ code: 'turn-unknown' });
        expect(textIn(await eventsOf(conversation, other))).toBe(ANSWERS[LUNGS]);
        expect(await stores.blobs.get('films', 'one')).toBeUndefined();
        expect(model.forgotten).toEqual(['one']);
        expect(await kept()).not.toContain(HEART);
      });

      test('a film that is deleted while it is read is not brought back', async () => {
        const { conversation, turn } = await openWaiting({ stores });
        const failure = failureOf(eventsOf(conversation, turn));
        await conversation.deleted({ ...message(''), id: await messageIdOf(turn) });
        expect(await failure).toMatchObject({ code: 'turn-unknown' });
        expect(await stores.blobs.get('films', 'one')).toBeUndefined();
        expect(await kept()).not.toContain(HEART);
        expect(await stores.claims.line(`thread:${THREAD}`)).toEqual([]);
      });

      test('a part that is posted after all is taken down, too', async () => {
        const { conversation, turn } = await openWaiting({ stores });
        await conversation.forget(message(''));
        await conversation.begun(turn, 0, 'late');
        for await (const left of conversation.unfinished('test', never)) {
          expect(left).toMatchObject({ turn, duty: 'take-down', parts: [{ part: 0, id: 'late' }] });
          break;
        }
      });

      test('forgetting a thread leaves nothing of it but films that another one holds', async () => {
        const model = createReader(ANSWERS);
        const conversation = await converse(model);
        await say(conversation, message('', [film('one')]));
        const turn = await take(conversation, message(HEART, [film('two')]));
        await deliver(conversation, turn);
        await conversation.feedback(turn, { kind: 'right', box: undefined }, 'b');
        await say(conversation, message('', [film('one')], { thread: 'other' }));
        await conversation.forget(message(''));
        expect(await kept()).not.toContain(HEART);
        expect(await collect(stores.records.keys('feedback'))).toEqual([]);
        expect(model.forgotten).toEqual(['two']);
        expect(await stores.blobs.get('films', 'one')).toBeDefined();
        await conversation.forget(message('', [], { thread: 'other' }));
        expect(model.forgotten).toEqual(['two', 'one']);
        expect(await stores.blobs.get('films', 'one')).toBeUndefined();
      });

      test('a typed "forget" is for whoever posted the films', async () => {
        const conversation = await converse();
        await say(conversation, message('', [film('one')]));
        expect(await say(conversation, message('forget', [], { author: 'x' }))).toMatchObject([
          { code: 'not-yours' },
        ]);
        expect(textIn(await say(conversation, message('forget')))).toContain('forgotten');
        expect(await stores.blobs.get('films', 'one')).toBeUndefined();
        expect(await say(conversation, message(HEART))).toMatchObject([{ code: 'film-needed' }]);
      });
    });

    test('feedback is kept by turn, person and box, the latest alone', async () => {
      const conversation = await converse();
      const turn = await take(conversation, message(HEART, [film('one')]));
      await deliver(conversation, turn);
      await conversation.feedback(turn, { kind: 'wrong-finding', box: undefined }, 'b');
      await conversation.feedback(turn, { kind: 'right', box: undefined }, 'b');
      const keys = await collect(stores.records.keys('feedback'));
      expect(keys).toHaveLength(1);
      expect(await stores.records.get('feedback', keys[0]!)).toMatchObject({
        turn,
        film: 'one',
        feedback: { kind: 'right' },
      });
      expect(
        await failureOf(conversation.feedback('nothing', { kind: 'right', box: undefined }, 'b')),
      ).toMatchObject({ code: 'turn-unknown' });
    });

    describe('after a crash', () => {
      /** A process with its adapter; `writes`: how many it makes before it dies. */
      const live = async (platform: SmallPlatform, writes = Infinity) => {
        const severed = severable(stores);
        const limits = shared ? SHORT_LEASE : withTimings({ recoverMs: 50 });
        const options = { stores: severed.stores, alone: !shared, limits };
        const life = new AbortController();
        dying.push(life);
        severed.severAfter(writes);
        void severed.severed.then(() => life.abort(new WetreadError('closing')));
        try {
          const conversation = await converse(createReader(ANSWERS), options);
          const adapter = new SmallAdapter(conversation, platform, life.signal);
          void adapter.finish();
          return { adapter, conversation, severed, life };
        } catch {
          return undefined;
        }
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
            for (const [at, one] of said.entries())
              if (told[at] !== true) expect(await second.adapter.tell(one)).toBe(true);
            const turns = said.map(turnIdOf);
            const line = `thread:${JSON.stringify(['test', 'w', 'c', thread])}`;
            await until(
              async () =>
                new Set(platform.finished).size === said.length &&
                (await stores.claims.line(line)).length === 0,
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
          const severed = severable(stores);
          const limits = shared ? SHORT_LEASE : withTimings({});
          const conversation = await converse(model, {
            stores: severed.stores,
            alone: !shared,
            limits,
          });
          if (life === 1) await take(conversation, said);
          await until(() => model.calls.length > 0);
          severed.severAfter(0);
        }
        const conversation = await converse(createReader(ANSWERS), {
          alone: !shared,
          limits: shared ? SHORT_LEASE : withTimings({}),
        });
        const events = await eventsOf(conversation, turnIdOf(said));
        expect(events.at(-1)).toMatchObject({ type: 'error', code: 'tried-too-often' });
      });

      test('a thread whose record is damaged starts afresh, and others go on', async () => {
        const conversation = await converse();
        await say(conversation, message('', [film('one')]));
        await say(conversation, message('', [film('one')], { thread: 'other' }));
        const { records } = stores;
        const damaged: Stores = {
          ...stores,
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
        const next = await converse(createReader(ANSWERS), { stores: damaged });
        expect(await say(next, message(HEART))).toMatchObject([{ code: 'record-damaged' }]);
        const again = await say(next, message(HEART, [film('one')]));
        expect(textIn(again)).toBe(ANSWERS[HEART]);
        const other = await say(next, message(HEART, [], { thread: 'other' }));
        expect(textIn(other)).toBe(ANSWERS[HEART]);
      });
    });

    test('a store that fails in mid-turn is tried again, and the turn is not lost', async () => {
      let failing = false;
      const { records } = stores;
      const flaky: Stores = {
        ...stores,
        records: {
          get: (...args) => records.get(...args),
          set: async (...args) => {
            if (failing) throw new WetreadError('store-failed');
            return records.set(...args);
          },
          delete: (...args) => records.delete(...args),
          keys: (space) => records.keys(space),
        },
      };
      const conversation = await converse(createReader(ANSWERS), { stores: flaky });
      const turn = await take(conversation, message(HEART, [film('one')]));
      failing = true;
      setTimeout(() => (failing = false), 150);
      expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
    });

    describe.runIf(shared)('two processes', () => {
      const both = () =>
        Promise.all([
          converse(createReader(ANSWERS), { alone: false, limits: SHORT_LEASE }),
          converse(createReader(ANSWERS), { alone: false, limits: SHORT_LEASE }),
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
        const waiting = await openWaiting({ stores, alone: false, limits: SHORT_LEASE });
        const other = await converse(createReader(ANSWERS), { alone: false, limits: SHORT_LEASE });
        await other.stop(waiting.turn);
        const stopped = replyIn(await deliver(waiting.conversation, waiting.turn));
        expect(stopped).toMatchObject({ text: 'The', finishReason: 'stopped' });
        const again = await take(waiting.conversation, message(HEART));
        const failure = failureOf(eventsOf(waiting.conversation, again));
        await other.forget(message(''));
        expect(await failure).toMatchObject({ code: 'turn-unknown' });
      });

      test('take over what a dead one left, and hear its reply from there', async () => {
        const dead = severable(stores);
        const hanging = createReader(ANSWERS, { pause: () => new Promise(() => {}) });
        const options = { alone: false, limits: SHORT_LEASE };
        const one = await converse(hanging, { ...options, stores: dead.stores });
        const turn = await take(one, message(HEART, [film('one')]));
        await one.begun(turn, 0, 'post 1');
        const two = await converse(createReader(ANSWERS), options);
        dead.severAfter(0);
        const listening = eventsOf(two, turn);
        for await (const left of two.unfinished('test', never)) {
          expect(left).toMatchObject({ turn, duty: 'deliver', parts: [{ part: 0, id: 'post 1' }] });
          break;
        }
        expect(textIn(await listening)).toBe(ANSWERS[HEART]);
      });
    });

    const THREAD = JSON.stringify(['test', 'w', 'c', 't']);
    const messageIdOf = async (turn: string): Promise<string> => {
      const record = (await stores.records.get('turns', turn)) as { message: { id: string } };
      return record.message.id;
    };
  });
};
