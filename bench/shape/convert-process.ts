/** A conversion in a process of its own, so that its memory is its own: `convert-process.ts CHECKPOINT OUT WEIGHTS BLOCK`. */
import { convertCheckpoint } from '../../src/model/radvlm/convert.ts';
import { BLOCKS } from '../../src/model/radvlm/quantize.ts';
import { WEIGHTS } from '../../src/model/radvlm/precision.ts';

export type Conversion = {
  readonly ms: number;
  readonly peakBytes: number;
  readonly bytes: number;
};

/** As the server makes them. */
const LANES = 4;

const [checkpoint = '', out = '', weightsName, blockName] = process.argv.slice(2);
const weights = WEIGHTS.find((name) => name === weightsName);
const block = BLOCKS.find((size) => size === Number(blockName));
const started = performance.now();
const { files } = await convertCheckpoint(checkpoint, out, { lanes: LANES, weights, block });
const conversion: Conversion = {
  ms: performance.now() - started,
  // kilobytes
  peakBytes: process.resourceUsage().maxRSS * 1024,
  bytes: Object.values(files).reduce((sum, bytes) => sum + bytes, 0),
};
process.send?.(conversion);
process.disconnect?.();
