import { describe, expect, test } from 'vitest';
import { collect, failureOf } from '../../support/collect.ts';
import { createReader, replyIn, textIn } from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  deliver,
  eventsOf,
  film,
  message,
  never,
  TEST_LIMITS,
  open,
  openWaiting,
  say,
  take,
} from '../../support/test-conversation.ts';

describe('events', () => {
  test('come from the first on, for any number of listeners, at any time', async () => {
    const conversation = await open(createReader(ANSWERS));
    const turn = await take(conversation, message('', [film('one')]));
    const [one, two] = await Promise.all([
      eventsOf(conversation, turn),
      eventsOf(conversation, turn),
    ]);
    expect(two).toEqual(one);
    expect(await eventsOf(conversation, turn)).toEqual(one);
  });

  test('of an unknown turn are an error', async () => {
    await expect(eventsOf(await open(createReader({})), 'nothing')).rejects.toMatchObject({
      code: 'turn-unknown',
    });
  });

  test('end for a listener that leaves, and go on for the others', async () => {
    const conversation = await open(createReader(ANSWERS));
    const turn = await take(conversation, message('', [film('one')]));
    const leaving = new AbortController();
    const left = collect(conversation.events(turn, leaving.signal));
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect((await eventsOf(conversation, turn)).at(-1)?.type).toBe('end');
  });
});

describe('stop', () => {
  test('ends a running turn with what was said so far', async () => {
    const { conversation, turn, model } = await openWaiting();
    await conversation.stop(turn);
    expect(replyIn(await eventsOf(conversation, turn))).toMatchObject({
      text: 'The',
      finishReason: 'stopped',
    });
    expect(model.running).toBe(0);
  });

  test('ends a waiting turn at once', async () => {
    const { conversation } = await openWaiting();
    const waiting = await take(conversation, message('How are the lungs?'));
    await conversation.stop(waiting);
    expect(replyIn(await eventsOf(conversation, waiting)).finishReason).toBe('stopped');
  });

  test('ends a turn whose film does not come', async () => {
    const fetcher = () => new Promise<Uint8Array>(() => {});
    const conversation = await open(createReader(ANSWERS), { fetcher });
    const turn = await take(conversation, message('', [film('slow')]));
    await conversation.stop(turn);
    expect(replyIn(await eventsOf(conversation, turn)).finishReason).toBe('stopped');
  });

  test('as a word stops what runs in the thread', async () => {
    const { conversation, turn } = await openWaiting();
    const stopped = deliver(conversation, turn);
    expect(textIn(await say(conversation, message('stop')))).toBe('Stopped.');
    expect(replyIn(await stopped).finishReason).toBe('stopped');
  });
});

describe('what the bot does itself', () => {
  test('help needs no film and no model', async () => {
    const model = createReader({});
    expect(textIn(await say(await open(model), message('Help!')))).toContain('wet read');
    expect(model.calls).toEqual([]);
  });

  test('forget drops the film, the turns and what the model keeps', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    const turn = await take(conversation, message('', [film('one')]));
    await deliver(conversation, turn);
    expect(textIn(await say(conversation, message('forget')))).toContain('forgotten');
    expect(model.forgotten).toEqual(['one']);
    await expect(eventsOf(conversation, turn)).rejects.toMatchObject({ code: 'turn-unknown' });
    expect(await say(conversation, message('How is the heart?'))).toMatchObject([
      { code: 'film-needed' },
    ]);
  });

  test('forget leaves a film to the model that another thread is about', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    await say(conversation, message('', [film('one')]));
    await say(conversation, message('', [film('one')], { thread: 'other' }));
    await conversation.forget(message(''));
    expect(model.forgotten).toEqual([]);
    await conversation.forget(message('', [], { thread: 'other' }));
    expect(model.forgotten).toEqual(['one']);
  });

  test('forget ends a running turn', async () => {
    const { conversation, turn, model } = await openWaiting();
    const events = failureOf(collect(conversation.events(turn, never)));
    await conversation.forget(message(''));
    expect(await events).toMatchObject({ code: 'turn-unknown' });
    expect(model.forgotten).toEqual(['one']);
  });
});

describe('memory', () => {
  test('is told of a film that is past its time, and how to go on', async () => {
    let now = 0;
    const model = createReader(ANSWERS);
    const conversation = await open(model, { now: () => now });
    await say(conversation, message('', [film('one')]));
    now = TEST_LIMITS.retention.filmsMs + 1;
    expect(await say(conversation, message('How is the heart?'))).toMatchObject([
      { type: 'error', code: 'film-expired' },
    ]);
  });
});

describe('close', () => {
  test('takes nothing new, and waits for what runs', async () => {
    const conversation = await open(createReader(ANSWERS));
    const turn = await take(conversation, message('', [film('one')]));
    const events = eventsOf(conversation, turn);
    const closed = conversation.close(10_000);
    await expect(take(conversation, message('How is the heart?'))).rejects.toMatchObject({
      code: 'closing',
    });
    await closed;
    expect(replyIn(await events).finishReason).toBe('stop');
  });

  test('leaves to the journal what still runs after its grace', async () => {
    const { conversation, turn } = await openWaiting();
    const events = failureOf(eventsOf(conversation, turn));
    await conversation.close(5);
    expect(await events).toMatchObject({ code: 'closing' });
  });
});
