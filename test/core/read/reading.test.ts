import { describe, expect, test } from 'vitest';
import { NO_PROFILE } from '../../../src/core/profile/none.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import { WetreadError } from '../../../src/errors.ts';
import { collect } from '../../support/collect.ts';
import {
  codesOf,
  createBlankAnnotator,
  createReader,
  createTestReading,
  eventsOf,
  questionIn,
  replyOf,
  textIn,
} from '../../support/scripted-reader.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';

const DETECT = 'Please identify any abnormalities on this X-ray and specify their locations.';
const where = (what: string) => `Where is the ${what} located in this Chest X-ray?`;
const exchange = (question: string, answer: string, gate = false) => ({ question, answer, gate });

describe('an answer', () => {
  test('comes word by word, numbers in place of coordinates, and ends in the whole reply', async () => {
    const model = createReader({
      [DETECT]:
        'The findings include a small right pleural effusion at [0.10, 0.60, 0.40, 0.80]; cardiomegaly at [0.30, 0.40, 0.70, 0.80].',
    });
    const annotator = createBlankAnnotator();
    const reading = createTestReading(model, RADVLM_PROFILE, annotator);
    const events = await collect(eventsOf(reading, { ask: { kind: 'free', text: DETECT } }));
    const reply = events.at(-1);

    expect(textIn(events)).toBe(
      'The findings include a small right pleural effusion at (1); cardiomegaly at (2).',
    );
    expect(reply).toMatchObject({
      type: 'end',
      reply: {
        question: DETECT,
        text: textIn(events),
        raw: expect.stringContaining('[0.30, 0.40, 0.70, 0.80]'),
        boxes: [
          {
            number: 1,
            label: 'small right pleural effusion',
            side: 'right',
            pixels: [10, 120, 40, 160],
          },
          { number: 2, label: 'cardiomegaly', side: null },
        ],
        exchange: { question: DETECT, gate: false },
        finishReason: 'stop',
      },
    });
    expect(annotator.drawn).toEqual([{ width: 100, numbers: [1, 2] }]);
    const types = events.map(({ type }) => type);
    expect(types.indexOf('image')).toBeGreaterThan(types.lastIndexOf('text-delta'));
    expect(types.indexOf('notice')).toBeGreaterThan(types.indexOf('image'));
  });

  test('without boxes has no picture, and asks for no lungs', async () => {
    const model = createReader({ 'Is the heart enlarged?': 'The heart size is normal.' });
    const reply = await replyOf(createTestReading(model), { ask: 'Is the heart enlarged?' });
    expect(reply).toMatchObject({ text: 'The heart size is normal.', boxes: [], annotated: null });
    expect(model.calls).toHaveLength(1);
  });

  test('is asked greedily, without a system message, with the film in the first turn and the raw history', async () => {
    const model = createReader({ 'How severe is it?': 'The pleural effusion is small.' });
    const history = [exchange('Is there a pleural effusion?', 'Yes, at [0.1, 0.2, 0.3, 0.4].')];
    await replyOf(createTestReading(model), { ask: 'How severe is it?', history });
    expect(model.calls[0]).toMatchObject({
      messages: [
        { role: 'user', text: 'Is there a pleural effusion?', images: [{ sha256: 'film' }] },
        { role: 'assistant', text: 'Yes, at [0.1, 0.2, 0.3, 0.4].', images: [] },
        { role: 'user', text: 'How severe is it?', images: [] },
      ],
      sampling: { temperature: 0 },
      background: false,
    });
  });

  test('of a demo begins by saying so', async () => {
    const model = createReader({ hello: 'Hello.' }, { demo: true });
    const events = await collect(eventsOf(createTestReading(model), { ask: 'hello' }));
    expect(events[0]).toMatchObject({ type: 'notice', code: 'demo-model' });
  });

  test('sums the tokens of every call', async () => {
    const model = createReader({
      'Is there a nodule?': 'Yes.',
      [where('nodule')]: 'The nodule is located at [0.2, 0.2, 0.3, 0.3].',
    });
    const { usage } = await replyOf(createTestReading(model), {
      ask: { kind: 'locate', what: 'nodule' },
    });
    expect(model.calls).toHaveLength(4);
    expect(usage.completionTokens).toBe(1 + 9 + 10 + 10);
  });

  test('repeats what intake says about the film', async () => {
    const model = createReader({ hello: 'Hello.' });
    const filmNotices = [{ code: 'gate-overruled', text: 'It may be no film.' }];
    const reply = await replyOf(createTestReading(model), { ask: 'hello', filmNotices });
    expect(codesOf(reply.notices)).toEqual([
      'gate-overruled',
      'sides-assume-orientation',
      'preliminary',
    ]);
  });

  test('that runs into the limit says that it was cut short', async () => {
    const model = createReader({
      'Tell me all.': 'word '.repeat(500).trim().replaceAll('word', 'lung'),
    });
    const reply = await replyOf(createTestReading(model), { ask: 'Tell me all.' });
    expect(reply.finishReason).toBe('length');
    expect(codesOf(reply.notices)).toContain('cut-short');
  });

  test('streams the words before the first coordinates while the midline is unknown', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = createScriptedModel({
      script: (request) => {
        if (questionIn(request) !== 'Describe the film.')
          return 'The lung is located at [0.1, 0.1, 0.4, 0.8].';
        return (async function* () {
          yield { type: 'text-delta', text: 'It is at ' } as const;
          await held;
          yield { type: 'text-delta', text: '[0.1, 0.2, 0.3, 0.4].' } as const;
          yield {
            type: 'end',
            usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 2 },
            finishReason: 'stop',
          } as const;
        })();
      },
    });
    let seen = '';
    for await (const event of eventsOf(createTestReading(slow), { ask: 'Describe the film.' })) {
      if (event.type !== 'text-delta') continue;
      seen += event.text;
      if (seen === 'It is at ') release();
    }
    expect(seen).toBe('It is at (1).');
  });
});

