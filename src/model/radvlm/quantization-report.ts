import { z } from 'zod';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quantizationErrorSchema, type QuantizationError } from './quantize.ts';

/** In a converted folder with fewer than 32 bits a weight: what the rounding cost, tensor by tensor. */
export const QUANTIZATION_FILE = 'quantization.json';

/** Enough to see whether a few tensors stand out. */
const WORST_TENSORS = 10;

const reportSchema = z.object({
  worst: z.array(quantizationErrorSchema),
  tensors: z.array(quantizationErrorSchema),
});
export type QuantizationReport = z.infer<typeof reportSchema>;

export const quantizationReport = (errors: readonly QuantizationError[]): QuantizationReport => ({
  worst: errors.toSorted((a, b) => b.relative - a.relative).slice(0, WORST_TENSORS),
  tensors: [...errors],
});

/** Undefined where there is none. */
export const readQuantizationReport = async (
  directory: string,
): Promise<QuantizationReport | undefined> => {
  const text = await readFile(join(directory, QUANTIZATION_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : reportSchema.parse(JSON.parse(text));
};
