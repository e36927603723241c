import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { shardIndexSchema } from './config-schema.ts';
import type { CheckpointConfig } from './config.ts';
import { ELEMENT_BYTES, isElementType, widen, type ElementType } from './element-type.ts';
import { readCheckpointConfig } from './read-config.ts';
import { isMissing, readJson } from './read-json.ts';
import {
  readExactly,
  readSafetensorsHeader,
  shownTensorName,
  type StoredTensor,
} from './safetensors.ts';
import { canonicalTensorName, tensorNamingOf, type TensorNaming } from './tensor-names.ts';
import type { WeightSource } from './weight-source.ts';

const WHOLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

/** RadVLM has four shards; a file handle is held for each. */
const SHARD_LIMIT = 1000;

/** A shard is a file of the folder itself: no path leads out of it. */
const SHARD_NAME = /^[\w-][\w.-]{0,200}\.safetensors$/;

/** Elements widened at a time (16 MiB of float32): long enough to be fast, far below any limit. */
const CHUNK_ELEMENTS = 4 * 2 ** 20;

export type Shard = {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** The raw header; with size and time, what tells one version of the file from another. */
  readonly header: Uint8Array;
};

type LocatedTensor = StoredTensor & {
  readonly file: FileHandle;
  readonly part: string;
};

/** A tensor as stored. */
export type RawTensor = {
  readonly type: ElementType;
  readonly bytes: number;
  /** In order, whole rows (of the last dimension) a chunk. A chunk is valid until the next one is asked for. */
  readonly chunks: () => AsyncIterable<Buffer>;
};

/**
 * An open checkpoint: its shapes, and its tensors under our names (tensor-names.ts), read by range. Asking for a
 * tensor checks that it is there (`checkpoint-tensor-missing`) with that shape and a type that we widen
 * (`checkpoint-tensor-invalid`); its bytes are read when they are needed.
 */
export class Checkpoint {
  readonly config: CheckpointConfig;
  readonly shards: readonly Shard[];
  readonly naming: TensorNaming;
  readonly #tensors: ReadonlyMap<string, LocatedTensor>;
  readonly #files: readonly FileHandle[];

  constructor(config: CheckpointConfig, opened: readonly OpenedShard[]) {
    this.config = config;
    this.shards = opened.map(({ shard }) => shard);
    this.naming = tensorNamingOf(opened.flatMap(({ tensors }) => [...tensors.keys()]));
    this.#files = opened.map(({ file }) => file);
    this.#tensors = canonicalTensors(opened);
  }

