import { resolve } from 'node:path';
import type { CommandLineParts } from '../adapters/cli/parts.ts';
import type { Config } from '../config.ts';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createEndpoint } from '../model/endpoint/endpoint.ts';
import { convertCheckpoint } from '../model/radvlm/convert.ts';
import { openConverted, type Converted } from '../model/radvlm/converted-cache.ts';
import { describeCheckpoint } from '../model/radvlm/describe-checkpoint.ts';
import { fitMemory, MOST_LANES } from '../model/radvlm/memory-plan.ts';
import { WEIGHTS_CHOICES } from '../model/radvlm/precision.ts';
import { BLOCKS } from '../model/radvlm/quantize.ts';
import { type VerifyReport, verifyCheckpoint, wordReports } from '../model/radvlm/verify.ts';
import { weighModel } from '../model/radvlm/weigh-model.ts';
import { availableMemory } from './available-memory.ts';
import { calibrate } from './calibrate.ts';
import { memoryInWords } from './memory-in-words.ts';
import { modelFacts } from './model-facts.ts';
import { dataFolder, endpointOptions, LANES, sessionOptions } from './open-model.ts';

type ModelCommands = Pick<CommandLineParts, 'convert' | 'describeModel' | 'verify'>;

type Parts = {
  readonly config: () => Config;
  /** A path as the user sees it. */
  readonly here: (path: string) => string;
  readonly logger: Logger;
};

/** The commands of `wetread model`. */
export const createModelCommands = (parts: Parts): ModelCommands => ({
  convert: (options) => convert(parts, options),
  describeModel: async (directory) => {
    const { model } = parts.config();
    return modelFacts(parts.here(directory), {
      description: await describeCheckpoint(parts.here(directory)),
      weights: model.weights,
      wishes: model,
    });
  },
  verify: (options) => verify(parts, options),
});

const convert: (
  parts: Parts,
  options: Parameters<CommandLineParts['convert']>[0],
) => ReturnType<CommandLineParts['convert']> = async (parts, options) => {
  const { out, calibrate: films, onStart, onProgress, onAsked, signal } = options;
  const config = parts.config();
  const weights = WEIGHTS_CHOICES.find((name) => name === options.weights) ?? config.model.weights;
  const block = BLOCKS.find((size) => size === options.block);
  if (weights === 'fp32' && (block !== undefined || films !== undefined))
    throw new WetreadError('usage', {
      problem: 'Weights as fp32 are not rounded: leave out --block and --calibrate.',
    });
  const conversion = { lanes: LANES, weights, block, onStart, onProgress, signal };
  const source = parts.here(options.directory);
  const converted =
    out === undefined
      ? await openConverted(source, dataFolder(config), conversion)
      : {
          directory: parts.here(out),
          manifest: await convertCheckpoint(source, parts.here(out), conversion),
        };
  const agreement =
    films === undefined
      ? null
      : await calibrate({
          source,
          converted,
          config,
          onProgress,
          onAsked,
          signal,
          logger: parts.logger,
          films: parts.here(films),
        });
  return { ...summaryOf(converted), agreement };
};

const summaryOf = ({ directory, manifest }: Converted) => ({
  directory,
  parameters: manifest.parameters,
  bytes: Object.values(manifest.files).reduce((sum, bytes) => sum + bytes, 0),
});

const verify: (
  parts: Parts,
  options: Parameters<CommandLineParts['verify']>[0],
) => Promise<VerifyReport> = async (parts, options) => {
  const { directory, onMemory, onCase, signal } = options;
  const config = parts.config();
  const cases = parts.here(options.cases);
  if (/^https?:\/\//.test(directory))
    return verifyEndpoint(directory, { ...options, cases, config, logger: parts.logger });
  const checkpoint = resolve(parts.here(directory));
  const { weights } = config.model;
  const weighed = await weighModel(checkpoint, { lanes: MOST_LANES, weights });
  // One conversation at a time, and nothing is kept of it.
  const plan = fitMemory(weighed, availableMemory(), { ...config.model, lanes: 1 });
  onMemory(memoryInWords(plan));
  return verifyCheckpoint({
    checkpoint,
    cases,
    weights,
    onCase,
    signal,
    dataDir: dataFolder(config),
    ...sessionOptions(config),
  });
};

const verifyEndpoint = async (
  url: string,
  options: Pick<Parameters<CommandLineParts['verify']>[0], 'cases' | 'onCase' | 'signal'> & {
    readonly config: Config;
    readonly logger: Logger;
  },
): Promise<VerifyReport> => {
  const { cases, onCase, signal } = options;
  const model = await createEndpoint(endpointOptions(url, options));
  try {
    const stream = model.stream.bind(model);
    const reports = await wordReports('endpoint', { cases, stream, onCase, signal });
    const passed = reports.every((report) => report.passed);
    return { passed, cases: reports, differences: reports.at(-1)?.differences ?? {} };
  } finally {
    await model.close();
  }
};
