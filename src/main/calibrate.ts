import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { createChestGate } from '../core/gate/chest-gate.ts';
import { readGateWeights } from '../core/gate/weights.ts';
import { createIntake, type Intake } from '../core/intake/intake.ts';
import { createTextGate } from '../core/text-gate/create-text-gate.ts';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ModelImage } from '../model/model.ts';
import { openConverted, type Converted } from '../model/radvlm/converted-cache.ts';
import { Engine } from '../model/radvlm/engine.ts';
import {
  type Agreement,
  measureAgreement,
  writeAgreement,
} from '../model/radvlm/measure-agreement.ts';
import { fitMemory } from '../model/radvlm/memory-plan.ts';
import { weighModel } from '../model/radvlm/weigh-model.ts';
import { availableMemory } from './available-memory.ts';
import { textThreads } from './open-conversation.ts';
import { dataFolder, LANES, sessionOptions } from './open-model.ts';

/** One of each kind that RadVLM was trained on, close to its wording: words, words with boxes, boxes. */
const QUESTIONS = [
  'Provide a radiology report for this Chest X-Ray.',
  'Are there any abnormalities on this Chest X-ray?',
  'Please identify any lesions or abnormalities on this X-ray and specify their locations.',
  'Where is the right lung located in this Chest X-ray?',
  'Where is the cardiac silhouette located in this Chest X-ray?',
  'Is there a pleural effusion?',
  'Is the heart enlarged?',
];

const PICTURES = /\.(png|jpe?g|webp|tiff?|avif|heic|heif|dcm|dicom)$/i;

export type CalibrateOptions = {
  /** The checkpoint. */
  readonly source: string;
  readonly converted: Converted;
  readonly films: string;
  readonly config: Config;
  readonly onProgress: (done: number, total: number) => void;
  readonly onAsked: (done: number, total: number) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/**
 * Holds a converted checkpoint's answers to those of the same one as float32, on a folder of films; keeps the figures in
 * the converted folder. Both are in memory at once: fails with `memory-too-small` where they do not fit.
 */
export const calibrate = async (options: CalibrateOptions): Promise<Agreement> => {
  const { source, converted, config, onProgress, onAsked, signal } = options;
  const { manifest } = converted;
  if (manifest.weights === 'fp32')
    throw new WetreadError('usage', {
      problem: 'The weights are fp32 and not rounded: there is nothing to compare with.',
    });
  const exactOptions = { lanes: LANES, weights: 'fp32' } as const;
  const [exactly, rounded] = await Promise.all([
    weighModel(source, exactOptions),
    weighModel(converted.directory, exactOptions),
  ]);
  const weightBytes = exactly.weightBytes + rounded.weightBytes;
  fitMemory({ config: manifest.config, weightBytes }, availableMemory(), {
    lanes: 2,
    contextTokens: undefined,
  });
  const films = await readFilms(options.films, options.logger);
  const exact = await openConverted(source, dataFolder(config), {
    ...exactOptions,
    onProgress,
    signal,
  });
  const engines: Engine[] = [];
  try {
    for (const each of [exact, converted])
      engines.push(await Engine.open({ ...each, ...sessionOptions(config) }));
    const [first, second] = engines;
    if (!first || !second) throw new Error('two engines were opened');
    const agreement = await measureAgreement({
      exact: first,
      rounded: second,
      films,
      onAsked,
      signal,
      questions: QUESTIONS,
    });
    await writeAgreement(converted.directory, agreement);
    return agreement;
  } finally {
    for (const engine of engines) await engine.close();
  }
};

/** Read as they would be if they were sent, and whatever the gate would ask about them. */
const readFilms = async (folder: string, logger: Logger): Promise<ModelImage[]> => {
  const gate = createChestGate(await readGateWeights());
  const textGate = createTextGate({ threads: textThreads(), logger });
  try {
    return await takeAll(folder, createIntake({ gate, textGate, textPolicy: 'mask' }));
  } finally {
    await textGate.close();
  }
};

const takeAll = async (folder: string, intake: Intake): Promise<ModelImage[]> => {
  const names = await readdir(folder).catch((): string[] => []);
  const films: ModelImage[] = [];
  for (const name of names.filter((each) => PICTURES.test(each)).toSorted()) {
    const bytes = await readFile(join(folder, name));
    films.push((await intake.take(new Uint8Array(bytes), { choose: 'masked-read' })).film);
  }
  if (films.length === 0)
    throw new WetreadError('usage', { problem: 'There are no pictures in the folder of films.' });
  return films;
};
