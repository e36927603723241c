import { describe, expect, test } from 'vitest';
import type { Stores } from '../../src/core/blobs.ts';
import { turnIdOf } from '../../src/core/conversation/turn-id.ts';
import { WetreadError } from '../../src/errors.ts';
import { HEART, LUNGS, until, useStage } from '../support/conversation-stage.ts';
import { describeCrashes } from './conversation-crash.contract.ts';
import { describeForgetting } from './conversation-forgetting.contract.ts';
import { collect, failureOf } from '../support/collect.ts';
import type { OpenedStores } from '../support/opened-stores.ts';
import { codesOf, createReader, questionIn, replyIn, textIn } from '../support/scripted-reader.ts';
import { severable } from '../support/severed-stores.ts';
import {
  ANSWERS,
  AUTHOR,
  deliver,
  eventsOf,
  fetchByName,
  film,
  message,
  never,
  openWaiting,
  REPORT,
  say,
  take,
  upload,
  withTimings,
} from '../support/test-conversation.ts';

/**
 * What every conversation keeps over any stores. See `src/core/conversation.ts`. `shared`: more than one process may be
 * at the stores.
 */
export const describeConversation = (
  name: string,
  { open: openStores, shared }: { open: () => Promise<OpenedStores>; shared: boolean },
): void => {
  describe(`the conversation over ${name}`, () => {
    const stage = useStage(openStores, shared);

    describe('a message', () => {
      test('delivered twice, also at once, is one turn with one answer', async () => {
        const model = createReader(ANSWERS);
        const conversation = await stage.converse(model);
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
        const conversation = await stage.converse();
        const said = message(HEART, [film('one')]);
        await say(conversation, said);
        expect(await conversation.take(said)).toBeUndefined();
      });

      test('is answered in the order of its thread, one at a time', async () => {
        const model = createReader(ANSWERS);
        const conversation = await stage.converse(model);
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
        const { conversation } = await openWaiting({ stores: stage.stores });
        await take(conversation, message(LUNGS));
        const third = await take(conversation, message(HEART));
        for await (const event of conversation.events(third, never)) {
          expect(event).toEqual({ type: 'status', phase: 'queued', place: 2 });
          break;
        }
      });

      test('among people is not answered; its film is asked about by a later mention', async () => {
        const fetched: string[] = [];
        const conversation = await stage.converse(createReader(ANSWERS), {
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
        const conversation = await stage.converse();
        const turn = await take(conversation, message(HEART, [upload('one')]));
        expect(await stage.stores.blobs.get('films', 'one')).toBeDefined();
        expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
      });

      test('by somebody who may not ask is told so in a sentence, and nothing of it is kept', async () => {
        const conversation = await stage.converse(createReader({}), {
          access: { mayAsk: ({ addressed }) => (addressed ? 'refused' : 'silent') },
        });
        const said = message('A secret', [film('one')]);
        const turn = await take(conversation, said);
        expect(await deliver(conversation, turn)).toMatchObject([{ code: 'not-allowed' }]);
        expect(JSON.stringify(await stage.stores.records.get('turns', turn))).not.toContain(
          'secret',
        );
        expect(await conversation.take({ ...said, id: 'other', addressed: false })).toBeUndefined();
      });

      test('that is not kept is not taken', async () => {
        const severed = severable(stage.stores);
        const conversation = await stage.converse(createReader(ANSWERS), {
          stores: severed.stores,
        });
        severed.severAfter(0);
        expect(await failureOf(conversation.take(message(HEART)))).toMatchObject({
          code: 'store-failed',
        });
      });
    });

    describe('events', () => {
      test('are the same for every listener, and a whole reply afterwards', async () => {
        const conversation = await stage.converse();
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
        const conversation = await stage.converse();
        await expect(eventsOf(conversation, 'nothing')).rejects.toMatchObject({
          code: 'turn-unknown',
        });
      });
    });

    describe('a film without words', () => {
      const patient = { limits: withTimings({ joinMs: 60_000 }) };

      test('waits for its author, whose next message joins it', async () => {
        const model = createReader(ANSWERS);
        const conversation = await stage.converse(model, patient);
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
        const conversation = await stage.converse(createReader(ANSWERS), {
          limits: withTimings({ joinMs: 40 }),
        });
        const reply = replyIn(await say(conversation, message('', [film('one')])));
        expect(reply.text).toBe(ANSWERS[REPORT]);
      });

      test('is read at once when its author sends another one, and waits for nobody else', async () => {
        const conversation = await stage.converse(createReader(ANSWERS), patient);
        const first = await take(conversation, message('', [film('one')]));
        const other = await take(conversation, message(LUNGS, [], { author: 'b' }));
        await take(conversation, message(HEART, [film('two')]));
        expect(replyIn(await deliver(conversation, first)).text).toBe(ANSWERS[REPORT]);
        expect(textIn(await deliver(conversation, other))).toBe(ANSWERS[LUNGS]);
      });

      test('gets words by an edit', async () => {
        const conversation = await stage.converse(createReader(ANSWERS), patient);
        const said = message('', [film('one')]);
        const turn = await take(conversation, said);
        await conversation.edited(said, HEART);
        expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
      });
    });

    describe('an edit', () => {
      test('replaces the words of a message that waits, and no others', async () => {
        const { conversation, turn } = await openWaiting({ stores: stage.stores });
        const said = message('Hwo is teh haert?');
        const waiting = await take(conversation, said);
        await conversation.edited(said, LUNGS);
        const running = await stage.stores.records.get('turns', turn);
        await conversation.edited({ ...message(''), id: 'unknown' }, 'Nothing');
        expect(await stage.stores.records.get('turns', turn)).toEqual(running);
        expect(await stage.stores.records.get('turns', waiting)).toMatchObject({
          message: { text: LUNGS },
        });
      });

      test('of a message that is answered does nothing', async () => {
        const model = createReader(ANSWERS);
        const conversation = await stage.converse(model);
        const said = message(HEART, [film('one')]);
        const turn = await take(conversation, said);
        await deliver(conversation, turn);
        await conversation.edited(said, LUNGS);
        expect(textIn(await eventsOf(conversation, turn))).toBe(ANSWERS[HEART]);
        expect(await stage.stores.records.get('turns', turn)).toMatchObject({
          message: { text: HEART },
        });
      });
    });

    describe('a question with choices', () => {
      test('ends its turn and holds up nobody; its answer is a new turn', async () => {
        const conversation = await stage.converse();
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
        const conversation = await stage.converse(createReader(ANSWERS), { now: () => now });
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
        const conversation = await stage.converse();
        const turn = await take(conversation, message(HEART, [film('odd')]));
        await deliver(conversation, turn);
        expect(await say(conversation, message('yes', [], { author: 'x' }))).toMatchObject([
          { type: 'error', code: 'film-waits' },
        ]);
        expect(textIn(await say(conversation, message('Yes!')))).toBe(ANSWERS[HEART]);
        expect(await failureOf(conversation.choose(turn, 'read', AUTHOR))).toMatchObject({
          code: 'choice-unknown',
        });
      });
    });

    describe('stop', () => {
      test('keeps what a running turn has said, marked as stopped', async () => {
        const { conversation, turn } = await openWaiting({ stores: stage.stores });
        await conversation.stop(turn);
        expect(replyIn(await deliver(conversation, turn))).toMatchObject({
          text: 'The',
          finishReason: 'stopped',
        });
        expect(replyIn(await eventsOf(conversation, turn)).finishReason).toBe('stopped');
      });

      test('ends a turn that waits, and one whose film does not come', async () => {
        const conversation = await stage.converse(createReader(ANSWERS), {
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

    describeForgetting(stage);
    test('feedback is kept by turn, person and box, the latest alone', async () => {
      const conversation = await stage.converse();
      const turn = await take(conversation, message(HEART, [film('one')]));
      await deliver(conversation, turn);
      await conversation.feedback(turn, { kind: 'wrong-finding', box: undefined }, 'b');
      await conversation.feedback(turn, { kind: 'right', box: undefined }, 'b');
      const keys = await collect(stage.stores.records.keys('feedback'));
      expect(keys).toHaveLength(1);
      expect(await stage.stores.records.get('feedback', keys[0]!)).toMatchObject({
        turn,
        film: 'one',
        feedback: { kind: 'right' },
      });
      expect(
        await failureOf(conversation.feedback('nothing', { kind: 'right', box: undefined }, 'b')),
      ).toMatchObject({ code: 'turn-unknown' });
      expect(
        await failureOf(conversation.feedback(turn, { kind: 'right', box: 99 }, 'b')),
      ).toMatchObject({ code: 'box-unknown' });
    });

    describeCrashes(stage);
    test('a store that fails in mid-turn is tried again, and the turn is not lost', async () => {
      let failing = false;
      const { records } = stage.stores;
      const flaky: Stores = {
        ...stage.stores,
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
      const conversation = await stage.converse(createReader(ANSWERS), { stores: flaky });
      const turn = await take(conversation, message(HEART, [film('one')]));
      failing = true;
      setTimeout(() => (failing = false), 150);
      expect(textIn(await deliver(conversation, turn))).toBe(ANSWERS[HEART]);
    });
  });
};
