/**
 * `npm run bench`: speed and memory, each beside something of the same run where anything compares. `-- --json` for
 * programs. `-- --shape 7b` (0.5b, 1.5b) measures a random checkpoint of a true shape beside node-llama-cpp instead; it
 * needs `npm ci --prefix bench/llama`, and for 7b 16 GB of memory and 35 GB of disk (`--dir` says where, and keeps them).
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAnnotation } from './measures/annotate.ts';
import { measureAnswers } from './measures/answer.ts';
import { measureApi } from './measures/api.ts';
import { measureIntake } from './measures/intake.ts';
import { measureJournal } from './measures/journal.ts';
import { measurePage } from './measures/page.ts';
import { measurePreprocessing } from './measures/preprocess.ts';
import { measureSlack } from './measures/slack.ts';
import type { Measurement } from './measurement.ts';
import { measureShape } from './shape/measure-shape.ts';
import { isShapeName, SHAPES } from './shape/shapes.ts';

const MEASURES = [
  measurePreprocessing,
  measureIntake,
  measureAnnotation,
  measureJournal,
  measureSlack,
  measureAnswers,
  measureApi,
  measurePage,
];

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    shape: { type: 'string' },
    dir: { type: 'string' },
  },
});

const rounded = (measurement: Measurement): Measurement => ({
  ...measurement,
  value: Number(measurement.value.toPrecision(4)),
  ratio: measurement.ratio === null ? null : Number(measurement.ratio.toPrecision(3)),
});

const print = (measurement: Measurement): void => {
  const { name, value, unit, against, ratio } = rounded(measurement);
  console.log(`${name}: ${value} ${unit}${ratio === null ? '' : ` (${ratio} x ${against})`}`);
};

const measureAll = async (): Promise<Measurement[]> => {
  const { shape, dir: folder } = options;
  if (shape !== undefined) {
    if (!isShapeName(shape)) throw new Error(`--shape is one of ${Object.keys(SHAPES).join(', ')}`);
    const onMeasured = options.json ? () => undefined : print;
    return measureShape({ shape, threads: availableParallelism(), folder, onMeasured });
  }
  const all: Measurement[] = [];
  for (const measure of MEASURES) all.push(...(await measure()));
  return all;
};

const measurements = await measureAll();
// kilobytes, since the process began, of every thread
const peak = process.resourceUsage().maxRSS / 1024;
measurements.push({
  name: 'peak memory of all this',
  value: peak,
  unit: 'MiB',
  against: null,
  ratio: null,
});

if (options.json) console.log(JSON.stringify(measurements.map(rounded)));
else (options.shape === undefined ? measurements : measurements.slice(-1)).forEach(print);
