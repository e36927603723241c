import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WetreadError } from '../../../src/errors.ts';
import { EMPTY_THREAD } from '../../../src/core/conversation/thread-record.ts';
import { AnsweringDesk } from '../../support/answering-desk.ts';
import {
  codesOf,
  createReader,
  questionIn,
  replyIn,
  textIn,
  type Answers,
} from '../../support/scripted-reader.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';

const REPORT = 'Provide a radiology report for this Chest X-Ray.';
const ANSWERS: Answers = {
  [REPORT]: 'There is a small right pleural effusion. No pneumothorax.',
  'Is there a pleural effusion?': 'Yes.',
  'Where is the small right pleural effusion located in this Chest X-ray?':
    'It is at [0.1, 0.6, 0.4, 0.8].',
  'Is there an effusion?': 'Yes, there is a small right pleural effusion.',
  'Where is it?': 'The pleural effusion is located at [0.1, 0.6, 0.4, 0.8].',
  'How is the heart?': 'The heart size is normal.',
};

describe('a turn', () => {
  test('with a film and no words gets the wet read', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS));
    const reply = replyIn(await desk.say('', { films: ['one'] }));
    expect(reply).toMatchObject({
      question: REPORT,
      text: 'There is a small right pleural effusion (1). No pneumothorax.',
      boxes: [{ number: 1 }],
    });
    expect(desk.thread).toMatchObject({
      currentFilm: 1,
      films: [{ number: 1, sha256: 'one', boxes: [{ number: 1 }], expiresAt: 3_600_000 }],
      replies: [{ turn: 'turn 1', filmNumber: 1, exchanges: 1 }],
    });
  });

  test('with a task is asked for that task, whatever its words', async () => {
    const model = createReader(ANSWERS);
    const ask = { kind: 'task', task: 'report' } as const;
    await new AnsweringDesk(model).say('zoom', { films: ['one'], ask });
    expect(model.calls.map(questionIn)).toEqual([REPORT]);
  });

  test('with nothing in it is told so', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS));
    await desk.say('', { films: ['one'] });
    expect(await desk.say('  ')).toMatchObject([{ type: 'error', code: 'question-empty' }]);
  });

  test('without a film is told what to do', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS));
    expect(await desk.say('Is there an effusion?')).toMatchObject([
      { type: 'error', code: 'film-needed', message: expect.stringContaining('Send a frontal') },
    ]);
  });

  test('that fails keeps its film for the next', async () => {
    const model = createScriptedModel({
      script: (request) => {
        if (questionIn(request) === 'How is the heart?') return 'The heart size is normal.';
        throw new WetreadError('model-failed');
      },
    });
    const desk = new AnsweringDesk(model);
    expect((await desk.say('', { films: ['one'] })).at(-1)).toMatchObject({ code: 'model-failed' });
    expect(textIn(await desk.say('How is the heart?'))).toBe('The heart size is normal.');
  });

  test('answered twice from one thread says the same: a crash between loses nothing', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS));
    await desk.say('', { films: ['one'] });
    const before = desk.thread;
    const first = await desk.say('Where is it?');
    const after = desk.thread;
    desk.thread = before;
    expect(await desk.say('Where is it?')).toEqual(first);
    expect(desk.thread.films).toEqual(after.films);
  });

  test('that is stopped while its film is fetched ends as stopped, and the thread is as it was', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS), {
      intake: { take: () => new Promise(() => {}) },
      files: new Map([['slow', new Uint8Array([1])]]),
    });
    const stopping = new AbortController();
    const events = desk.say('', { films: ['slow'] }, stopping.signal);
    await setImmediate();
    stopping.abort(new WetreadError('stopped'));
    expect(replyIn(await events)).toMatchObject({ text: '', finishReason: 'stopped' });
    expect(desk.thread.films).toEqual([]);
  });

  test('that is stopped while it is answered keeps what was said', async () => {
    const stopping = new AbortController();
    const model = createReader(ANSWERS, {
      pause: async () => {
        if (said.events++ > 2) stopping.abort(new WetreadError('stopped'));
      },
    });
    const said = { events: 0 };
    const desk = new AnsweringDesk(model);
    const reply = replyIn(await desk.say('How is the heart?', { films: ['one'] }, stopping.signal));
    expect(reply.finishReason).toBe('stopped');
    expect('The heart size is normal.'.startsWith(reply.text)).toBe(true);
    expect(desk.thread.currentFilm).toBe(1);
  });
});

