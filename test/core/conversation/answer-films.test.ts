import { describe, expect, test } from 'vitest';
import type { ReplyEvent } from '../../../src/core/reply.ts';
import { AnsweringDesk } from '../../support/answering-desk.ts';
import {
  codesOf,
  createReader,
  questionIn,
  replyIn,
  textIn,
  type Answers,
} from '../../support/scripted-reader.ts';

const REPORT = 'Provide a radiology report for this Chest X-Ray.';
const ANSWERS: Answers = {
  [REPORT]: 'The lungs are clear. The heart size is normal.',
  'How is the heart?': 'The heart size is normal.',
  'How are the lungs?': 'The lungs are clear.',
  'Where is the trachea?': 'The trachea is located at [0.48, 0.1, 0.53, 0.3].',
  'Where is the spine?': 'The spine is located at [0.45, 0.0, 0.55, 0.9].',
};

const openDesk = () => {
  const model = createReader(ANSWERS);
  return { model, desk: new AnsweringDesk(model) };
};

const questionOf = (events: readonly ReplyEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'choices') throw new Error(`it ended in ${JSON.stringify(last)}`);
  return last;
};

const noticeTexts = (events: readonly ReplyEvent[]): string[] =>
  replyIn(events).notices.map(({ text }) => text);

describe('several films in one message', () => {
  test('of which one is accepted: it is read, and the reply says which and why not the others', async () => {
    const { desk, model } = openDesk();
    const events = await desk.say('', { films: ['bad', 'one', 'odd', 'turned'] });
    expect(model.calls[0]?.messages[0]?.images).toMatchObject([{ sha256: 'one' }]);
    const texts = noticeTexts(events);
    expect(texts).toContain('Film 2 of 4, read as a frontal film.');
    expect(texts).toContainEqual(
      expect.stringMatching(/^Film 1 was not read: This is not a picture/),
    );
    expect(texts).toContainEqual(
      expect.stringMatching(/^Film 3 was not read: I cannot read this, because it does not look/),
    );
    expect(texts).toContain(
      'Film 4 was not read: It seems to be upside down. Send it alone to have it read.',
    );
    expect(desk.thread).toMatchObject({ currentFilm: 2, lastNumber: 4 });
  });

  test('of which several are accepted: the reply asks which, and shows them', async () => {
    const { desk, model } = openDesk();
    const events = await desk.say('How is the heart?', { films: ['bad', 'one', 'two'] });
    expect(events[0]).toMatchObject({
      type: 'notice',
      text: expect.stringMatching(/^Film 1 was not read/),
    });
    const question = questionOf(events);
    expect(question).toMatchObject({
      refused: false,
      options: [
        { code: 'film-2', text: 'Film 2' },
        { code: 'film-3', text: 'Film 3' },
      ],
      picture: { altText: '2, 3' },
    });
    expect(model.calls).toEqual([]);
    const reply = replyIn(await desk.choose('film-3'));
    expect(reply.text).toBe('The heart size is normal.');
    expect(model.calls[0]?.messages[0]?.images).toMatchObject([{ sha256: 'two' }]);
    expect(desk.thread.currentFilm).toBe(3);
  });

  test('can be read one after the other, each with its own history', async () => {
    const { desk, model } = openDesk();
    await desk.say('', { films: ['one', 'two'] });
    await desk.choose('film-1');
    const second = await desk.say('film 2');
    expect(replyIn(second)).toMatchObject({ question: REPORT });
    expect(codesOf(replyIn(second).notices)).toContain('new-film');
    await desk.say('How is the heart?');
    expect(model.calls.at(-1)?.messages.map(({ text }) => text)).toEqual([
      REPORT,
      ANSWERS[REPORT],
      'How is the heart?',
    ]);
    expect(model.calls.at(-1)?.messages[0]?.images).toMatchObject([{ sha256: 'two' }]);
  });

  test('none of which is accepted: intake asks about the likeliest, by its number', async () => {
    const { desk } = openDesk();
    const question = questionOf(await desk.say('', { films: ['odd', 'turned', 'bad'] }));
    expect(question.question).toBe('Film 2: It seems to be upside down. How shall I read it?');
    const reply = replyIn(await desk.choose('turn'));
    expect(reply).toMatchObject({ question: REPORT });
    expect(desk.thread).toMatchObject({ currentFilm: 2, lastNumber: 3 });
  });

  test('none of which is a film: the reply says why the first is not', async () => {
    const { desk } = openDesk();
    expect(await desk.say('', { films: ['bad one', 'bad two'] })).toMatchObject([
      { type: 'error', code: 'not-a-picture' },
    ]);
  });

  test('that are the same film are one film', async () => {
    const { desk } = openDesk();
    const reply = replyIn(await desk.say('', { films: ['one', 'one'] }));
    expect(reply.question).toBe(REPORT);
    expect(desk.thread.films).toHaveLength(1);
  });
});

