/**
 * `npm run fuzz -- --target dicom --runs 1000 --seed 1`: hands hostile input to a part and counts how it ends. Says what
 * each run ended in, and as its last line {runs, crashes, hangs, silent, peakRssMiB}; exits with 1 unless all but the
 * first and last are 0. The same seed gives the same inputs.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../test/support/random.ts';
import type { FuzzTarget, OpenTarget } from './target.ts';

const TARGETS = join(import.meta.dirname, 'targets');
const MEBIBYTE = 2 ** 20;

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const names = (await readdir(TARGETS)).map((name) => name.replace(/\.ts$/, ''));
if (!names.includes(values.target ?? '') || !Number.isInteger(runs) || !Number.isInteger(seed)) {
  console.error(`Give --target ${names.join('|')}, --runs N and --seed S.`);
  process.exit(2);
}

const counts = { runs: 0, crashes: 0, hangs: 0, silent: 0 };
const outcomes = new Map<string, number>();
const note = (what: string): void => void outcomes.set(what, (outcomes.get(what) ?? 0) + 1);

/** What would have ended a server. */
const crash = (error: unknown): void => {
  counts.crashes += 1;
  console.error(`crash: ${String(error)}`);
};
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

const HUNG = { kind: 'hung', what: 'hung' } as const;

const attempt = async (target: FuzzTarget, number: number): Promise<void> => {
  const done = new AbortController();
  const late = sleep(target.limitMs, HUNG, { signal: done.signal }).catch(() => HUNG);
  try {
    const outcome = await Promise.race([target.attempt(createRandom(seed + number)), late]);
    if (outcome.kind === 'hung') counts.hangs += 1;
    if (outcome.kind === 'silent') counts.silent += 1;
    if (outcome.kind !== 'answered') console.error(`${number}: ${outcome.what}`);
    note(outcome.what);
  } catch (error) {
    crash(error);
  } finally {
    done.abort();
    counts.runs += 1;
  }
};

const { open } = (await import(join(TARGETS, `${values.target}.ts`))) as { open: OpenTarget };
const target = await open();
/** What is held, not what waits to be collected. */
const heldMiB = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / MEBIBYTE);
};
/** Memory grows until every decoder has been at work; what it does from there on is what tells. */
const WARM = Math.ceil(runs / 10);
const before = heldMiB();
let warm = before;
let next = 0;
const runInTurn = async (): Promise<void> => {
  while (next < runs) {
    if (next === WARM) warm = heldMiB();
    await attempt(target, next++);
  }
};
await Promise.all(Array.from({ length: target.atOnce }, runInTurn));
await target.close();

const after = heldMiB();
console.log(Object.fromEntries([...outcomes].toSorted(([, a], [, b]) => b - a)));
console.log(`memory: ${before} MiB before, ${warm} after ${WARM} runs, ${after} after all`);
// Kilobytes, of the whole process and every thread.
const peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ ...counts, peakRssMiB }));
if (counts.crashes + counts.hangs + counts.silent > 0) process.exitCode = 1;
