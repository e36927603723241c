import type { ImageConfig, VisionConfig } from '../src/model/radvlm/config.ts';

/** RadVLM's vision tower (SigLIP so400m/14-384, 26 layers run). */
export const RADVLM_VISION: VisionConfig = {
  hiddenSize: 1152,
  intermediateSize: 4304,
  layers: 26,
  heads: 16,
  normEpsilon: 1e-6,
  tile: 384,
  patch: 14,
};

const SIDES = [384, 768, 1152, 1536, 1920, 2304];

/** Its 36 canvases, height outermost. */
export const RADVLM_IMAGE: ImageConfig = {
  pinpoints: SIDES.flatMap((height) => SIDES.map((width) => [height, width] as const)),
  maxTiles: 9,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  rescaleFactor: 1 / 255,
  imageToken: 151646,
};
