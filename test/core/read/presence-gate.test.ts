import { describe, expect, test } from 'vitest';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import {
  codesOf,
  createBlankAnnotator,
  createReader,
  createTestReading,
  filmNamed,
  questionIn,
  replyOf,
} from '../../support/scripted-reader.ts';

const where = (what: string) => `Where is the ${what} located in this Chest X-ray?`;
const exchange = (question: string, answer: string, gate = false) => ({ question, answer, gate });

describe('the presence gate', () => {
  test('asks "Is there X?" of the film alone before it asks where X is', async () => {
    const model = createReader({
      'Is there a pleural effusion?': 'Yes, there is a small right pleural effusion.',
      'Where is the effusion?': 'The pleural effusion is located at [0.10, 0.60, 0.40, 0.80].',
    });
    const history = [
      exchange('Provide a radiology report for this Chest X-Ray.', 'Small effusion.'),
    ];
    const reply = await replyOf(createTestReading(model), {
      ask: 'Where is the effusion?',
      history,
    });
    expect(model.calls.map(({ messages }) => messages.map(({ text }) => text))).toEqual([
      ['Is there a pleural effusion?'],
      [...history.flatMap(({ question, answer }) => [question, answer]), 'Where is the effusion?'],
      [where('right lung')],
      [where('left lung')],
    ]);
    expect(model.calls[0]?.messages[0]?.images).toHaveLength(1);
    expect(reply.boxes).toMatchObject([{ number: 1, label: 'pleural effusion', side: 'right' }]);
    expect(reply.exchange).toEqual(
      exchange(
        'Where is the effusion?',
        'The pleural effusion is located at [0.10, 0.60, 0.40, 0.80].',
      ),
    );
  });

  test('on no, draws nothing and says what that means', async () => {
    const model = createReader({ 'Is there a pneumothorax?': 'No, there is no pneumothorax.' });
    const annotator = createBlankAnnotator();
    const reading = createTestReading(model, RADVLM_PROFILE, annotator);
    const reply = await replyOf(reading, { ask: { kind: 'locate', what: 'the pneumothorax' } });
    expect(reply).toMatchObject({
      question: where('pneumothorax'),
      text: 'Asked directly, the model does not report a pneumothorax; that does not exclude it.',
      boxes: [],
      annotated: null,
      exchange: { gate: true },
    });
    expect(annotator.drawn).toEqual([]);
  });

  test('on neither yes nor no, says that the model is not sure', async () => {
    const model = createReader({ 'Is there a nodule?': 'A nodule cannot be excluded.' });
    const reply = await replyOf(createTestReading(model), { ask: 'Show me the nodule' });
    expect(reply.text).toBe(
      'Asked directly, the model is not sure whether there is a nodule, so no place is shown.',
    );
    expect(reply.boxes).toEqual([]);
  });

  test('holds for words that nobody knows', async () => {
    const model = createReader({ 'Is there a snorkel?': 'No.' });
    const reply = await replyOf(createTestReading(model), { ask: 'where is the snorkel' });
    expect(reply.text).toContain('does not report a snorkel');
  });

  test('lets anatomy through', async () => {
    const model = createReader({});
    const reply = await replyOf(createTestReading(model), {
      ask: { kind: 'locate', what: 'the right lung' },
    });
    expect(reply.text).toBe('The right lung is located at (1).');
    expect(reply.boxes).toMatchObject([{ label: 'right lung', side: 'right' }]);
  });

  test('shows no box of an answer that denies what was asked about', async () => {
    const model = createReader({
      'Is there a nodule?': 'No, there is no nodule at [0.1, 0.1, 0.2, 0.2].',
    });
    const reply = await replyOf(createTestReading(model), { ask: 'Is there a nodule?' });
    expect(reply).toMatchObject({
      text: 'No, there is no nodule at (place not shown).',
      boxes: [],
    });
  });

  test('is not shown to the model later, and tells what "it" is', async () => {
    const model = createReader({ 'How is the heart?': 'Normal.' });
    const history = [exchange('Where is the mass?', 'Asked directly, …', true)];
    const reading = createTestReading(model);
    await replyOf(reading, { ask: 'How is the heart?', history });
    expect(model.calls[0]?.messages).toHaveLength(1);
    const reply = await replyOf(reading, { ask: 'Where is it?', history });
    expect(reply.text).toContain('does not report a mass');
    expect(model.calls).toHaveLength(1);
  });
});

