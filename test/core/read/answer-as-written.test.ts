import { describe, expect, test } from 'vitest';
import { NO_PROFILE } from '../../../src/core/profile/none.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import type { Ask, ProgramOptions } from '../../../src/core/reading.ts';
import type { Exchange } from '../../../src/core/reply.ts';
import { collect } from '../../support/collect.ts';
import {
  codesOf,
  createBlankAnnotator,
  createReader,
  createTestReading,
  filmNamed,
  questionIn,
  replyIn,
  textIn,
  type Answers,
} from '../../support/scripted-reader.ts';

const PROGRAM: ProgramOptions = {
  sampling: { temperature: 0, topP: 1, seed: undefined },
  maxTokens: undefined,
  stop: [],
  system: '',
  draw: false,
};

const exchange = (question: string, answer: string): Exchange => ({
  question,
  answer,
  gate: false,
});

const ask = async (
  answers: Answers,
  asked: string | Ask,
  over: {
    readonly program?: Partial<ProgramOptions>;
    readonly history?: readonly Exchange[];
    readonly profile?: typeof RADVLM_PROFILE;
  } = {},
) => {
  const model = createReader(answers);
  const annotator = createBlankAnnotator();
  const reading = createTestReading(model, over.profile ?? RADVLM_PROFILE, annotator);
  const events = await collect(
    reading.read(
      {
        film: filmNamed('film'),
        history: over.history ?? [],
        ask: typeof asked === 'string' ? { kind: 'free', text: asked } : asked,
        asker: 'a program',
        filmNotices: [],
        program: { ...PROGRAM, ...over.program },
      },
      new AbortController().signal,
    ),
  );
  const questions = model.calls.map(questionIn);
  return { events, reply: replyIn(events), model, questions, drawn: annotator.drawn };
};

const AT = 'The nodule is located at [0.20, 0.20, 0.30, 0.30].';

describe('a question of a program', () => {
  test('goes to the model as it is, and the words come as the model writes them', async () => {
    const { events, reply, questions } = await ask(
      { 'where is the nodule?': AT, 'Is there a nodule?': 'Yes, there is a nodule.' },
      'where is the nodule?',
    );
    expect(questions[0]).toBe('where is the nodule?');
    expect(textIn(events)).toBe(AT);
    expect(reply).toMatchObject({
      raw: AT,
      text: 'The nodule is located at (1).',
      boxes: [{ number: 1, label: 'nodule', side: 'right', pixels: [20, 40, 30, 60] }],
      exchange: { question: 'where is the nodule?', answer: AT },
    });
  });

  test('that is the name of a task is a question like any other', async () => {
    const { questions } = await ask({ report: 'The lungs are clear.' }, 'report');
    expect(questions).toEqual(['report']);
  });

  test('about a place the model does not report keeps its words and loses its boxes', async () => {
    const { events, reply } = await ask(
      { 'Where is the nodule?': AT, 'Is there a nodule?': 'No, there is no nodule.' },
      'Where is the nodule?',
    );
    expect(textIn(events)).toBe(AT);
    expect(reply.boxes).toEqual([]);
    expect(reply.text).toBe('The nodule is located at (place not shown).');
    expect(codesOf(reply.notices)).toContain('not-reported');
    expect(codesOf(reply.notices)).not.toContain('legend');
  });

  test('in doubt loses its boxes too', async () => {
    const { reply } = await ask(
      { 'Where is the nodule?': AT, 'Is there a nodule?': 'Perhaps.' },
      'Where is the nodule?',
    );
    expect(reply.boxes).toEqual([]);
    expect(codesOf(reply.notices)).toContain('presence-unsure');
  });

  test('without a place in its answer asks nothing further', async () => {
    const { questions } = await ask(
      { 'Where is the nodule?': 'There is no nodule.' },
      'Where is the nodule?',
    );
    expect(questions).toEqual(['Where is the nodule?']);
  });

  test('about anatomy passes no gate', async () => {
    const { reply, questions } = await ask(
      { 'Where is the heart?': 'The heart is located at [0.30, 0.40, 0.70, 0.80].' },
      'Where is the heart?',
    );
    expect(reply.boxes).toHaveLength(1);
    expect(questions.filter((question) => question.startsWith('Is there'))).toEqual([]);
  });

  test('whose box is on the other side than its words loses it, and says so', async () => {
    const answer = 'There is a left pleural effusion at [0.10, 0.60, 0.30, 0.80].';
    const { events, reply } = await ask({ 'Describe it.': answer }, 'Describe it.');
    expect(textIn(events)).toBe(answer);
    expect(reply.boxes).toEqual([]);
    expect(codesOf(reply.notices)).toContain('side-withheld');
  });

  test('"Where is it?" is about what the history names last, behind the gate', async () => {
    const history = [exchange('Is there a nodule?', 'Yes, there is a nodule.')];
    const answers = { 'Where is it?': 'It is located at [0.20, 0.20, 0.30, 0.30].' };
    const denied = await ask({ ...answers, 'Is there a nodule?': 'No.' }, 'Where is it?', {
      history,
    });
    expect(denied.reply.boxes).toEqual([]);
    const confirmed = await ask({ ...answers, 'Is there a nodule?': 'Yes.' }, 'Where is it?', {
      history,
    });
    expect(confirmed.reply.boxes).toMatchObject([{ label: 'nodule' }]);
  });

  test('"Where is it?" shows no box of what the model has just denied, or of nobody knows what', async () => {
    const answers = { 'Where is it?': 'It is located at [0.20, 0.20, 0.30, 0.30].' };
    const history = [exchange('Is there a nodule?', 'No, there is no nodule.')];
    const denied = await ask(answers, 'Where is it?', { history });
    expect([denied.reply.boxes, denied.questions]).toEqual([[], ['Where is it?']]);
    expect(codesOf(denied.reply.notices)).toContain('not-reported');
    const unknown = await ask(answers, 'Where is it?');
    expect(unknown.reply.boxes).toEqual([]);
    expect(codesOf(unknown.reply.notices)).toContain('place-unclear');
  });

  test('"And on the left?" after a place passes the gate with its side', async () => {
    const history = [exchange('Where is the right nodule?', AT)];
    const { questions, reply } = await ask(
      {
        'And on the left?': 'It is located at [0.70, 0.20, 0.80, 0.30].',
        'Is there a left nodule?': 'No.',
      },
      'And on the left?',
      { history },
    );
    expect(questions).toContain('Is there a left nodule?');
    expect(reply.boxes).toEqual([]);
  });

  test('outside what the model was taught is asked all the same, without a box', async () => {
    const { reply } = await ask({ 'How many mm is the nodule?': AT }, 'How many mm is the nodule?');
    expect(reply.raw).toBe(AT);
    expect(reply.boxes).toEqual([]);
    expect(codesOf(reply.notices)[0]).toBe('outside-training');
  });

  test('of a model that nobody has described has no boxes', async () => {
    const { reply } = await ask({ 'Where is it?': AT }, 'Where is it?', { profile: NO_PROFILE });
    expect(reply.boxes).toEqual([]);
    expect(codesOf(reply.notices)).toContain('no-profile');
  });
});

