import { NO_TEXT } from '../../support/no-text.ts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import type { Box, Film } from '../../../src/core/film.ts';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake, type Intake } from '../../../src/core/intake/intake.ts';
import { createLogger } from '../../../src/log.ts';
import type { Model } from '../../../src/model/model.ts';
import { openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { createRadvlm } from '../../../src/model/radvlm/radvlm.ts';
import { openStage } from './stage.ts';

/**
 * A quiz from end to end: the real client on the loopback Discord, the demo checkpoint, a drawn film with consolidation in
 * the right mid zone (test/fixtures/phantoms), three learners.
 */
const PHANTOM = '0015';

/** Seconds on two idle cores; other tests may have one of them. */
const TIMEOUT_MS = 180_000;

let model: Model;
let intake: Intake;
let dataFolder: string;
const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'wetread-quiz-'));
  const converted = await openConverted('checkpoints/demo', dataFolder, { lanes: 1 });
  const logger = createLogger('silent');
  model = await createRadvlm({ converted, threads: 2, spinning: false, logger });
  const real = createIntake({
    gate: createChestGate(await readGateWeights()),
    textGate: NO_TEXT,
    textPolicy: 'mask',
  });
  intake = { take: (bytes) => real.take(bytes, { choose: 'read' }) };
}, TIMEOUT_MS);

afterAll(async () => {
  await model.close();
  await rm(dataFolder, { recursive: true });
});

const openQuiz = async () => {
  const stage = await openStage({ real: { model, annotator }, intake });
  const { discord } = stage;
  const [teacher, moderator] = [discord.user('teacher'), discord.user('mod', { moderator: true })];
  const channel = discord.channel('teaching');
  const bytes = await readFile(`test/fixtures/phantoms/${PHANTOM}.png`);
  discord.command(teacher, channel, 'quiz', { film: { bytes, name: 'phantom.png' } });
  const head = await discord.until('a head', () => discord.replies(channel)[0]?.id);
  const thread = await stage.caseOf(head);
  const post = discord.replies(thread)[0]!;
  return { stage, discord, thread, post, teacher, moderator, bytes };
};
type Quiz = Awaited<ReturnType<typeof openQuiz>>;

/** Ana marks cells, Ben names side and zone, Cem types. */
const answerAll = async ({ stage, discord, thread, post }: Quiz, cells: readonly string[]) => {
  const [ana, ben, cem] = ['ana', 'ben', 'cem'].map((name) => discord.user(name)) as [
    string,
    string,
    string,
  ];
  discord.press(ana, post.id, 'On the grid');
  const grid = await discord.until('a grid', () =>
    discord.replies(thread, ana).find(({ buttons }) => buttons.length === 16),
  );
  for (const [at, cell] of cells.entries()) {
    discord.press(ana, grid.id, cell);
    const so_far = `: ${cells
      .slice(0, at + 1)
      .toSorted()
      .join(' ')}.`;
    await discord.until('a cell', () => discord.shown(grid.id).content.includes(so_far));
  }
  const opened = discord.press(ben, post.id, 'By side and zone');
  await discord.until('a modal', () => opened.modal);
  const sent = discord.submit(ben, opened, { side: ['right'], zone: ['middle'] });
  await discord.until('it is noted', () => discord.whispers(sent)[0]);
  discord.post({ by: cem, channel: thread, text: 'Left pneumothorax, no consolidation.' });
  await stage.answered(thread, 2);
  return { ana, ben, cem };
};

/** The hidden reading, as a moderator sees it. */
const hiddenReading = async ({ stage, discord, thread, post, moderator }: Quiz) => {
  await stage.caseIsRead();
  discord.press(moderator, post.id, 'Key (moderators)');
  return discord.until('a reading', () =>
    discord
      .replies(thread, moderator)
      .find(({ buttons }) => buttons.some(({ label }) => label === 'Write the key')),
  );
};

/** Everything that was sent so far to anybody but moderators: words, names, alt texts. */
const sentToLearners = ({ discord }: Quiz): string => {
  const { interactions, moderators } = discord.world;
  const theirs = [...interactions.values()].filter(({ user }) => moderators.has(user));
  const isTheirs = (path: string): boolean =>
    theirs.some(({ id, token }) => path.includes(id) || path.includes(token));
  // What is offered in menus is the same in every server.
  const isMenu = (call: string): boolean => call.includes('/commands');
  return JSON.stringify(discord.calls.filter(({ path, call }) => !isTheirs(path) && !isMenu(call)));
};

/** The share of the box that the cells cover, pixel by pixel. */
const coveredBy = (cells: readonly string[], [x1, y1, x2, y2]: Box): number => {
  const STEPS = 1_000;
  let inside = 0;
  let covered = 0;
  for (let y = 0; y < STEPS; y += 1)
    for (let x = 0; x < STEPS; x += 1) {
      const [px, py] = [(x + 0.5) / STEPS, (y + 0.5) / STEPS];
      if (px < x1 || px > x2 || py < y1 || py > y2) continue;
      inside += 1;
      if (cells.includes(`${'ABCD'[Math.floor(py * 4)]}${Math.floor(px * 4) + 1}`)) covered += 1;
    }
  return covered / inside;
};

