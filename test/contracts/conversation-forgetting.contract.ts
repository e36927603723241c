import { describe, expect, test } from 'vitest';
import { HEART, LUNGS, THREAD, type ConversationStage } from '../support/conversation-stage.ts';
import { collect, failureOf } from '../support/collect.ts';
import { createReader, textIn } from '../support/scripted-reader.ts';
import {
  ANSWERS,
  deliver,
  eventsOf,
  film,
  message,
  never,
  openWaiting,
  say,
  take,
  withTimings,
} from '../support/test-conversation.ts';

/** What a conversation forgets, and what it has taken down. */
export const describeForgetting = (stage: ConversationStage): void => {
  describe('deleting and forgetting', () => {
    const messageIdOf = async (turn: string): Promise<string> => {
      const record = await stage.stores.records.get('turns', turn);
      return (record as { message: { id: string } }).message.id;
    };
    const kept = async (): Promise<string> => {
      const all: unknown[] = [];
      for (const space of ['turns', 'progress', 'threads', 'feedback'] as const)
        for (const key of await collect(stage.stores.records.keys(space)))
          all.push(await stage.stores.records.get(space, key));
      return JSON.stringify(all);
    };

    test('a deleted question takes its turn, its reply and its exchange with it', async () => {
      const conversation = await stage.converse();
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
      expect(await stage.stores.claims.line('open:test')).toEqual([]);
      expect(await conversation.take(said)).toBeUndefined();
    });

    test('words that joined a film are forgotten with it', async () => {
      const conversation = await stage.converse(createReader(ANSWERS), {
        limits: withTimings({ joinMs: 60_000 }),
      });
      const shown = message('', [film('one')]);
      const turn = await take(conversation, shown);
      await conversation.take(message(HEART));
      await deliver(conversation, turn);
      expect(await kept()).toContain(HEART);
      await conversation.deleted(shown);
      expect(await kept()).not.toContain(HEART);
    });

    test('a film that was only asked about goes with the words that asked', async () => {
      const conversation = await stage.converse(createReader(ANSWERS), {
        limits: withTimings({ joinMs: 60_000 }),
      });
      const turn = await take(conversation, message('', [film('odd')]));
      const words = message(HEART);
      await conversation.take(words);
      await deliver(conversation, turn);
      expect(await stage.stores.blobs.get('films', 'odd')).toBeDefined();
      await conversation.deleted(words);
      expect(await stage.stores.blobs.get('films', 'odd')).toBeUndefined();
      expect(await kept()).not.toContain(HEART);
    });

    test('a deleted film takes every turn about it along, and no others', async () => {
      const model = createReader(ANSWERS);
      const conversation = await stage.converse(model);
      const shown = message('', [film('one')]);
      await say(conversation, shown);
      const about = await take(conversation, message(HEART));
      await deliver(conversation, about);
      const other = await take(conversation, message(LUNGS, [film('two')]));
      await deliver(conversation, other);
      await conversation.deleted(shown);
      await expect(eventsOf(conversation, about)).rejects.toMatchObject({ code: 'turn-unknown' });
      expect(textIn(await eventsOf(conversation, other))).toBe(ANSWERS[LUNGS]);
      expect(await stage.stores.blobs.get('films', 'one')).toBeUndefined();
      expect(model.forgotten).toEqual(['one']);
      expect(await kept()).not.toContain(HEART);
    });

    test('a film that is deleted while it is read is not brought back', async () => {
      const { conversation, turn } = await openWaiting({ stores: stage.stores });
      const failure = failureOf(eventsOf(conversation, turn));
      await conversation.deleted({ ...message(''), id: await messageIdOf(turn) });
      expect(await failure).toMatchObject({ code: 'turn-unknown' });
      expect(await stage.stores.blobs.get('films', 'one')).toBeUndefined();
      expect(await kept()).not.toContain(HEART);
      expect(await stage.stores.claims.line(`thread:${THREAD}`)).toEqual([]);
    });

    test('a part that is posted after all is taken down, too', async () => {
      const { conversation, turn } = await openWaiting({ stores: stage.stores });
      await conversation.forget(message(''));
      await conversation.begun(turn, 0, 'late');
      for await (const left of conversation.unfinished('test', never)) {
        expect(left).toMatchObject({ turn, duty: 'take-down', parts: [{ part: 0, id: 'late' }] });
        break;
      }
    });

    test('forgetting a thread leaves nothing of it but films that another one holds', async () => {
      const model = createReader(ANSWERS);
      const conversation = await stage.converse(model);
      await say(conversation, message('', [film('one')]));
      const turn = await take(conversation, message(HEART, [film('two')]));
      await deliver(conversation, turn);
      await conversation.feedback(turn, { kind: 'right', box: undefined }, 'b');
      await say(conversation, message('', [film('one')], { thread: 'other' }));
      await conversation.forget(message(''));
      expect(await kept()).not.toContain(HEART);
      expect(await collect(stage.stores.records.keys('feedback'))).toEqual([]);
      expect(model.forgotten).toEqual(['two']);
      expect(await stage.stores.blobs.get('films', 'one')).toBeDefined();
      await conversation.forget(message('', [], { thread: 'other' }));
      expect(model.forgotten).toEqual(['two', 'one']);
      expect(await stage.stores.blobs.get('films', 'one')).toBeUndefined();
    });

    test('a typed "forget" is for whoever posted the films', async () => {
      const conversation = await stage.converse();
      await say(conversation, message('', [film('one')]));
      expect(await say(conversation, message('forget', [], { author: 'x' }))).toMatchObject([
        { code: 'not-yours' },
      ]);
      expect(textIn(await say(conversation, message('forget')))).toContain('forgotten');
      expect(await stage.stores.blobs.get('films', 'one')).toBeUndefined();
      expect(await say(conversation, message(HEART))).toMatchObject([{ code: 'film-needed' }]);
    });
  });
};
