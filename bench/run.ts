/** `npm run bench`: speed and memory, each beside something of the same run where anything compares. `-- --json` for programs. */
import { measureAnnotation } from './measures/annotate.ts';
import { measureAnswers } from './measures/answer.ts';
import { measureIntake } from './measures/intake.ts';
import { measureJournal } from './measures/journal.ts';
import { measurePreprocessing } from './measures/preprocess.ts';
import type { Measurement } from './measurement.ts';

const measurements: Measurement[] = [];
const MEASURES = [
  measurePreprocessing,
  measureIntake,
  measureAnnotation,
  measureJournal,
  measureAnswers,
];
for (const measure of MEASURES) measurements.push(...(await measure()));
// kilobytes, since the process began, of every thread
const peak = process.resourceUsage().maxRSS / 1024;
measurements.push({
  name: 'peak memory of all this',
  value: peak,
  unit: 'MiB',
  against: null,
  ratio: null,
});

const rounded = measurements.map((measurement) => ({
  ...measurement,
  value: Number(measurement.value.toPrecision(4)),
  ratio: measurement.ratio === null ? null : Number(measurement.ratio.toPrecision(3)),
}));

if (process.argv.includes('--json')) console.log(JSON.stringify(rounded));
else
  for (const { name, value, unit, against, ratio } of rounded)
    console.log(`${name}: ${value} ${unit}${ratio === null ? '' : ` (${ratio} x ${against})`}`);
