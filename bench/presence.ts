/**
 * `npm run presence`: of the findings that the model's reports make up, how many the presence question catches, asked
 * of the film alone and asked after the report. On the phantoms, whose findings are known. The last line is one JSON
 * object. `-- --phantoms N` takes only the first N.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { chooseProfile } from '../src/core/profile/choose-profile.ts';
import { createLexicon } from '../src/core/profile/lexicon.ts';
import { mentionOf, type Term } from '../src/core/profile/profile.ts';
import { claimsOf } from '../src/core/read/assertions.ts';
import { presenceOf } from '../src/core/read/presence.ts';
import { splitSentences } from '../src/core/read/split-sentences.ts';
import { createLogger } from '../src/log.ts';
import { openModel } from '../src/main/open-model.ts';
import { readPhantom } from '../test/support/phantom.ts';
import { askAbout, type Past } from './quality/ask-about.ts';
import { nounOf, type PhantomFinding } from './quality/wording.ts';

const PHANTOMS = 'test/fixtures/phantoms';

/** Findings that reports claimed, and how the presence question went. */
type Tally = { claimed: number; caughtAlone: number; caughtAfterReport: number };
const invented: Tally = { claimed: 0, caughtAlone: 0, caughtAfterReport: 0 };
const real: Tally = { claimed: 0, caughtAlone: 0, caughtAfterReport: 0 };

const { values } = parseArgs({ options: { phantoms: { type: 'string', default: '48' } } });
const model = await openModel({
  config: readConfig(process.env),
  logger: createLogger('error'),
  onConverting: () => undefined,
  signal: new AbortController().signal,
});
const profile = chooseProfile('auto', { names: [model.name], demo: model.demo });
const lexicon = createLexicon(profile);

/** What a report says is there, each finding once; what it says in doubt included, as the wet read checks it. */
const claimedIn = (report: string): ReadonlySet<Term> =>
  new Set(
    splitSentences(report)
      .flatMap((sentence) => claimsOf(sentence, lexicon).findings)
      .filter(({ claim }) => claim === 'asserted' || claim === 'hedged')
      .map(({ mention }) => mention.term),
  );

const names = (await readdir(PHANTOMS))
  .filter((file) => file.endsWith('.json'))
  .toSorted()
  .slice(0, Number(values.phantoms))
  .map((file) => file.replace('.json', ''));

for (const [index, name] of names.entries()) {
  const truth = JSON.parse(await readFile(join(PHANTOMS, `${name}.json`), 'utf8')) as {
    readonly findings: readonly PhantomFinding[];
  };
  const ask = askAbout(model, await readPhantom(name));
  const report = await ask(profile.tasks.report);
  const past: Past = [[profile.tasks.report, report]];
  for (const term of claimedIn(report)) {
    const isThere = truth.findings.some(({ kind }) => nounOf(kind) === term.name);
    const tally = isThere ? real : invented;
    const question = profile.isThere(mentionOf(term));
    tally.claimed += 1;
    if (presenceOf(await ask(question), term) !== 'yes') tally.caughtAlone += 1;
    if (presenceOf(await ask(question, past), term) !== 'yes') tally.caughtAfterReport += 1;
  }
  process.stderr.write(`\r${index + 1} of ${names.length} phantoms`);
}
process.stderr.write('\n');
await model.close();

const share = (part: number, whole: number): string =>
  `${part} of ${whole} (${Math.round((100 * part) / Math.max(1, whole))} %)`;
const row = (asked: string, key: 'caughtAlone' | 'caughtAfterReport'): string =>
  `| ${asked} | ${share(invented[key], invented.claimed)} | ${share(real[key], real.claimed)} |`;
console.log('| asked | made-up findings not confirmed | real findings not confirmed |');
console.log('|---|---|---|');
console.log(row('of the film alone', 'caughtAlone'));
console.log(row('after the report', 'caughtAfterReport'));
console.log(JSON.stringify({ phantoms: names.length, invented, real }));
