import { describe, expect, test } from 'vitest';
import { AnsweringDesk } from '../../support/answering-desk.ts';
import {
  codesOf,
  createBlankAnnotator,
  createReader,
  questionIn,
  replyIn,
  type Answers,
} from '../../support/scripted-reader.ts';
import { readPhantom } from '../../support/phantom.ts';
import type { Annotator } from '../../../src/core/drawing/annotator.ts';
import type { Intake } from '../../../src/core/intake/intake.ts';

const LOCATED = 'located in this Chest X-ray?';
const ANSWERS: Answers = {
  'Where is the nodule?':
    'There is a nodule at [0.2, 0.2, 0.25, 0.25], [0.3, 0.7, 0.4, 0.75] and [0.7, 0.3, 0.75, 0.35].',
  'Is there a nodule?': 'Yes.',
  [`Where is the right lower lung zone ${LOCATED}`]:
    'The right lower lung zone is located at [0.2, 0.6, 0.45, 0.85].',
  'Where is the right base?': 'The right base is located at [0.2, 0.6, 0.45, 0.85].',
  [`Where is the left lower lung zone ${LOCATED}`]:
    'The left lower lung zone is located at [0.55, 0.6, 0.8, 0.8].',
  'Is there a mass?': 'No.',
  'Is there a pneumothorax?': 'There may be.',
  'How is the heart?': 'The heart size is normal.',
  'Is there an effusion?': 'Yes, there is a right pleural effusion.',
  'Is there a pleural effusion?': 'Yes.',
  'Where is it?': 'It is located at [0.2, 0.6, 0.4, 0.8].',
};

/** A film of 512 pixels and a bit, taken in as it is. */
const phantom = await readPhantom('0004');
const intake: Intake = {
  take: async () => ({
    outcome: 'accepted',
    film: { ...phantom, channels: 1 },
    notices: [],
    removed: [],
  }),
};

const openDesk = (annotator: Annotator = createBlankAnnotator()) => {
  const model = createReader(ANSWERS);
  const files = new Map([['phantom', phantom.png]]);
  return { model, desk: new AnsweringDesk(model, { annotator, intake, files }) };
};

const threeNodules = async (annotator?: Annotator) => {
  const opened = openDesk(annotator);
  await opened.desk.say('Where is the nodule?', { films: ['phantom'] });
  return opened;
};

describe('a zoom', () => {
  test('on a box of the last answer asks the model nothing, and draws what lies in the part', async () => {
    const annotator = createBlankAnnotator();
    const { desk, model } = await threeNodules(annotator);
    const asked = model.calls.length;
    const reply = replyIn(await desk.say('zoom on box 2'));
    expect(model.calls).toHaveLength(asked);
    expect(reply.text).toMatch(/^\(2\) right nodule, enlarged \d times\.\n/);
    expect(reply.text).toContain(
      'Elsewhere on the film, or reaching beyond this part: (1) right nodule and (3) left nodule.',
    );
    expect(annotator.drawn.at(-1)?.numbers).toEqual([2]);
    expect(reply.boxes.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(reply.boxes[1]).toMatchObject({ pixels: desk.thread.films[0]?.boxes[1]?.pixels });
    expect(reply.annotated).not.toBeNull();
    expect(reply.exchange).toBeNull();
  });

  test('on several boxes shows them in one part', async () => {
    const annotator = createBlankAnnotator();
    const { desk } = await threeNodules(annotator);
    replyIn(await desk.say('zoom on boxes 1 and 2'));
    expect(annotator.drawn.at(-1)?.numbers).toEqual([1, 2]);
  });

  test('on a structure asks where it is, and keeps the numbers that are there', async () => {
    const annotator = createBlankAnnotator();
    const { desk } = await threeNodules(annotator);
    const reply = replyIn(await desk.say('zoom on the right base'));
    expect(reply.text).toContain('(4) right lower lung zone');
    expect(annotator.drawn.at(-1)?.numbers).toEqual([2, 4]);
    expect(replyIn(await desk.say('zoom on box 1')).text).toMatch(/^\(1\)/);
    expect(replyIn(await desk.say('zoom on box 4')).text).toMatch(/^\(4\) right lower lung zone/);
  });

  test('on a finding passes the presence gate first: no part and no box of what is denied or unsure', async () => {
    const { desk, model } = openDesk();
    for (const [finding, words] of [
      ['mass', 'does not report a mass'],
      ['pneumothorax', 'not sure whether there is a pneumothorax'],
    ] as const) {
      const reply = replyIn(await desk.say(`zoom on the ${finding}`, { films: ['phantom'] }));
      expect(reply).toMatchObject({ annotated: null, boxes: [] });
      expect(reply.text).toContain(words);
    }
    expect(model.calls.map(questionIn).filter((question) => question.includes('located'))).toEqual(
      [],
    );
  });

  test('on "it" is on the finding last named, not on boxes from before', async () => {
    const { desk } = await threeNodules();
    await desk.say('Is there an effusion?');
    const reply = replyIn(await desk.say('zoom on it'));
    expect(reply.text).toMatch(/^\(4\) right pleural effusion, enlarged/);
    expect(reply.text).toContain('Elsewhere');
  });

  test.each(['the other side', 'the left', 'the other lung'])(
    'on %s is on the other side of what was shown',
    async (side) => {
      const { desk, model } = openDesk();
      await desk.say('Where is the right base?', { films: ['phantom'] });
      const reply = replyIn(await desk.say(`zoom on ${side}`));
      expect(questionIn(model.calls.at(-1)!)).toContain('left lower lung zone');
      expect(reply.text).toMatch(/^\(2\) left lower lung zone, enlarged/);
    },
  );

  test('on "it" with nothing named asks back', async () => {
    const { desk } = openDesk();
    const reply = replyIn(await desk.say('zoom in', { films: ['phantom'] }));
    expect(reply.text).toContain('not clear what to locate');
  });

  test('on a box that is not there says which ones are', async () => {
    const { desk } = await threeNodules();
    expect(replyIn(await desk.say('zoom on box 9')).text).toBe(
      'There is no box 9; the last answer with boxes has (1) right nodule, (2) right nodule and (3) left nodule.',
    );
    const { desk: bare } = openDesk();
    expect(replyIn(await bare.say('zoom on box 1', { films: ['phantom'] })).text).toContain(
      'no place has been shown on this film yet',
    );
  });

  test('whose picture cannot be drawn tells the places all the same', async () => {
    const { desk } = await threeNodules({
      ...createBlankAnnotator(),
      annotate: async () => {
        throw new Error('no canvas');
      },
    });
    const reply = replyIn(await desk.say('zoom on box 2'));
    expect(reply).toMatchObject({ annotated: null });
    expect(reply.text).toMatch(/^\(2\)/);
    expect(codesOf(reply.notices)).toContain('not-drawn');
  });

  test('leaves what was asked last to be "it"', async () => {
    const { desk } = await threeNodules();
    await desk.say('Is there an effusion?');
    await desk.say('zoom on the left base');
    await desk.say('zoom on box 1');
    expect(replyIn(await desk.say('Where is it?')).text).not.toBe('');
  });
});