  /** Numbers of the model's own tensors, in all. */
  get parameters(): number {
    let sum = 0;
    for (const { shape } of this.#tensors.values()) sum += productOf(shape);
    return sum;
  }

  /** Names of the types that the model's own tensors have, the most used first. */
  get types(): readonly string[] {
    const bytes = new Map<string, number>();
    for (const { type, bytes: size } of this.#tensors.values())
      bytes.set(type, (bytes.get(type) ?? 0) + size);
    return [...bytes].sort(([, a], [, b]) => b - a).map(([type]) => type);
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The tensor as float32. */
  weight(name: string, shape: readonly number[]): WeightSource {
    const raw = this.raw(name, shape);
    return {
      elements: productOf(shape),
      async *chunks() {
        let floats = new Float32Array(0);
        for await (const bytes of raw.chunks()) {
          const elements = bytes.byteLength / ELEMENT_BYTES[raw.type];
          if (floats.length < elements) floats = new Float32Array(elements);
          widen(raw.type, bytes, floats, 0);
          yield floats.subarray(0, elements);
        }
      },
    };
  }

  /** The tensor in the checkpoint's own type. */
  raw(name: string, shape: readonly number[]): RawTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new WetreadError('checkpoint-tensor-missing', { tensor: name });
    const { type, bytes } = tensor;
    if (!isElementType(type)) throw tensorInvalid(name, `it is ${type}, not F32, F16 or BF16`);
    if (tensor.shape.join() !== shape.join())
      throw tensorInvalid(
        name,
        `its shape is [${tensor.shape.join(', ')}] where config.json says [${shape.join(', ')}]`,
      );
    return { type, bytes, chunks: () => readRows(tensor, ELEMENT_BYTES[type]) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}

const tensorInvalid = (tensor: string, reason: string): WetreadError =>
  new WetreadError('checkpoint-tensor-invalid', { tensor, reason });

const productOf = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

async function* readRows(tensor: LocatedTensor, elementBytes: number): AsyncIterable<Buffer> {
  const rowElements = tensor.shape.at(-1) ?? 1;
  const rows = Math.max(1, Math.floor(CHUNK_ELEMENTS / rowElements));
  const step = Math.min(tensor.bytes, rows * rowElements * elementBytes);
  // Of its own, because a slice of Node's shared pool may begin at an odd byte.
  const buffer = Buffer.from(new ArrayBuffer(step));
  for (let done = 0; done < tensor.bytes; done += step) {
    const bytes = Math.min(step, tensor.bytes - done);
    yield await readExactly(tensor.file, tensor.position + done, bytes, tensor.part, buffer);
  }
}

type OpenedShard = {
  readonly shard: Shard;
  readonly file: FileHandle;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
};

const canonicalTensors = (opened: readonly OpenedShard[]): ReadonlyMap<string, LocatedTensor> => {
  const all = new Map<string, LocatedTensor>();
  for (const { shard, file, tensors } of opened)
    for (const [name, tensor] of tensors) {
      const canonical = canonicalTensorName(name);
      if (canonical === undefined) continue;
      if (all.has(canonical)) throw tensorInvalid(canonical, 'the checkpoint has it twice');
      all.set(canonical, { ...tensor, file, part: shard.name });
    }
  return all;
};

/**
 * Opens a Hugging Face LLaVA-OneVision checkpoint: reads its configuration and the header of every shard. Fails with
 * the `checkpoint-*` codes. Close it.
 */
export const openCheckpoint = async (directory: string): Promise<Checkpoint> => {
  const config = await readCheckpointConfig(directory);
  const opened: OpenedShard[] = [];
  try {
    const parts = await listShards(directory);
    for (const part of parts.keys()) opened.push(await openShard(directory, part));
    for (const { shard, tensors } of opened)
      for (const name of parts.get(shard.name) ?? [])
        if (!tensors.has(name))
          throw new WetreadError('checkpoint-tensor-missing', { tensor: shownTensorName(name) });
    return new Checkpoint(config, opened);
  } catch (error) {
    await Promise.all(opened.map(({ file }) => file.close()));
    throw error;
  }
};

/** The files with weights, and the tensors that the index promises in each (none where there is no index). */
const listShards = async (directory: string): Promise<Map<string, readonly string[]>> => {
  const names = await readdir(directory);
  if (names.includes(WHOLE_FILE)) return new Map([[WHOLE_FILE, []]]);
  const index = await readJson(directory, INDEX_FILE, shardIndexSchema);
  if (index === undefined) {
    if (names.some((name) => /^pytorch_model.*\.bin$/.test(name)))
      throw new WetreadError('checkpoint-unsupported', {
        reason: 'its weights are not safetensors',
      });
    throw new WetreadError('checkpoint-file-missing', { part: WHOLE_FILE });
  }
  const shards = new Map<string, string[]>();
  for (const [tensor, shard] of Object.entries(index.weight_map)) {
    if (!SHARD_NAME.test(shard))
      throw indexInvalid('it names a shard that is no file of the folder');
    const tensors = shards.get(shard);
    if (tensors) tensors.push(tensor);
    else shards.set(shard, [tensor]);
  }
  if (shards.size === 0 || shards.size > SHARD_LIMIT)
    throw indexInvalid('it names no shards, or too many');
  return shards;
};

const indexInvalid = (reason: string): WetreadError =>
  new WetreadError('checkpoint-file-invalid', { part: INDEX_FILE, reason });

const openShard = async (directory: string, part: string): Promise<OpenedShard> => {
  const file = await open(join(directory, part)).catch((error: unknown) => {
    if (isMissing(error)) throw new WetreadError('checkpoint-file-missing', { part });
    const reason = 'it cannot be read';
    throw new WetreadError('checkpoint-file-invalid', { part, reason }, { cause: error });
  });
  try {
    const { size, mtimeMs } = await file.stat();
    const { tensors, raw } = await readSafetensorsHeader(file, part);
    return { shard: { name: part, bytes: size, modifiedMs: mtimeMs, header: raw }, file, tensors };
  } catch (error) {
    await file.close();
    throw error;
  }
};
