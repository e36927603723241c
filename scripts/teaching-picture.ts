/** Makes the picture of docs/teaching.md with the program itself: a drawn film, its truth as the key, three answers. */
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { createAnnotator } from '../src/core/drawing/create-annotator.ts';
import type { Box } from '../src/core/film.ts';
import { DEMO_PROFILE } from '../src/core/profile/demo.ts';
import { createLexicon } from '../src/core/profile/lexicon.ts';
import { geometryOf } from '../src/core/teaching/case-geometry.ts';
import { readKey } from '../src/core/teaching/key-text.ts';
import { revealOf } from '../src/core/teaching/reveal-text.ts';
import type { CaseAnswer } from '../src/core/teaching-case.ts';

const PHANTOM = 'test/fixtures/phantoms/0015';

type Truth = { readonly anatomy: Readonly<Record<string, Box>> };

const png = await readFile(`${PHANTOM}.png`);
const { width, height } = await sharp(png).metadata();
const { anatomy } = JSON.parse(await readFile(`${PHANTOM}.json`, 'utf8')) as Truth;
const key = readKey('right consolidation: 0.19 0.30 0.39 0.59');
const answerOf = (letter: string, answer: CaseAnswer, name?: string) => ({
  letter,
  name,
  answer,
  at: 0,
  turn: undefined,
  hints: 0,
});
const { sheet, text } = revealOf({
  film: { width, height },
  stored: { key, origin: 'written', by: '', at: 0 },
  reading: {
    outcome: 'read',
    text: '',
    boxes: [],
    notices: [],
    key,
    geometry: geometryOf(anatomy['right lung'], anatomy['left lung']),
  },
  answers: [
    answerOf('A', { kind: 'cells', cells: [5, 9, 3] }),
    answerOf('B', { kind: 'region', side: 'right', zone: 'middle' }, 'Maria'),
    answerOf('C', { kind: 'cells', cells: [5] }),
  ],
  lexicon: createLexicon(DEMO_PROFILE),
});
const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });
const film = { png, width, height };
const drawn = await annotator.teachingSheet(film, sheet, { model: 'demo', demo: true });
await writeFile(
  'docs/pictures/teaching.webp',
  await sharp(drawn.png).webp({ quality: 88 }).toBuffer(),
);
process.stdout.write(`${text}\n`);