describe('what the bot says itself', () => {
  test('help, without a film or the model', async () => {
    const desk = new AnsweringDesk(createReader({}));
    expect(textIn(await desk.say('help'))).toContain('zoom on');
  });

  test('stop and forget; forgetting leaves an empty thread', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS));
    await desk.say('', { films: ['one'] });
    expect(textIn(await desk.say('stop'))).toBe('Stopped.');
    expect(textIn(await desk.say('forget'))).toContain('forgotten');
    expect(desk.thread).toEqual(JSON.parse(JSON.stringify(EMPTY_THREAD)));
  });
});

describe('over a whole conversation', () => {
  test('what is told once a thread is told once, also with a second film', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS));
    const first = await desk.say('', { films: ['one'] });
    const second = await desk.say('Where is it?');
    const third = await desk.say('', { films: ['two'] });
    expect(codesOf(replyIn(first).notices).toSorted()).toEqual([
      'legend',
      'preliminary',
      'sides-assume-orientation',
    ]);
    expect(codesOf(replyIn(second).notices)).toEqual([]);
    expect(codesOf(replyIn(third).notices)).toEqual(['new-film']);
  });

  test('the demo says that it is one first, in every reply', async () => {
    const desk = new AnsweringDesk(createReader(ANSWERS, { demo: true }));
    for (const events of [
      await desk.say('', { films: ['one'] }),
      await desk.say('Where is it?'),
      await desk.say('zoom on box 1'),
      await desk.say('film 1'),
    ]) {
      expect(events.filter(({ type }) => type !== 'status')[0]).toMatchObject({
        type: 'notice',
        code: 'demo-model',
      });
      expect(codesOf(replyIn(events).notices).filter((code) => code === 'demo-model')).toHaveLength(
        1,
      );
    }
  });

  test('"it" goes from a yes to its place, to the other side, and is not located once denied', async () => {
    const model = createReader({
      ...ANSWERS,
      'And on the other side?': 'No, there is no left pleural effusion.',
      'Is there a left pleural effusion?': 'No.',
    });
    const desk = new AnsweringDesk(model);
    await desk.say('Is there an effusion?', { films: ['one'] });
    expect(replyIn(await desk.say('Where is it?')).boxes).toMatchObject([{ side: 'right' }]);
    const other = replyIn(await desk.say('And on the other side?'));
    expect(other.boxes).toEqual([]);
    const again = replyIn(await desk.say('Where is it?'));
    expect(again.boxes).toEqual([]);
    expect(again.text).toMatch(/does not report/);
    const zoomed = replyIn(await desk.say('zoom on it'));
    expect(zoomed).toMatchObject({ annotated: null, boxes: [] });
    expect(zoomed.text).toMatch(/does not report/);
  });

  test('"it" of one film is nothing to another', async () => {
    const desk = new AnsweringDesk(createReader({ ...ANSWERS, 'Is it PA?': 'Yes.' }));
    await desk.say('Is there an effusion?', { films: ['one'] });
    await desk.say('Is it PA?', { films: ['two'] });
    expect(textIn(await desk.say('Where is it?'))).toContain('not clear what to locate');
    const found = replyIn(await desk.say('film 1: Where is it?'));
    expect(found.boxes).toMatchObject([{ label: 'pleural effusion' }]);
  });

  test('is cut by whole turns where the model holds no more, and told once', async () => {
    const model = createReader(ANSWERS, { contextTokens: 310 });
    const desk = new AnsweringDesk(model);
    await desk.say('How is the heart?', { films: ['one'] });
    const told: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const codes = codesOf(replyIn(await desk.say('How is the heart?')).notices);
      if (codes.includes('history-cut')) told.push(turn);
    }
    expect(told).toHaveLength(1);
    const { messages } = model.calls.at(-1)!;
    expect(messages[0]).toMatchObject({ role: 'user', images: [{ sha256: 'one' }] });
    expect(messages.length).toBeLessThan(17);
    expect(desk.thread.films[0]?.history).toHaveLength(9);
  });

  test('a question about a region is asked of the whole film', async () => {
    const question = 'Is there anything in the left base?';
    const model = createReader({ ...ANSWERS, [question]: 'No, the left base is clear.' });
    const desk = new AnsweringDesk(model);
    const reply = replyIn(await desk.say(question, { films: ['one'] }));
    expect(reply).toMatchObject({ text: 'No, the left base is clear.', annotated: null });
    expect(model.calls[0]?.messages[0]?.images).toMatchObject([{ width: 100, height: 200 }]);
  });
});