describe('what the model was not taught', () => {
  test('is said first, and no place is shown', async () => {
    const model = createReader({
      'Is the ETT in good position?': 'Yes, its tip is at [0.4, 0.2, 0.5, 0.3].',
    });
    const events = await collect(
      eventsOf(createTestReading(model), { ask: 'Is the ETT in good position?' }),
    );
    expect(events[0]).toMatchObject({
      type: 'notice',
      code: 'outside-training',
      text: expect.stringContaining('tubes'),
    });
    expect(textIn(events)).toBe('Yes, its tip is at (place not shown).');
    expect(model.calls).toHaveLength(1);
  });

  test('a model without a profile has no box drawn', async () => {
    const model = createReader({
      'Which abnormalities are on this chest X-ray, and where?':
        'A nodule at [0.1, 0.1, 0.2, 0.2].',
    });
    const reply = await replyOf(createTestReading(model, NO_PROFILE), {
      ask: { kind: 'task', task: 'detect' },
    });
    expect(reply).toMatchObject({ text: 'A nodule at (place not shown).', boxes: [] });
    expect(codesOf(reply.notices)).toContain('no-profile');
  });
});

describe('a history that outgrows the context', () => {
  test('loses its oldest exchanges whole, never the film, and says so', async () => {
    const model = createReader({ 'And now?': 'Fine.' }, { contextTokens: 340 });
    const history = Array.from({ length: 20 }, (_, at) =>
      exchange(`Question ${at}?`, 'one two three'),
    );
    const reply = await replyOf(createTestReading(model), { ask: 'And now?', history });
    const sent = model.calls[0]?.messages ?? [];
    expect(sent[0]?.images).toHaveLength(1);
    expect(sent.at(-3)?.text).toBe('Question 19?');
    expect(sent.length).toBeLessThan(41);
    expect(sent.length % 2).toBe(1);
    expect(codesOf(reply.notices)).toContain('history-cut');
    const oneMore = [...sent.slice(0, 2), ...sent];
    expect((await model.count(sent)) + 240).toBeLessThanOrEqual(340);
    expect(
      (await model.count(oneMore.map((message) => ({ ...message, images: [] })))) + 16 + 240,
    ).toBeGreaterThan(340);
  });
});

describe('when something goes wrong', () => {
  test('a failure of the table is an error event with its sentence', async () => {
    const model = createScriptedModel({
      script: () => {
        throw new WetreadError('model-stopped');
      },
    });
    const events = await collect(eventsOf(createTestReading(model), { ask: 'hello' }));
    expect(events.at(-1)).toEqual({
      type: 'error',
      code: 'model-stopped',
      message: new WetreadError('model-stopped').message,
      retryable: true,
    });
  });

  test('an unknown failure is masked', async () => {
    const model = createScriptedModel({
      script: () => {
        throw new Error('the patient is called Smith');
      },
    });
    const events = await collect(eventsOf(createTestReading(model), { ask: 'hello' }));
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'internal' });
    expect(JSON.stringify(events)).not.toContain('Smith');
  });

  test('a picture that cannot be drawn costs the picture alone', async () => {
    const reading = createTestReading(createReader({}), RADVLM_PROFILE, {
      ...createBlankAnnotator(),
      annotate: async () => {
        throw new Error('no canvas');
      },
    });
    const reply = await replyOf(reading, { ask: { kind: 'locate', what: 'left lung' } });
    expect(reply).toMatchObject({ annotated: null, boxes: [{ label: 'left lung' }] });
    expect(codesOf(reply.notices)).toContain('not-drawn');
  });

  test('an abort ends the reply with what was said so far', async () => {
    const stopping = new AbortController();
    const model = createReader({ 'Describe it.': 'The lungs are clear and the heart is normal.' });
    const events = [];
    for await (const event of eventsOf(createTestReading(model), {
      ask: 'Describe it.',
      signal: stopping.signal,
    })) {
      events.push(event);
      if (event.type === 'text-delta' && event.text.includes('clear')) stopping.abort();
    }
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      reply: {
        text: 'The lungs are clear',
        raw: 'The lungs are clear',
        finishReason: 'stopped',
        exchange: exchange('Describe it.', 'The lungs are clear'),
      },
    });
    expect(model.running).toBe(0);
  });

  test('a listener that leaves frees the model', async () => {
    const model = createReader({ 'Describe it.': 'The lungs are clear.' });
    for await (const event of eventsOf(createTestReading(model), { ask: 'Describe it.' })) {
      if (event.type === 'text-delta') break;
    }
    expect(model.running).toBe(0);
  });

  test('no question is a sentence of its own', async () => {
    const events = await collect(eventsOf(createTestReading(createReader({})), { ask: ' ' }));
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'question-empty' });
  });
});
