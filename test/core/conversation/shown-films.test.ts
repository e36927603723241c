import { describe, expect, test } from 'vitest';
import type { Attachment, Conversation, Fetcher } from '../../../src/core/conversation.ts';
import type { ReplyEvent } from '../../../src/core/reply.ts';
import { HEART, LUNGS } from '../../support/conversation-stage.ts';
import { createReader, replyIn, textIn } from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  deliver,
  eventsOf,
  fetchByName,
  film,
  message,
  open,
  say,
  take,
  upload,
} from '../../support/test-conversation.ts';

/** A conversation whose films do not come before they are let. */
const openStuck = async () => {
  let letFilmsCome = (): void => {};
  const coming = new Promise<void>((resolve) => (letFilmsCome = resolve));
  const fetcher: Fetcher = async (reference, signal) => {
    await coming;
    return fetchByName(reference, signal);
  };
  return { conversation: await open(createReader(ANSWERS), { fetcher }), letFilmsCome };
};

/** A message with a film alone whose turn is stopped at once. */
const stopFilm = async (conversation: Conversation, attachment: Attachment) => {
  const said = message('', [attachment]);
  const turn = await take(conversation, said);
  await conversation.stop(turn);
  expect(replyIn(await deliver(conversation, turn)).finishReason).toBe('stopped');
  return said;
};

describe('a film whose turn was stopped before it was taken in', () => {
  test("is the next question's, and stays the thread's", async () => {
    const { conversation, letFilmsCome } = await openStuck();
    await stopFilm(conversation, film('one'));
    letFilmsCome();
    expect(textIn(await say(conversation, message(HEART)))).toBe(ANSWERS[HEART]);
    expect(textIn(await say(conversation, message(HEART)))).toBe(ANSWERS[HEART]);
  });

  test.each([
    ['can be fetched again', film],
    ['was uploaded', upload],
  ])('is so too if it %s and waited behind another turn', async (_, attach) => {
    const { conversation, letFilmsCome } = await openStuck();
    const first = await take(conversation, message(HEART, [film('one')]));
    await stopFilm(conversation, attach('two'));
    letFilmsCome();
    expect(textIn(await deliver(conversation, first))).toBe(ANSWERS[HEART]);
    const { notices } = replyIn(await say(conversation, message(HEART)));
    expect(notices).toContainEqual(expect.objectContaining({ code: 'new-film' }));
  });

  test.each([
    ['first', undefined],
    ['after another', 'zero'],
  ])('is that of a question that waits behind it, when it came %s', async (_, earlier) => {
    const { conversation, letFilmsCome } = await openStuck();
    const isNew = (events: readonly ReplyEvent[]): boolean =>
      replyIn(events).notices.some(({ code }) => code === 'new-film');
    const films = earlier === undefined ? [] : [film(earlier)];
    const before = await take(conversation, message(HEART, films));
    const between = await take(conversation, message(LUNGS));
    const shown = await take(conversation, message('', [film('one')]));
    const asked = await take(conversation, message(HEART));
    await conversation.stop(shown);
    letFilmsCome();
    await deliver(conversation, before);
    // What was asked before it came is about the earlier film, if there is one.
    const [last] = (await deliver(conversation, between)).slice(-1);
    const ending = earlier === undefined ? { code: 'film-needed' } : { type: 'end' };
    expect(last).toMatchObject(ending);
    await deliver(conversation, shown);
    const events = await deliver(conversation, asked);
    expect(textIn(events)).toBe(ANSWERS[HEART]);
    expect(isNew(events)).toBe(earlier !== undefined);
  });

  test("is no question's once its message is deleted", async () => {
    const { conversation, letFilmsCome } = await openStuck();
    await conversation.deleted(await stopFilm(conversation, film('one')));
    letFilmsCome();
    expect(await say(conversation, message(HEART))).toMatchObject([{ code: 'film-needed' }]);
  });

  test('takes the turns about it along when its message is deleted later', async () => {
    const { conversation, letFilmsCome } = await openStuck();
    const shown = await stopFilm(conversation, film('one'));
    letFilmsCome();
    const asked = await take(conversation, message(HEART));
    await deliver(conversation, asked);
    await conversation.deleted(shown);
    await expect(eventsOf(conversation, asked)).rejects.toMatchObject({ code: 'turn-unknown' });
    expect(await say(conversation, message(HEART))).toMatchObject([{ code: 'film-needed' }]);
  });
});

describe('a film that one person shows and another asks about', () => {
  test('is for whoever showed it to forget', async () => {
    const conversation = await open(createReader(ANSWERS));
    const shown = message('', [film('one')], { author: 'poster', addressed: false });
    expect(await conversation.take(shown)).toBeUndefined();
    await say(conversation, message(HEART, [], { author: 'asker' }));
    expect(await say(conversation, message('forget', [], { author: 'asker' }))).toMatchObject([
      { code: 'not-yours' },
    ]);
    const forgotten = await say(conversation, message('forget', [], { author: 'poster' }));
    expect(textIn(forgotten)).toContain('forgotten');
  });

  test('is asked about of both, when it is unclear whether it is one', async () => {
    const conversation = await open(createReader(ANSWERS));
    const shown = message('', [film('odd')], { author: 'poster', addressed: false });
    await conversation.take(shown);
    const asked = await take(conversation, message(HEART, [], { author: 'asker' }));
    await deliver(conversation, asked);
    const by = (author: string) => ({ author, standing: 'member' }) as const;
    await expect(conversation.choose(asked, 'read', by('somebody'))).rejects.toMatchObject({
      code: 'not-yours',
    });
    const answer = await conversation.choose(asked, 'read', by('poster'));
    expect(textIn(await deliver(conversation, answer))).toBe(ANSWERS[HEART]);
  });
});
