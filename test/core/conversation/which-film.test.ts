import { describe, expect, test } from 'vitest';
import { createReader, replyIn, textIn } from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  AUTHOR,
  deliver,
  eventsOf,
  film,
  message,
  open,
  take,
} from '../../support/test-conversation.ts';

/** The question that a message with films ends in. */
const askWhich = async (words: string) => {
  const model = createReader(ANSWERS);
  const conversation = await open(model);
  const turn = await take(conversation, message(words, ['bad', 'one', 'two'].map(film)));
  const last = (await deliver(conversation, turn)).at(-1);
  return { model, conversation, turn, last };
};

describe('which film, in a journalled conversation', () => {
  test('is asked with a picture of them, and a button answers it with the first words', async () => {
    const { conversation, turn, last, model } = await askWhich('How is the heart?');
    expect(last).toMatchObject({
      type: 'choices',
      options: [{ code: 'film-2' }, { code: 'film-3' }],
      picture: { altText: '2, 3' },
    });
    const answer = await conversation.choose(turn, 'film-3', AUTHOR);
    expect(replyIn(await deliver(conversation, answer)).text).toBe('The heart size is normal.');
    expect(model.calls[0]?.messages[0]?.images).toMatchObject([{ sha256: 'two' }]);
  });

  test('is answered by a typed number, and the other film is a word away', async () => {
    const { conversation, model } = await askWhich('How is the heart?');
    const typed = await deliver(conversation, await take(conversation, message('2')));
    expect(textIn(typed)).toBe('The heart size is normal.');
    await deliver(conversation, await take(conversation, message('film 3: How are the lungs?')));
    expect(model.calls.map(({ messages }) => messages[0]?.images[0]?.sha256)).toEqual([
      'one',
      'two',
    ]);
  });

  test('can be left unanswered by a typed no', async () => {
    const { conversation, model } = await askWhich('');
    const left = await deliver(conversation, await take(conversation, message('none, thanks')));
    expect(textIn(left)).toBe('All right, it is not read.');
    expect(model.calls).toEqual([]);
  });

  test('is still the same question after a reload', async () => {
    const { conversation, turn, last } = await askWhich('');
    expect((await eventsOf(conversation, turn)).at(-1)).toEqual(last);
  });
});
