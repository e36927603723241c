import { readFile } from 'node:fs/promises';

export type GoldenTensor = {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
};

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

/** Reads a safetensors file of reference numbers, with no code of src. */
export const readGoldenTensors = async (path: string): Promise<Map<string, GoldenTensor>> => {
  const file = await readFile(path);
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, Entry>;
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const bytes = new Uint8Array(file.subarray(start + offsets[0], start + offsets[1])).buffer;
    tensors.set(name, { shape, values: valuesOf(dtype, bytes) });
  }
  return tensors;
};

const valuesOf = (dtype: string, bytes: ArrayBuffer): ArrayLike<number> => {
  if (dtype === 'F32') return new Float32Array(bytes);
  if (dtype === 'U8') return new Uint8Array(bytes);
  if (dtype === 'I64') return Float64Array.from(new BigInt64Array(bytes), Number);
  throw new Error(`no reference numbers are ${dtype}`);
};

/** The largest difference, and the largest number of the reference, by which tolerances go. */
export const compareWith = (actual: ArrayLike<number>, reference: ArrayLike<number>) => {
  let difference = actual.length === reference.length ? 0 : Infinity;
  let scale = 0;
  for (let index = 0; index < reference.length; index++) {
    const expected = reference[index] ?? NaN;
    const distance = Math.abs((actual[index] ?? NaN) - expected);
    // A NaN counts as infinitely far away.
    difference = distance <= difference ? difference : Number.isNaN(distance) ? Infinity : distance;
    scale = Math.max(scale, Math.abs(expected));
  }
  return { difference, scale };
};