describe('a question about a film', () => {
  test('leads to the film as it was chosen, with the words that came with it', async () => {
    const { desk, model } = openDesk();
    questionOf(await desk.say('How is the heart?', { films: ['turned'] }));
    const reply = replyIn(await desk.choose('turn'));
    expect(reply.text).toBe('The heart size is normal.');
    expect(codesOf(reply.notices)).toContain('film-turned');
    expect(model.calls[0]?.messages[0]?.images).toMatchObject([{ sha256: 'upright' }]);
    expect(codesOf(replyIn(await desk.say('How are the lungs?')).notices)).toContain('film-turned');
  });

  test('is asked again when the answer is none of its options', async () => {
    const { desk } = openDesk();
    await desk.say('', { films: ['odd'] });
    expect(questionOf(await desk.choose('turn')).options).toMatchObject([{ code: 'read' }]);
  });

  test('that is left alone leaves the thread as it was', async () => {
    const { desk, model } = openDesk();
    await desk.say('', { films: ['odd'] });
    expect(textIn(await desk.choose('leave'))).toBe('All right, it is not read.');
    expect(desk.thread.films).toEqual([]);
    expect(model.calls).toEqual([]);
  });

  test('whose film has expired says so', async () => {
    const { desk } = openDesk();
    await desk.say('', { films: ['odd'] });
    desk.expired.add('odd');
    expect(await desk.choose('read')).toMatchObject([{ type: 'error', code: 'film-expired' }]);
  });
});

describe('films of a thread', () => {
  test('a new one starts the history anew, and the reply says so last', async () => {
    const { desk, model } = openDesk();
    await desk.say('', { films: ['one'] });
    const events = await desk.say('How is the heart?', { films: ['two'] });
    expect(model.calls.at(-1)?.messages).toHaveLength(1);
    expect(events.at(-2)).toMatchObject({
      type: 'notice',
      code: 'new-film',
      text: 'This is film 2, so the conversation starts anew; "film 1" goes back to the earlier one.',
    });
  });

  test('an earlier one comes back with its history and its boxes', async () => {
    const { desk, model } = openDesk();
    await desk.say('Where is the trachea?', { films: ['one'] });
    await desk.say('How is the heart?', { films: ['two'] });
    const back = replyIn(await desk.say('back to the first film'));
    expect(back).toMatchObject({
      text: 'This is film 1, with the boxes of the last answer about it.',
      boxes: [{ number: 1, label: 'trachea' }],
    });
    expect(back.annotated).not.toBeNull();
    expect(codesOf(back.notices)).toContain('film-again');
    await desk.say('How are the lungs?');
    expect(model.calls.at(-1)?.messages.map(({ text }) => text)).toEqual([
      'Where is the trachea?',
      ANSWERS['Where is the trachea?'],
      'How are the lungs?',
    ]);
  });

  test('can be named in the same breath as the question', async () => {
    const { desk, model } = openDesk();
    await desk.say('', { films: ['one'] });
    await desk.say('', { films: ['two'] });
    await desk.say('film 1: How is the heart?');
    expect(questionIn(model.calls.at(-1)!)).toBe('How is the heart?');
    expect(model.calls.at(-1)?.messages[0]?.images).toMatchObject([{ sha256: 'one' }]);
  });

  test('of two, each is the other one', async () => {
    const { desk } = openDesk();
    await desk.say('', { films: ['one'] });
    await desk.say('', { films: ['two'] });
    await desk.say('the other film');
    expect(desk.thread.currentFilm).toBe(1);
    await desk.say('the other film');
    expect(desk.thread.currentFilm).toBe(2);
  });

  test('one that does not exist is told by those that do', async () => {
    const { desk } = openDesk();
    await desk.say('', { films: ['one'] });
    expect(textIn(await desk.say('film 7'))).toBe(
      'There is no film 7 to look at here. You can ask for "film 1".',
    );
    expect(textIn(await desk.say('previous film'))).toContain('no film before this one');
    expect(await new AnsweringDesk(createReader({})).say('film 1')).toMatchObject([
      { type: 'error', code: 'film-needed' },
    ]);
  });

  test('the same film sent again goes on where it was, under its number', async () => {
    const { desk, model } = openDesk();
    await desk.say('', { films: ['one'] });
    await desk.say('', { films: ['two'] });
    const reply = replyIn(await desk.say('How is the heart?', { films: ['one'] }));
    expect(model.calls.at(-1)?.messages).toHaveLength(3);
    expect(reply.notices).toContainEqual({
      code: 'film-again',
      text: 'This is about film 1 again.',
    });
    expect(desk.thread).toMatchObject({ currentFilm: 1, lastNumber: 2 });
  });

  test('one that has expired is told, and how to go on', async () => {
    const { desk } = openDesk();
    await desk.say('', { films: ['one'] });
    desk.expired.add('one');
    expect(await desk.say('How is the heart?')).toMatchObject([
      { type: 'error', code: 'film-expired', message: expect.stringContaining('Send it again') },
    ]);
    expect(replyIn(await desk.say('How is the heart?', { films: ['one'] })).text).toContain(
      'heart',
    );
  });

  test('a button acts on the film, the boxes and the "it" of the reply that it hangs on', async () => {
    const { desk, model } = openDesk();
    await desk.say('Where is the trachea?', { films: ['one'] });
    const about = desk.lastTurn;
    await desk.say('How is the heart?');
    await desk.say('Where is the spine?');
    await desk.say('', { films: ['two'] });
    const zoomed = replyIn(await desk.say('zoom on box 1', { about }));
    expect(zoomed.boxes).toMatchObject([{ number: 1, label: 'trachea' }]);
    expect(codesOf(zoomed.notices)).toContain('film-again');
    await desk.say('How are the lungs?', { about });
    expect(model.calls.at(-1)?.messages.map(({ text }) => text)).toEqual([
      'Where is the trachea?',
      ANSWERS['Where is the trachea?'],
      'How are the lungs?',
    ]);
    expect(await desk.say('', { about: 'turn 99' })).toMatchObject([
      { type: 'error', code: 'turn-unknown' },
    ]);
  });
});