describe('"where is it?"', () => {
  const IT = 'Where is it?';

  test('is the finding that was last asked about, in the words of the user', async () => {
    const model = createReader({
      'Is there a nodule?': 'Yes, there is a nodule.',
      [IT]: 'The nodule is located at [0.2, 0.2, 0.3, 0.3].',
    });
    const history = [exchange('Do you see a nodule?', 'Yes, there is a nodule in the right lung.')];
    const reply = await replyOf(createTestReading(model), { ask: IT, history });
    expect(reply.boxes).toMatchObject([{ label: 'nodule' }]);
  });

  test('after a report is the finding reported last, and is named to the model', async () => {
    const model = createReader({
      'Is there a pleural effusion?': 'Yes.',
      [where('pleural effusion')]: 'The pleural effusion is located at [0.1, 0.6, 0.4, 0.8].',
    });
    const report =
      'The heart is enlarged. There is a small right pleural effusion. No pneumothorax.';
    const history = [exchange('Provide a radiology report for this Chest X-Ray.', report)];
    const reply = await replyOf(createTestReading(model), { ask: IT, history });
    expect(reply.boxes).toMatchObject([{ label: 'pleural effusion' }]);
  });

  test('is not located when it was denied last', async () => {
    const model = createReader({});
    const history = [
      exchange('Is there a nodule?', 'Yes, there is a nodule.'),
      exchange('Any pneumothorax?', 'No, there is no pneumothorax.'),
    ];
    const reply = await replyOf(createTestReading(model), { ask: IT, history });
    expect(reply.text).toContain('does not report a pneumothorax');
    expect(model.calls).toEqual([]);
  });

  test('without anything named before asks what to locate', async () => {
    const reply = await replyOf(createTestReading(createReader({})), { ask: IT });
    expect(reply).toMatchObject({ text: expect.stringContaining('Name it'), exchange: null });
  });

  test('"and on the left?" after a place passes the gate for that side', async () => {
    const model = createReader({
      'Is there a left pleural effusion?': 'Yes, there is a right pleural effusion.',
    });
    const history = [exchange('Where is the effusion?', 'It is at [0.1, 0.6, 0.4, 0.8].')];
    const reply = await replyOf(createTestReading(model), { ask: 'And on the left?', history });
    expect(reply.text).toContain('not sure whether there is a left pleural effusion');
  });

  test('"and the other one?" after a place names what it is of', async () => {
    const model = createReader({});
    const history = [
      exchange('Is there an effusion?', 'Yes, a left pleural effusion.'),
      exchange('Where is the right lung?', 'The right lung is located at [0.1, 0.1, 0.45, 0.8].'),
    ];
    const reply = await replyOf(createTestReading(model), { ask: 'And the other one?', history });
    const inConversation = model.calls.filter(({ messages }) => messages.length > 1);
    expect(inConversation.map(questionIn)).toEqual([where('left lung')]);
    expect(reply.boxes).toMatchObject([{ label: 'left lung', side: 'left' }]);
  });

  test('"and on the other side?" goes by the box that was shown where the words name no side', async () => {
    const model = createReader({
      'Is there a left pleural effusion?': 'Yes, there is a small left pleural effusion.',
      'Where is the left pleural effusion located in this Chest X-ray?':
        'The pleural effusion is located at [0.12, 0.6, 0.4, 0.8].',
    });
    const history = [exchange('Where is it?', 'The pleural effusion is at [0.1, 0.6, 0.4, 0.8].')];
    const reply = await replyOf(createTestReading(model), {
      ask: 'And on the other side?',
      history,
    });
    // The model points at the same side again: better no box than one on the wrong side.
    expect(reply.boxes).toEqual([]);
    expect(codesOf(reply.notices)).toContain('side-withheld');
  });

  test('what the gate was not sure of is not located by "it" either', async () => {
    const model = createReader({
      'Is there a left pleural effusion?': 'Yes, there is a right pleural effusion.',
    });
    const reading = createTestReading(model);
    const history = [exchange('Where is the effusion?', 'It is at [0.1, 0.6, 0.4, 0.8].')];
    const first = await replyOf(reading, { ask: 'And on the left?', history });
    const later = await replyOf(reading, { ask: IT, history: [...history, first.exchange!] });
    expect(later).toMatchObject({ text: first.text, boxes: [] });
  });
});

describe('sides', () => {
  const ask = { kind: 'locate', what: 'left lung' } as const;

  test('a box on the other side than the words say is withheld, and the reply says so', async () => {
    const model = createReader({
      'Is there a pleural effusion?': 'Yes.',
      'Where is the left effusion?': 'The pleural effusion is located at [0.10, 0.60, 0.40, 0.80].',
    });
    const reply = await replyOf(createTestReading(model), { ask: 'Where is the left effusion?' });
    expect(reply).toMatchObject({
      text: 'The pleural effusion is located at (place not shown).',
      boxes: [],
      annotated: null,
    });
    expect(codesOf(reply.notices)).toContain('side-withheld');
  });

  test('the midline is asked for once a film', async () => {
    const model = createReader({});
    const reading = createTestReading(model);
    await replyOf(reading, { ask });
    await replyOf(reading, { ask });
    expect(model.calls).toHaveLength(3 + 1);
    await replyOf(reading, { ask, film: filmNamed('another') });
    expect(model.calls).toHaveLength(3 + 1 + 3);
  });

  test('without a pair of lungs there are no sides, and the reply says so', async () => {
    const model = createReader({ [where('right lung')]: 'I do not see it.' });
    const reply = await replyOf(createTestReading(model), { ask });
    expect(reply.boxes).toMatchObject([{ side: null }]);
    expect(codesOf(reply.notices)).toContain('sides-unknown');
  });
});
