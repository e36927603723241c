import { describe, expect, test } from 'vitest';
import { FILMS_LIMIT, QUESTION_LIMIT } from '../../../src/core/conversation/limits.ts';
import type { ScriptedModel } from '../../support/scripted-model.ts';
import {
  codesOf,
  createReader,
  questionIn,
  replyIn,
  textIn,
} from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  AUTHOR,
  eventsOf,
  film,
  message,
  open,
  REPORT,
  deliver,
  say,
  take,
} from '../../support/test-conversation.ts';

const texts = (model: ScriptedModel, call: number): string[] =>
  (model.calls[call]?.messages ?? []).map(({ text }) => text);

describe('a thread', () => {
  test('reads a film that comes without words', async () => {
    const events = await say(await open(createReader(ANSWERS)), message('', [film('one')]));
    expect(replyIn(events)).toMatchObject({ question: REPORT, text: ANSWERS[REPORT] });
  });

  test('asks about a film that comes with words', async () => {
    const events = await say(
      await open(createReader(ANSWERS)),
      message('How is the heart?', [film('one')]),
    );
    expect(textIn(events)).toBe('The heart size is normal.');
  });

  test('answers follow-ups about its film, with the raw exchanges before them', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    await say(conversation, message('', [film('one')]));
    await say(conversation, message('How is the heart?'));
    expect(texts(model, 1)).toEqual([REPORT, ANSWERS[REPORT], 'How is the heart?']);
    expect(model.calls[1]?.messages[0]?.images).toMatchObject([{ sha256: 'one' }]);
  });

  test('knows what "it" is after a wet read', async () => {
    const model = createReader({
      [REPORT]: 'There is a small right pleural effusion. No pneumothorax.',
      'Is there a pleural effusion?': 'Yes.',
      'Where is the small right pleural effusion located in this Chest X-ray?':
        'It is at [0.1, 0.6, 0.4, 0.8].',
      'Where is it?': 'The pleural effusion is located at [0.1, 0.6, 0.4, 0.8].',
    });
    const conversation = await open(model);
    await say(conversation, message('', [film('one')]));
    const reply = replyIn(await say(conversation, message('Where is it?')));
    expect(reply.boxes).toMatchObject([{ number: 1, label: 'pleural effusion', side: 'right' }]);
  });

  test('does not locate what it has denied', async () => {
    const model = createReader({ 'Is there a nodule?': 'No.' });
    const conversation = await open(model);
    await say(conversation, message('Where is the nodule?', [film('one')]));
    const asked = model.calls.length;
    const reply = replyIn(await say(conversation, message('Where is it?')));
    expect(reply.text).toContain('does not report a nodule');
    expect(model.calls).toHaveLength(asked);
  });

  test('starts the history anew with a new film, and says so', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    await say(conversation, message('', [film('one')]));
    const events = await say(conversation, message('How is the heart?', [film('two')]));
    expect(texts(model, 1)).toEqual(['How is the heart?']);
    expect(codesOf(replyIn(events).notices)).toEqual(['new-film']);
    expect(events.at(-2)).toMatchObject({ type: 'notice', code: 'new-film' });
  });

  test('goes on with the same film sent again', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    await say(conversation, message('', [film('one')]));
    await say(conversation, message('How is the heart?', [film('one')]));
    expect(texts(model, 1)).toHaveLength(3);
  });

  test('is told once what need be told once', async () => {
    const conversation = await open(createReader(ANSWERS));
    const first = replyIn(await say(conversation, message('', [film('one')])));
    const second = replyIn(await say(conversation, message('', [film('two')])));
    expect(codesOf(first.notices)).toEqual(['sides-assume-orientation', 'preliminary']);
    expect(codesOf(second.notices)).toEqual(['new-film']);
  });

  test('without a film says what to do', async () => {
    const events = await say(await open(createReader(ANSWERS)), message('How is the heart?'));
    expect(events).toMatchObject([{ type: 'error', code: 'film-needed' }]);
  });

  test('runs one turn at a time, in order, and goes on after one that fails', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    const ended: string[] = [];
    const turns = await Promise.all(
      [
        message('', [film('one')]),
        message('', [film('bad')]),
        message('How is the heart?'),
        message('How are the lungs?'),
      ].map((said) => take(conversation, said)),
    );
    await Promise.all(
      turns.map(async (turn, at) => {
        const events = await deliver(conversation, turn);
        ended.push(`turn ${at + 1} ${events.at(-1)?.type}`);
      }),
    );
    expect(ended).toEqual(['turn 1 end', 'turn 2 error', 'turn 3 end', 'turn 4 end']);
    expect(model.calls.filter(({ background }) => !background).map(questionIn)).toEqual([
      REPORT,
      'How is the heart?',
      'How are the lungs?',
    ]);
  });

  test('does not wait for another thread', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const model = createReader(ANSWERS, {
      pause: async () => {
        if (
          model.calls.at(-1) !== undefined &&
          questionIn(model.calls[0]!) === REPORT &&
          model.running === 1
        )
          await held;
      },
    });
    const conversation = await open(model);
    const slow = await take(conversation, message('', [film('one')], { thread: 'slow' }));
    await new Promise((resolve) => setImmediate(resolve));
    const events = await say(
      conversation,
      message('How is the heart?', [film('two')], { thread: 'quick' }),
    );
    expect(events.at(-1)?.type).toBe('end');
    release();
    expect((await eventsOf(conversation, slow)).at(-1)?.type).toBe('end');
  });

  test('reads ahead a film that has to wait', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    const first = await take(conversation, message('', [film('one')]));
    const second = await take(conversation, message('How is the heart?', [film('two')]));
    await deliver(conversation, first);
    await deliver(conversation, second);
    const ahead = model.calls.filter(({ background }) => background);
    expect(ahead).toMatchObject([{ maxTokens: 0, messages: [{ images: [{ sha256: 'two' }] }] }]);
  });
});