describe('a task of a program', () => {
  test('is asked in its own wording, its answer as written', async () => {
    const wording = RADVLM_PROFILE.tasks.detect;
    const answer = 'The findings include a right pleural effusion at [0.10, 0.60, 0.40, 0.80].';
    const { events, reply, questions } = await ask(
      { [wording]: answer },
      {
        kind: 'task',
        task: 'detect',
      },
    );
    expect(questions[0]).toBe(wording);
    expect(textIn(events)).toBe(answer);
    expect(reply.boxes).toHaveLength(1);
  });

  test('the wet read is the grounded report', async () => {
    const { events, reply } = await ask(
      {
        [RADVLM_PROFILE.tasks.report]: 'There is a nodule.',
        'Is there a nodule?': 'No.',
      },
      { kind: 'task', task: 'wet-read' },
    );
    expect(textIn(events)).toContain('not confirmed when asked directly');
    expect(reply.text).toBe(textIn(events));
  });
});

describe('what a program asks for', () => {
  test('sampling, stop words and a shorter answer are for the answer alone; our own questions stay greedy', async () => {
    const program = {
      sampling: { temperature: 0.7, topP: 0.9, seed: 3 },
      stop: ['END'],
      maxTokens: 9,
    };
    const { model } = await ask(
      { 'Where is the nodule?': AT, 'Is there a nodule?': 'Yes.' },
      'Where is the nodule?',
      { program },
    );
    expect(model.calls[0]).toMatchObject({ ...program, background: false });
    expect(model.calls[1]).toMatchObject({
      sampling: { temperature: 0, topP: 1, seed: undefined },
      stop: [],
    });
  });

  test('more tokens than the model was taught to write are not asked for', async () => {
    const { model } = await ask({ hello: 'Hello.' }, 'hello', { program: { maxTokens: 100_000 } });
    expect(model.calls[0]?.maxTokens).toBe(RADVLM_PROFILE.maxTokens);
  });

  test('a system message is said first, and the reply says that it was', async () => {
    const { model, reply } = await ask({ hello: 'Hello.' }, 'hello', {
      program: { system: 'Answer in one word.' },
    });
    expect(model.calls[0]?.messages).toMatchObject([
      { role: 'system', text: 'Answer in one word.', images: [] },
      { role: 'user', text: 'hello', images: [{ sha256: 'film' }] },
    ]);
    expect(codesOf(reply.notices)).toContain('system-message');
  });

  test('the film is drawn on only when it is asked for', async () => {
    const answers = { 'Where is the heart?': 'The heart is at [0.30, 0.40, 0.70, 0.80].' };
    const plain = await ask(answers, 'Where is the heart?');
    expect([plain.drawn, plain.reply.annotated]).toEqual([[], null]);
    expect(codesOf(plain.reply.notices)).toContain('legend');
    const drawn = await ask(answers, 'Where is the heart?', { program: { draw: true } });
    expect(drawn.drawn).toMatchObject([{ numbers: [1] }]);
    expect(drawn.reply.annotated).not.toBeNull();
  });
});
