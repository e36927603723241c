/**
 * `npm run soak -- --turns 10000 --threads 500 --kills 200 --seed 1 --store lmdb|redis`: conversations on a scripted
 * platform with a server that is killed (SIGKILL) at random moments, while deliveries are doubled and reordered, requests
 * to the platform fail, and stores and model fail. The last line is one JSON object; exit code 1 unless nothing was
 * lost, doubled or disordered. With Redis two servers run side by side (`--servers N`). `--folder DIRECTORY` keeps
 * the stores there, and what the platform was told. `--sabotage double|lose|disorder` breaks the adapter on purpose, to see that it is found.
 */
import { parseArgs } from 'node:util';
import { runSoak } from './soak/run-soak.ts';
import { SABOTAGES } from './soak/sabotage.ts';

/** How many findings of a kind are printed. */
const SHOWN = 20;

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '10000' },
    threads: { type: 'string', default: '500' },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    store: { type: 'string', default: 'lmdb' },
    servers: { type: 'string' },
    sabotage: { type: 'string' },
    folder: { type: 'string' },
  },
});
const { store } = values;
if (store !== 'lmdb' && store !== 'redis') throw new Error('--store is lmdb or redis');
const sabotage = SABOTAGES.find((known) => known === values.sabotage);
if (sabotage !== values.sabotage) throw new Error(`--sabotage is one of ${SABOTAGES.join(', ')}`);

const { verdict, kills, seconds } = await runSoak({
  turns: Number(values.turns),
  threads: Number(values.threads),
  kills: Number(values.kills),
  seed: Number(values.seed),
  store,
  servers: Number(values.servers ?? (store === 'redis' ? 2 : 1)),
  ...(sabotage && { sabotage }),
  ...(values.folder !== undefined && { folder: values.folder }),
  onProgress: (line) => process.stderr.write(`\r${line}`),
});
process.stderr.write('\n');

const { turns, delivered, failed } = verdict;
const found = {
  lost: verdict.lost.length,
  doubled: verdict.doubled.length,
  disordered: verdict.disordered.length,
};
for (const kind of ['lost', 'doubled', 'disordered'] as const)
  for (const line of verdict[kind].slice(0, SHOWN)) console.log(`${kind}: ${line}`);
console.log(`${failed} of ${delivered} replies say why there is no answer.`);
console.log(
  JSON.stringify({ turns, delivered, ...found, kills, seconds: Number(seconds.toFixed(1)) }),
);
if (found.lost + found.doubled + found.disordered > 0) process.exitCode = 1;
