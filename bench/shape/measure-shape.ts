import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineEnvironment } from '../../src/model/radvlm/fork-engine.ts';
import type { Block } from '../../src/model/radvlm/quantize.ts';
import { weighModel } from '../../src/model/radvlm/weigh-model.ts';
import { median, type Measurement } from '../measurement.ts';
import { Child } from './child.ts';
import type { Conversion } from './convert-process.ts';
import type { FilmTimes, Order, Ready, Speed, TowerTimes } from './engine-process.ts';
import { writeRandomCheckpoint } from './random-checkpoint.ts';
import { writeRandomGguf } from './random-gguf.ts';
import { SHAPES, type ShapeName } from './shapes.ts';

export type ShapeOptions = {
  readonly shape: ShapeName;
  readonly threads: number;
  /** Where the files go, and stay; undefined: a folder of its own that is removed. */
  readonly folder: string | undefined;
  /** A large shape takes an hour, so each figure is told when it is there. */
  readonly onMeasured: (measurement: Measurement) => void;
};

const PROMPT = 256;
const LONG_CONTEXT = 8_000;
const LANE_CONTEXT = 1_024;
const LANES = 4;
const TILES = 4;
const SITTINGS = 5;
/** Rounds of a sitting; of a large model one takes a quarter of a minute. */
const EFFORT = {
  '0.5b': { rounds: 3, words: 32 },
  '1.5b': { rounds: 2, words: 24 },
  '7b': { rounds: 2, words: 12 },
} as const satisfies Record<ShapeName, { rounds: number; words: number }>;

/** Conversion, memory and speed of a random checkpoint of a true shape, beside node-llama-cpp at equal bits a weight. */
export const measureShape = async (options: ShapeOptions): Promise<Measurement[]> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'wetread-shape-')));
  try {
    await mkdir(folder, { recursive: true });
    return await measureIn(folder, options);
  } finally {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
};

const measureIn = async (folder: string, options: ShapeOptions): Promise<Measurement[]> => {
  const { shape, threads } = options;
  const checkpoint = join(folder, `${shape}-checkpoint`);
  // Written last, so a folder that has it is whole.
  if (!existsSync(join(checkpoint, 'config.json')))
    await writeRandomCheckpoint(checkpoint, SHAPES[shape]);
  const gguf = join(folder, `${shape}.gguf`);
  if (!existsSync(gguf)) {
    await writeRandomGguf(`${gguf}.part`, SHAPES[shape]);
    await rename(`${gguf}.part`, gguf);
  }
  const measurements: Measurement[] = [];
  const add = (lines: readonly Measurement[]): void => {
    measurements.push(...lines);
    lines.forEach(options.onMeasured);
  };
  for (const block of [64, 128] as const) {
    const converted = join(folder, `${shape}-int4-${block}`);
    // A folder that is kept has it from an earlier run, and that run told how it was made.
    if (!existsSync(converted))
      add(conversionLines(`${shape} int4/${block}`, await convert(checkpoint, converted, block)));
    const { weightBytes } = await weighModel(converted, { lanes: LANES });
    await measureBeside(options, block, { gguf, converted, threads, weightBytes }, add);
  }
  return measurements;
};

const convert = async (checkpoint: string, out: string, block: Block): Promise<Conversion> => {
  const child = new Child('convert-process.ts', [checkpoint, out, 'int4', String(block)]);
  try {
    return await child.hear<Conversion>();
  } finally {
    await child.end();
  }
};

const conversionLines = (name: string, { ms, peakBytes, bytes }: Conversion): Measurement[] => [
  plain(`${name}: conversion`, ms, 'ms'),
  plain(`${name}: conversion, peak memory`, peakBytes / 2 ** 20, 'MiB'),
  plain(`${name}: converted size`, bytes, 'bytes'),
];

type Parts = {
  readonly gguf: string;
  readonly converted: string;
  readonly threads: number;
  readonly weightBytes: number;
};

const startOurs = async ({ converted, threads }: Parts, spinning = false) => {
  const args = [converted, String(threads), ...(spinning ? ['spinning'] : [])];
  const child = new Child('engine-process.ts', args, engineEnvironment());
  return { child, ready: await child.hear<Ready>() };
};

const startTheirs = async ({ gguf, threads }: Parts, context: number): Promise<Child> => {
  const child = new Child('../llama/llama-process.mjs', [gguf, String(threads), String(context)]);
  await child.hear();
  return child;
};

/**
 * Both in processes of their own, taking turns; and started anew several times, who starts first taking turns as well:
 * where in a machine's memory the weights come to lie changes a process's speed by up to a fifth for all its life.
 */
const measureBeside = async (
  { shape }: ShapeOptions,
  block: Block,
  parts: Parts,
  add: (lines: readonly Measurement[]) => void,
): Promise<void> => {
  const { rounds, words } = EFFORT[shape];
  const name = `${shape} int4/${block}`;
  // As set by default first; then as node-llama-cpp has it, whose threads spin.
  for (const spinning of block === 64 ? [false, true] : [false]) {
    const sittings: Pair[] = [];
    for (let sitting = 0; sitting < SITTINGS; sitting++) {
      const oursFirst = sitting % 2 === 0;
      const { ready, pair } = await sitTogether(parts, { rounds, words, oursFirst, spinning });
      if (sitting === 0 && !spinning) add(readyLines(name, ready, parts.weightBytes));
      sittings.push(pair);
    }
    const how = spinning ? ', threads spinning' : '';
    add([
      beside(`${name}: decode after ${PROMPT} tokens${how}`, sittings, decodeSpeed),
      beside(`${name}: prefill of ${PROMPT} tokens${how}`, sittings, prefillSpeed),
    ]);
  }
  if (block !== 64) return;
  const { child } = await startOurs(parts);
  try {
    await measureAlone(name, child, { words, add });
  } finally {
    await child.end();
  }
};

