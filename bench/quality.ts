/**
 * `npm run quality`: where the demo checkpoint finds which structure, and its figures on this runtime beside those of its own card (`shipped` of its
 * figures.json, measured with the Hugging Face implementation). Exit code 1 when one lies further off than 0.02.
 * `-- --phantoms N` takes only the first N; then figures are shown, not judged. The last line is one JSON object.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { createChestGate } from '../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../src/core/gate/weights.ts';
import { createIntake } from '../src/core/intake/intake.ts';
import { createLogger } from '../src/log.ts';
import { openModel } from '../src/main/open-model.ts';
import { PACKAGE_FOLDER } from '../src/main/package.ts';
import { evaluateFilms, evaluatePhantoms, type Figures } from './quality/evaluate.ts';
import { NO_TEXT } from '../test/support/no-text.ts';

const TOLERANCE = 0.02;

const { values } = parseArgs({ options: { phantoms: { type: 'string', default: '48' } } });
const limit = Number(values.phantoms);

const config = readConfig(process.env);
const model = await openModel({
  config,
  logger: createLogger('error'),
  onConverting: () => undefined,
  signal: new AbortController().signal,
});
const intake = createIntake({
  gate: createChestGate(await readGateWeights()),
  textGate: NO_TEXT,
  textPolicy: 'mask',
});
const takeFilm = async (bytes: Uint8Array) => (await intake.take(bytes, { choose: 'read' })).film;

const card = JSON.parse(
  await readFile(join(resolve(PACKAGE_FOLDER, config.model.directory), 'figures.json'), 'utf8'),
) as { shipped: { phantoms: Figures; films: Figures } };

const { figures: phantoms, structures } = await evaluatePhantoms(
  model,
  takeFilm,
  'test/fixtures/phantoms',
  limit,
  (done, of) => process.stderr.write(`\r${done} of ${of} phantoms`),
);
const films = await evaluateFilms(model, takeFilm, 'assets/films');
process.stderr.write('\n');
await model.close();

for (const { name, iou, found } of structures) {
  console.log(
    `${name.padEnd(40)} ${iou.toFixed(3)}  on ${Math.round(100 * found)} % of the phantoms at IoU 0.5`,
  );
}
const whole = limit >= 48;
let worst = 0;
for (const [group, found, expected] of [
  ['phantoms', phantoms, card.shipped.phantoms],
  ['films', films, card.shipped.films],
] as const) {
  for (const [figure, value] of Object.entries(found)) {
    const shipped = expected[figure] ?? Number.NaN;
    const difference = Math.abs(value - shipped);
    worst = Math.max(worst, Number.isNaN(difference) ? 1 : difference);
    console.log(
      `${group.padEnd(9)} ${figure.padEnd(30)} ${value.toFixed(3)}  card ${shipped.toFixed(3)}  difference ${difference.toFixed(3)}`,
    );
  }
}
console.log(JSON.stringify({ phantoms, films, worst, judged: whole }));
if (whole && worst > TOLERANCE) process.exitCode = 1;
