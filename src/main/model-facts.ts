import type { FactValue, ModelFacts } from '../adapters/cli/parts.ts';
import { toWetreadError } from '../errors.ts';
import type { CheckpointDescription } from '../model/radvlm/describe-checkpoint.ts';
import { readAgreement } from '../model/radvlm/measure-agreement.ts';
import { fitMemory, type MemoryWishes } from '../model/radvlm/memory-plan.ts';
import type { WeightsChoice } from '../model/radvlm/precision.ts';
import { readQuantizationReport } from '../model/radvlm/quantization-report.ts';
import type { QuantizationError } from '../model/radvlm/quantize.ts';
import { weighModel } from '../model/radvlm/weigh-model.ts';
import { availableMemory } from './available-memory.ts';
import { memoryInWords } from './memory-in-words.ts';
import { LANES } from './open-model.ts';

/** Everything that `wetread model info` tells of a folder: what it is, what a run takes, and what rounding cost. */
export const modelFacts = async (
  directory: string,
  options: {
    readonly description: CheckpointDescription;
    readonly weights: WeightsChoice;
    readonly wishes: MemoryWishes;
  },
): Promise<ModelFacts> => {
  const { description, weights, wishes } = options;
  const { name, config, files } = description;
  const { text, vision, image } = config;
  return {
    name,
    facts: {
      demo: description.demo,
      converted: description.converted,
      parameters: description.parameters,
      weights: description.types,
      tensorNames: description.naming ?? null,
      files: Object.entries(files).map(([file, bytes]) => `${file} (${bytes} bytes)`),
      contextTokens: text.contextTokens,
      vocabulary: text.vocabularyRows,
      textLayers: text.layers,
      textWidth: text.hiddenSize,
      attentionHeads: text.heads,
      keyValueHeads: text.keyValueHeads,
      tiedHead: text.tiedHead,
      visionLayers: vision.layers,
      visionWidth: vision.hiddenSize,
      tilePixels: vision.tile,
      patchPixels: vision.patch,
      canvases: image.pinpoints.map(([height, width]) => `${width} x ${height}`),
      mostTiles: image.maxTiles,
      ...(await memoryFacts(directory, weights, wishes)),
      ...(await roundingFacts(directory)),
    },
  };
};

/** Said as well of a model that does not fit, or that lacks a file. */
const memoryFacts = async (
  directory: string,
  weights: WeightsChoice,
  wishes: MemoryWishes,
): Promise<Record<string, FactValue>> => {
  try {
    const weighed = await weighModel(directory, { lanes: LANES, weights });
    const runsAs =
      weighed.block === null ? weighed.weights : `${weighed.weights} in blocks of ${weighed.block}`;
    const plan = fitMemory(weighed, availableMemory(), wishes);
    return { runsAs, memory: memoryInWords(plan) };
  } catch (error) {
    return { memory: toWetreadError(error, 'info').message };
  }
};

const roundingFacts = async (directory: string): Promise<Record<string, FactValue>> => {
  const report = await readQuantizationReport(directory);
  if (report === undefined) return {};
  const agreement = await readAgreement(directory);
  return {
    roundedTensors: report.tensors.length,
    worstTensors: report.worst.map(errorInWords),
    besideFp32:
      agreement === undefined
        ? null
        : Object.entries(agreement).map(([name, value]) => `${name} ${figures(value)}`),
  };
};

const errorInWords = ({ tensor, bits, relative, largest, mean }: QuantizationError): string =>
  `${tensor} (${bits} bits, off by ${(100 * relative).toFixed(1)} %, ${figures(largest)} at the most, ${figures(mean)} in the mean)`;

const figures = (value: number | null): string =>
  value === null ? '-' : String(Number(value.toPrecision(3)));