describe('a message', () => {
  test('delivered twice is one turn', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    const once = message('', [film('one')]);
    const [turn, again] = [
      await take(conversation, once),
      await take(conversation, { ...once, text: 'edited' }),
    ];
    await eventsOf(conversation, turn);
    expect(again).toBe(turn);
    expect(model.calls).toHaveLength(1);
  });

  test('that names its task is asked for that', async () => {
    const model = createReader(ANSWERS);
    await say(
      await open(model),
      message('ignored', [film('one')], { ask: { kind: 'task', task: 'report' } }),
    );
    expect(model.calls.map(questionIn)).toEqual([REPORT]);
  });

  test('with several films is answered for the one that intake accepts', async () => {
    const model = createReader(ANSWERS);
    const films = [film('bad'), film('odd'), film('one'), film('bad')];
    const reply = replyIn(await say(await open(model), message('', films)));
    expect(model.calls[0]?.messages[0]?.images).toMatchObject([{ sha256: 'one' }]);
    expect(reply.notices).toContainEqual({
      code: 'other-films',
      text: expect.stringContaining('Film 3 of 4'),
    });
  });

  test('whose films are all refused says why the first was', async () => {
    const events = await say(
      await open(createReader(ANSWERS)),
      message('', [film('bad one'), film('bad two')]),
    );
    expect(events).toMatchObject([{ type: 'error', code: 'not-a-picture' }]);
  });

  test('that is too long, or holds too many films, is not taken', async () => {
    const conversation = await open(createReader(ANSWERS));
    await expect(take(conversation, message('x'.repeat(QUESTION_LIMIT + 1)))).rejects.toMatchObject(
      {
        code: 'question-too-long',
      },
    );
    const films = Array.from({ length: FILMS_LIMIT + 1 }, () => film('one'));
    await expect(take(conversation, message('', films))).rejects.toMatchObject({
      code: 'too-many-films',
    });
  });

  test('with nothing in it is told so', async () => {
    const conversation = await open(createReader(ANSWERS));
    await say(conversation, message('', [film('one')]));
    expect(await say(conversation, message('  '))).toMatchObject([
      { type: 'error', code: 'question-empty' },
    ]);
  });
});

describe('a question about the film', () => {
  test('ends the turn; its answer is a new turn with the same film and words', async () => {
    const model = createReader(ANSWERS);
    const conversation = await open(model);
    const turn = await take(conversation, message('How is the heart?', [film('odd')]));
    expect((await deliver(conversation, turn)).at(-1)).toMatchObject({
      type: 'choices',
      refused: true,
    });
    const answer = await conversation.choose(turn, 'read', AUTHOR);
    const reply = replyIn(await deliver(conversation, answer));
    expect(reply.text).toBe('The heart size is normal.');
    expect(codesOf(reply.notices)).toContain('gate-overruled');
    const later = replyIn(await say(conversation, message('How are the lungs?')));
    expect(codesOf(later.notices)).toContain('gate-overruled');
  });

  test('is answered once, and only with one of its options', async () => {
    const conversation = await open(createReader(ANSWERS));
    const turn = await take(conversation, message('', [film('odd')]));
    await deliver(conversation, turn);
    await expect(conversation.choose(turn, 'turn', AUTHOR)).rejects.toMatchObject({
      code: 'choice-unknown',
    });
    await conversation.choose(turn, 'read', AUTHOR);
    await expect(
      conversation.choose(turn, 'read', { author: 'b', standing: 'moderator' }),
    ).rejects.toMatchObject({
      code: 'choice-unknown',
    });
  });

  test('does not arise when it was answered beforehand', async () => {
    const events = await say(
      await open(createReader(ANSWERS)),
      message('', [film('odd')], { choose: 'read' }),
    );
    expect(events.at(-1)?.type).toBe('end');
  });

  test('that is open is told of to who asks something else: which film the answer is about', async () => {
    const conversation = await open(createReader(ANSWERS));
    await say(conversation, message('', [film('odd')]));
    expect(await say(conversation, message('How is the heart?'))).toMatchObject([
      { type: 'error', code: 'film-waits' },
    ]);
    const codesAfter = async (text: string, films: string[] = []) =>
      codesOf(replyIn(await say(conversation, message(text, films.map(film)))).notices);
    expect(await codesAfter('', ['one'])).not.toContain('film-waits');
    expect(await codesAfter('How is the heart?')).not.toContain('film-waits');
    await say(conversation, message('', [film('odd two')]));
    expect(await codesAfter('How is the heart?')).toContain('film-waits');
    await say(conversation, message('no'));
    expect(await codesAfter('How is the heart?')).not.toContain('film-waits');
  });

  test('leaves the thread with the film it had', async () => {
    const conversation = await open(createReader(ANSWERS));
    await say(conversation, message('', [film('one')]));
    await say(conversation, message('', [film('odd')]));
    expect((await say(conversation, message('How is the heart?'))).at(-1)?.type).toBe('end');
  });
});