const reveal = async ({ stage, discord, thread, post, teacher }: Quiz) => {
  const before = discord.replies(thread).length;
  discord.press(teacher, post.id, 'Reveal');
  await stage.answered(thread, before + 1, TIMEOUT_MS);
  return discord.replies(thread).at(-1)!;
};

/** The pictures that learners have seen: each the film under its grid alone. */
const expectOpenPictures = async (quiz: Quiz): Promise<void> => {
  const { discord, thread, bytes } = quiz;
  const { film } = await intake.take(bytes, { choose: undefined });
  const sheet = { key: undefined, boxes: [], marks: [], legend: [] };
  const strip = { model: model.name, demo: model.demo };
  const { png } = await annotator.teachingSheet(film as Film, sheet, strip);
  const pictures = discord.replies(thread).flatMap((message) => message.pictures);
  expect(pictures).toHaveLength(1);
  expect(Buffer.from(pictures[0]!.bytes).equals(png)).toBe(true);
};

describe('a quiz with the demo checkpoint', { timeout: TIMEOUT_MS }, () => {
  test('without a key of a person: agreement with the model, counted right, and hidden until then', async () => {
    const quiz = await openQuiz();
    const cells = ['B1', 'B2', 'D4'];
    const panel = await hiddenReading(quiz);
    await answerAll(quiz, cells);
    // Phantom 0015 has consolidation in the right mid zone, and the demo finds it.
    expect(panel.words).toMatch(/consolidation in the right mid lung zone: 0\.\d+/);
    expect(sentToLearners(quiz)).not.toMatch(/lung zone|heart size|effusion|: 0\.\d/i);
    await expectOpenPictures(quiz);

    const { words, pictures } = await reveal(quiz);
    const box = /consolidation in the right mid lung zone: ([\d. ]+)$/m.exec(panel.words);
    const edges = (box?.[1] ?? '').trim().split(' ').map(Number) as unknown as Box;
    expect(edges).toHaveLength(4);
    const percent = Math.round(100 * coveredBy(cells, edges));
    expect(words).toMatch(/^This is a demonstration model/);
    expect(words).toContain('nobody has confirmed it');
    expect(words).toContain(
      `A, cells B1 B2 D4: covers ${percent} % of the model's boxes, 1 of 3 cells misses.`,
    );
    expect(words).toContain('B, right middle zone: the same side and zone as the model.');
    expect(words).toMatch(
      /C, in words: the model also names: consolidation in the right mid lung zone; the model does not name: pneumothorax\./,
    );
    expect(pictures[0]?.altText).toMatch(
      /1 consolidation in the right mid lung zone.*3 answers.*nobody confirmed/,
    );
  });

  test('with a key that a moderator wrote: marks, as counted by hand, and hidden until then', async () => {
    const quiz = await openQuiz();
    const { discord, moderator, post } = quiz;
    const panel = await hiddenReading(quiz);
    const opened = discord.press(moderator, panel.id, 'Write the key');
    await discord.until('a modal', () => opened.modal);
    // The truth of the phantom, rounded: 0.19 to 0.39 across, 0.30 to 0.59 down.
    const key = 'right consolidation: 0.19 0.30 0.39 0.59';
    const sent = discord.submit(moderator, opened, { key });
    await discord.until('it is kept', () => discord.whispers(sent)[0]);
    await answerAll(quiz, ['B2', 'C2', 'A4']);
    const hint = discord.press(discord.user('ben'), post.id, 'Hint');
    expect(await discord.until('a hint', () => discord.whispers(hint)[0])).toBe(
      'Hint 1 of 3. The film is not normal.',
    );
    expect(sentToLearners(quiz)).not.toMatch(/right consolidation|lung zone|heart size|: 0\.\d/i);
    await expectOpenPictures(quiz);

    const { words, pictures } = await reveal(quiz);
    expect(words).toContain('The key, written by a person:\n- right consolidation (1)');
    // By hand: the box is 0.20 wide and 0.29 high. Column 2 begins at 0.25, so it has 0.14 of the width; B2 has the rows
    // from 0.30 to 0.50 and C2 those from 0.50 to 0.59, all 0.29. So 0.14 / 0.20 = 70 %, and A4 touches nothing.
    expect(words).toContain(
      "A, cells A4 B2 C2: covers 70 % of the key's boxes, 1 of 3 cells misses.",
    );
    expect(words).toContain('B, right middle zone: side and zone correct.');
    // By hand: consolidation was denied and so missed; the pneumothorax is nowhere in the key.
    expect(words).toContain(
      'C, in words: missed: right consolidation; not in the key: pneumothorax.',
    );
    expect(pictures[0]?.altText).toMatch(
      /1 right consolidation.*3 answers, the key that a person confirmed/,
    );
  });
});
