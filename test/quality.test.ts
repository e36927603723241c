import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateFilms, evaluatePhantoms, type Figures } from '../bench/quality/evaluate.ts';
import { mean } from '../bench/quality/scores.ts';
import { createChestGate } from '../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../src/core/gate/weights.ts';
import { createIntake } from '../src/core/intake/intake.ts';
import { createLogger } from '../src/log.ts';
import type { Model } from '../src/model/model.ts';
import { openConverted } from '../src/model/radvlm/converted-cache.ts';
import { createRadvlm } from '../src/model/radvlm/radvlm.ts';
import { NO_TEXT } from './support/no-text.ts';

/** Figures of the checkpoint's own card, measured with the Hugging Face implementation. */
type Card = { shipped: { phantoms: Figures; films: Figures } };

const CHECKPOINT = 'checkpoints/demo';
const PHANTOMS = 6;
/** Of `npm run quality`. */
const TOLERANCE = 0.02;

let model: Model;
let card: Card;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wetread-quality-'));
  const options = { lanes: 1, onProgress: () => undefined, signal: new AbortController().signal };
  const converted = await openConverted(CHECKPOINT, dataDir, options);
  const logger = createLogger('silent');
  model = await createRadvlm({ converted, threads: 2, spinning: false, logger });
  card = JSON.parse(await readFile(join(CHECKPOINT, 'figures.json'), 'utf8')) as Card;
});

afterAll(async () => {
  await model?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const intake = createIntake({
  gate: createChestGate(await readGateWeights()),
  textGate: NO_TEXT,
  textPolicy: 'mask',
});
const takeFilm = async (bytes: Uint8Array) => (await intake.take(bytes, { choose: 'read' })).film;

test('on real films the lungs are found as well as the model card says', async () => {
  const films = await evaluateFilms(model, takeFilm, 'assets/films');
  const differences = Object.entries(films).map(([figure, value]) => [
    figure,
    Math.abs(value - (card.shipped.films[figure] ?? Number.NaN)),
  ]);
  expect(differences.filter(([, difference]) => !(Number(difference) <= TOLERANCE))).toEqual([]);
  expect(differences.length).toBeGreaterThan(1);
});

// `npm run quality` asks all forty-eight and judges every figure; it takes minutes.
test(
  'on six phantoms anatomy lies where the model card says, within what six can tell',
  { timeout: 240_000 },
  async () => {
    const { anatomyOverlaps } = await evaluatePhantoms(
      model,
      takeFilm,
      'test/fixtures/phantoms',
      PHANTOMS,
      () => undefined,
    );
    const found = mean(anatomyOverlaps);
    const variance = mean(anatomyOverlaps.map((overlap) => (overlap - found) ** 2));
    const standardError = Math.sqrt(variance / anatomyOverlaps.length);
    const expected = card.shipped.phantoms['anatomy IoU'] ?? Number.NaN;
    expect(anatomyOverlaps.length).toBeGreaterThan(20 * PHANTOMS - 10);
    expect(Math.abs(found - expected)).toBeLessThan(3 * standardError);
    // a box on the wrong side, or in another picture's coordinates, would fall far below
    expect(standardError).toBeLessThan(0.03);
  },
);