/** One life of both. */
const sitTogether = async (
  parts: Parts,
  how: {
    readonly rounds: number;
    readonly words: number;
    readonly oursFirst: boolean;
    readonly spinning: boolean;
  },
): Promise<{ ready: Ready; pair: Pair }> => {
  const { rounds, words, oursFirst, spinning } = how;
  const context = PROMPT + words + 64;
  const order = { kind: 'speed', prompt: PROMPT, words } satisfies Order;
  let theirs = oursFirst ? undefined : await startTheirs(parts, context);
  const { child: ours, ready } = await startOurs(parts, spinning);
  const pair: Pair = { ours: [], theirs: [] };
  try {
    theirs ??= await startTheirs(parts, context);
    for (let round = -1; round < rounds; round++) {
      const speeds = [await ours.ask<Speed>(order), await theirs.ask<Speed>(order)] as const;
      // the first round only warms up
      if (round < 0) continue;
      pair.ours.push(speeds[0]);
      pair.theirs.push(speeds[1]);
    }
  } finally {
    await ours.end();
    await theirs?.end();
  }
  return { ready, pair };
};

const readyLines = (name: string, ready: Ready, weightBytes: number): Measurement[] => [
  plain(`${name}: start to ready`, ready.readyMs, 'ms'),
  {
    name: `${name}: private memory without cache`,
    value: ready.privateBytes / 2 ** 20,
    unit: 'MiB',
    against: "the weights' files",
    ratio: ready.privateBytes / weightBytes,
  },
];

/** Of one sitting. */
type Pair = { readonly ours: Speed[]; readonly theirs: Speed[] };

/** Tokens a second. */
const decodeSpeed = (speeds: readonly Speed[]): number =>
  1000 / median(speeds.flatMap(({ wordMs }) => wordMs));
const prefillSpeed = (speeds: readonly Speed[]): number =>
  (1000 * PROMPT) / median(speeds.map(({ prefillMs }) => prefillMs));

/** The median of the sittings, and how far they lie apart. */
const beside = (
  name: string,
  sittings: readonly Pair[],
  speedOf: (speeds: readonly Speed[]) => number,
): Measurement => {
  const [ours, theirs] = (['ours', 'theirs'] as const).map((whose) =>
    sittings.map((pair) => speedOf(pair[whose])),
  ) as [number[], number[]];
  const ratios = ours.map((speed, sitting) => speed / (theirs[sitting] ?? Number.NaN));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((r) => r.toFixed(2));
  return {
    name,
    value: median(ours),
    unit: 'tokens/s',
    against: `node-llama-cpp Q4_0, ${median(theirs).toPrecision(4)} tokens/s; ${least} to ${most} in ${sittings.length} starts`,
    ratio: median(ratios),
  };
};

const measureAlone = async (
  name: string,
  ours: Child,
  { words, add }: { words: number; add: (lines: readonly Measurement[]) => void },
): Promise<void> => {
  const wordMs = async (lanes: number, context: number): Promise<number> => {
    const order = { kind: 'lanes', lanes, context, words } satisfies Order;
    return median((await ours.ask<Speed>(order)).wordMs);
  };
  const [short, long] = [await wordMs(1, 64), await wordMs(1, LONG_CONTEXT)];
  const [one, four] = [await wordMs(1, LANE_CONTEXT), await wordMs(LANES, LANE_CONTEXT)];
  add([
    {
      name: `${name}: attention's part of a word after ${LONG_CONTEXT} tokens`,
      value: long - short,
      unit: 'ms',
      against: 'the whole word',
      ratio: (long - short) / long,
    },
    {
      name: `${name}: ${LANES} conversations of ${LANE_CONTEXT} tokens at once`,
      value: (1000 * LANES) / four,
      unit: 'tokens/s',
      against: 'one alone',
      ratio: (LANES * one) / four,
    },
  ]);
  const { tileMs } = await ours.ask<TowerTimes>({ kind: 'tower', times: TILES } satisfies Order);
  add([plain(`${name}: a tile of 384 x 384 through the vision tower`, median(tileMs), 'ms')]);
  const film = await ours.ask<FilmTimes>({ kind: 'film', film: 1 } satisfies Order);
  add([
    plain(
      `${name}: first word about a 2,048 x 2,500 film (${film.promptTokens} tokens)`,
      film.firstMs,
      'ms',
    ),
    {
      name: `${name}: first word of a follow-up`,
      value: film.followUpMs,
      unit: 'ms',
      against: "the film's first word",
      ratio: film.followUpMs / film.firstMs,
    },
    {
      name: `${name}: first word of another thread about the film`,
      value: film.otherThreadMs,
      unit: 'ms',
      against: "the film's first word",
      ratio: film.otherThreadMs / film.firstMs,
    },
    plain(`${name}: private memory after it`, film.privateBytes / 2 ** 20, 'MiB'),
  ]);
};

const plain = (name: string, value: number, unit: Measurement['unit']): Measurement => ({
  name,
  value,
  unit,
  against: null,
  ratio: null,
});
