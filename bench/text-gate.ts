/**
 * `npm run text-gate`: how much of what is burned into pictures is found, and how often something is found where nothing
 * is. `-- --write` puts the table into docs/privacy.md; `--pictures N --seed S` for other pictures.
 */
import '../src/no-telemetry.ts';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { TextFinder } from '../src/core/text-gate/text-finder.ts';
import { cleanFilms, markedFilms } from './text-gate/cases.ts';
import { countFalseAlarms, measureCase, type Measured } from './text-gate/measure.ts';
import { tableOf, withTable } from './text-gate/table.ts';

const PAGE = 'docs/privacy.md';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '300' },
    seed: { type: 'string', default: '9' },
    write: { type: 'boolean', default: false },
  },
});

const finder = await TextFinder.open(Math.min(4, availableParallelism()));
const measured: Measured[] = [];
for await (const marked of markedFilms(Number(values.pictures), Number(values.seed))) {
  const outcome = await measureCase(finder, marked);
  measured.push(outcome);
  if (!outcome.found || outcome.readable) {
    const { font, size, style, turns } = marked.drawing;
    console.log(
      outcome.found ? 'readable' : 'missed',
      JSON.stringify({ font, size, style, turns }),
    );
  }
}
const clean = await countFalseAlarms(finder, cleanFilms());
await finder.close();

const table = tableOf(measured, clean);
console.log(table);
if (values.write) await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), table));
