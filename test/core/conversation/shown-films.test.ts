import { describe, expect, test } from 'vitest';
import type { Attachment, Conversation, Fetcher } from '../../../src/core/conversation.ts';
import { HEART } from '../../support/conversation-stage.ts';
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
