import { describe, expect, test } from 'vitest';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import { MOST_CHECKS } from '../../../src/core/read/finding-checks.ts';
import { collect } from '../../support/collect.ts';
import {
  codesOf,
  createReader,
  createTestReading,
  eventsOf,
  questionIn,
  replyIn,
  replyOf,
  textIn,
  type Answers,
} from '../../support/scripted-reader.ts';

const REPORT = 'Provide a radiology report for this Chest X-Ray.';
const where = (what: string) => `Where is the ${what} located in this Chest X-ray?`;
const ask = { kind: 'task', task: 'wet-read' } as const;

const read = async (report: string, answers: Answers) => {
  const model = createReader({ [REPORT]: report, ...answers });
  const events = await collect(eventsOf(createTestReading(model), { ask }));
  const questions = model.calls
    .map(questionIn)
    .filter((question) => !/(?:right|left) lung located/.test(question));
  return { events, questions, reply: replyIn(events) };
};

describe('the wet read', () => {
  test('asks about each positive finding, then where it is with the words of its sentence', async () => {
    const { reply, questions } = await read(
      'The heart size is normal. There is a small right pleural effusion. There is a nodule in the left upper lung zone. No pneumothorax.',
      {
        'Is there a pleural effusion?': 'Yes, there is a small right pleural effusion.',
        [where('small right pleural effusion')]:
          'The pleural effusion is located at [0.1, 0.6, 0.4, 0.8].',
        'Is there a nodule?': 'Yes, there is a nodule.',
        [where('nodule in the left upper lung zone')]:
          'The nodule is located at [0.6, 0.2, 0.65, 0.25] and [0.7, 0.2, 0.75, 0.25].',
      },
    );
    expect(reply.text).toBe(
      'The heart size is normal. There is a small right pleural effusion (1). There is a nodule in the left upper lung zone (2) (3). No pneumothorax.',
    );
    expect(questions).toEqual([
      REPORT,
      'Is there a pleural effusion?',
      where('small right pleural effusion'),
      'Is there a nodule?',
      where('nodule in the left upper lung zone'),
    ]);
    expect(reply.boxes).toMatchObject([
      {
        number: 1,
        label: 'small right pleural effusion',
        side: 'right',
        sentence: 'There is a small right pleural effusion (1).',
      },
      { number: 2, label: 'nodule in the left upper lung zone', side: 'left' },
      { number: 3, side: 'left' },
    ]);
    expect(reply.raw).not.toContain('(1)');
    expect(reply.exchange).toEqual({ question: REPORT, answer: reply.raw, gate: false });
  });

  test.each([
    ['no', 'No, there is no pleural effusion.'],
    ['unclear', 'A pleural effusion cannot be excluded.'],
  ])('keeps a finding that is answered with %s, marked and without a box', async (_, answer) => {
    const { reply, questions } = await read('There is a small pleural effusion.', {
      'Is there a pleural effusion?': answer,
    });
    expect(reply.text).toBe(
      'There is a small pleural effusion (not confirmed when asked directly).',
    );
    expect(reply).toMatchObject({ boxes: [], annotated: null });
    expect(codesOf(reply.notices)).toContain('not-confirmed');
    expect(questions).toHaveLength(2);
  });

  test('tells two findings of one sentence apart', async () => {
    const { reply } = await read('There is a nodule and atelectasis.', {
      'Is there a nodule?': 'No.',
      'Is there atelectasis?': 'Yes.',
      [where('atelectasis')]: 'The atelectasis is located at [0.1, 0.6, 0.4, 0.8].',
    });
    expect(reply.text).toBe(
      'There is a nodule and atelectasis (1) (a nodule not confirmed when asked directly).',
    );
  });

  test('asks nothing about what is denied, normal, or not clear', async () => {
    const { reply, questions } = await read(
      'The lungs are clear without consolidation. The heart is not enlarged. No pleural effusion or pneumothorax. The patient is rotated.',
      {},
    );
    expect(questions).toEqual([REPORT]);
    expect(reply.text).toBe(reply.raw);
  });

  test('asks about a finding once, however often it is named', async () => {
    const { reply, questions } = await read(
      'There is cardiomegaly. The heart is mildly enlarged.',
      {
        'Is there cardiomegaly?': 'Yes.',
        [where('cardiomegaly')]: 'The cardiomegaly is located at [0.3, 0.4, 0.7, 0.8].',
      },
    );
    expect(reply.text).toBe('There is cardiomegaly (1). The heart is mildly enlarged (1).');
    expect(reply.boxes).toHaveLength(1);
    expect(questions).toHaveLength(3);
  });

  test('withholds a box on the other side than the sentence says', async () => {
    const { reply } = await read('There is a small right pleural effusion.', {
      'Is there a pleural effusion?': 'Yes.',
      [where('small right pleural effusion')]:
        'The pleural effusion is located at [0.6, 0.6, 0.9, 0.8].',
    });
    expect(reply.text).toBe('There is a small right pleural effusion (place not shown).');
    expect(reply.boxes).toEqual([]);
    expect(codesOf(reply.notices)).toContain('side-withheld');
  });

  test('says when a confirmed finding was given no place', async () => {
    const { reply } = await read('There is pulmonary edema.', {
      'Is there pulmonary edema?': 'Yes.',
      [where('pulmonary edema')]: 'I do not see pulmonary edema on this image.',
    });
    expect(reply.text).toBe('There is pulmonary edema (place not shown).');
    expect(codesOf(reply.notices)).toContain('place-not-given');
  });

  test('leaves out places that the report itself claims', async () => {
    const { reply } = await read('The heart at [0.1, 0.1, 0.5, 0.5] is normal.', {});
    expect(reply.text).toBe('The heart at (place not shown) is normal.');
    expect(reply.boxes).toEqual([]);
  });

  test('shows sentences in order, each when its mark is known, and counts the questions left', async () => {
    const { events } = await read(
      'The heart size is normal. There is a nodule. There is cardiomegaly.',
      {
        'Is there a nodule?': 'No.',
        'Is there cardiomegaly?': 'Yes.',
        [where('cardiomegaly')]: 'The cardiomegaly is located at [0.3, 0.4, 0.7, 0.8].',
      },
    );
    const told = events.flatMap((event): (string | number)[] => {
      if (event.type === 'text-delta') return [event.text];
      return event.type === 'status' && event.phase === 'checking' ? [event.left] : [];
    });
    expect(told).toEqual([
      'The heart size is normal. ',
      4,
      'There is a nodule (not confirmed when asked directly). ',
      2,
      1,
      'There is cardiomegaly (1).',
    ]);
    expect(textIn(events)).toBe(replyIn(events).text);
  });

  test('asks about a bounded number of findings', async () => {
    const names = RADVLM_PROFILE.findings
      .filter(({ countable }) => countable)
      .map(({ name }) => name);
    const model = createReader({
      [REPORT]: [...names, 'pneumonia', 'atelectasis', 'emphysema']
        .map((name) => `There is ${name}.`)
        .join(' '),
      ...Object.fromEntries(
        RADVLM_PROFILE.findings.map((term) => [
          `Is there ${term.countable ? (/^[aeiou]/.test(term.name) ? 'an ' : 'a ') : ''}${term.name}?`,
          'No.',
        ]),
      ),
    });
    const reply = await replyOf(createTestReading(model, RADVLM_PROFILE), { ask });
    expect(model.calls).toHaveLength(1 + MOST_CHECKS);
    expect(codesOf(reply.notices)).toContain('not-checked');
  });

  test('stopped between two checks keeps the sentences said so far', async () => {
    const stopping = new AbortController();
    const model = createReader({
      [REPORT]: 'There is a nodule. There is cardiomegaly.',
      'Is there a nodule?': 'No.',
      'Is there cardiomegaly?': 'Yes.',
    });
    const events = [];
    for await (const event of eventsOf(createTestReading(model), {
      ask,
      signal: stopping.signal,
    })) {
      events.push(event);
      if (event.type === 'text-delta') stopping.abort();
    }
    expect(replyIn(events)).toMatchObject({
      text: 'There is a nodule (not confirmed when asked directly). ',
      finishReason: 'stopped',
      exchange: { answer: 'There is a nodule. There is cardiomegaly.' },
    });
  });
});
