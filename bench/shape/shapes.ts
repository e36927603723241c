import type { TextConfig } from '../../src/model/radvlm/config.ts';

const QWEN2 = {
  // RadVLM's own: enough for its largest film and a long talk about it
  contextTokens: 32_768,
  ropeTheta: 1e6,
  normEpsilon: 1e-6,
  tiedHead: false,
};

/** The decoders of Qwen2 that LLaVA-OneVision comes with; `7b` is RadVLM's. The tower is one for all. */
export const SHAPES = {
  '0.5b': {
    ...QWEN2,
    hiddenSize: 896,
    intermediateSize: 4864,
    layers: 24,
    heads: 14,
    keyValueHeads: 2,
    headSize: 64,
    vocabularyRows: 151_936,
  },
  '1.5b': {
    ...QWEN2,
    hiddenSize: 1536,
    intermediateSize: 8960,
    layers: 28,
    heads: 12,
    keyValueHeads: 2,
    headSize: 128,
    vocabularyRows: 151_936,
  },
  '7b': {
    ...QWEN2,
    hiddenSize: 3584,
    intermediateSize: 18_944,
    layers: 28,
    heads: 28,
    keyValueHeads: 4,
    headSize: 128,
    vocabularyRows: 152_128,
  },
} as const satisfies Record<string, TextConfig>;

export type ShapeName = keyof typeof SHAPES;

export const isShapeName = (name: string): name is ShapeName => Object.hasOwn(SHAPES, name);
