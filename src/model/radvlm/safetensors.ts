import type { FileHandle } from 'node:fs/promises';
import { WetreadError } from '../../errors.ts';

/**
 * The safetensors format: 8 bytes of header length (little endian), a JSON header, the tensors' bytes.
 * https://github.com/huggingface/safetensors#format. A header is read from somebody else's file, so everything that it
 * says is checked against the file's size before it is used.
 */

/** Bytes. RadVLM's headers are under 0.1 MB; the format itself allows 100 MB. */
const HEADER_LIMIT = 16 * 2 ** 20;

/** More dimensions than any tensor of a vision-language model has (a convolution's weight has four). */
const DIMENSION_LIMIT = 8;

/** Tensor names are about 60 characters long. */
const SHOWN_NAME_LENGTH = 100;

const PREFIX_BYTES = 8;

/** Every type of the format that fills whole bytes; a checkpoint may hold some that the model does not need. */
const TYPE_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
};

export type StoredTensor = {
  /** Named as in the file: F32, F16, BF16, I64, ... */
  readonly type: string;
  readonly shape: readonly number[];
  /** Where its bytes begin, from the start of the file. */
  readonly position: number;
  readonly bytes: number;
};

export type SafetensorsHeader = {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The header as stored, to tell one file from another by. */
  readonly raw: Uint8Array;
};

/** Reads and checks one file's header. Fails with `checkpoint-file-invalid`, which calls the file `part`. */
export const readSafetensorsHeader = async (
  file: FileHandle,
  part: string,
): Promise<SafetensorsHeader> => {
  const invalid = (reason: string): WetreadError =>
    new WetreadError('checkpoint-file-invalid', { part, reason });
  const { size } = await file.stat();
  if (size < PREFIX_BYTES) throw invalid('it is cut short');
  const length = Number((await readExactly(file, 0, PREFIX_BYTES, part)).readBigUInt64LE());
  if (length > size - PREFIX_BYTES) throw invalid('its header is longer than the file');
  if (length > HEADER_LIMIT) throw invalid('its header is too long');
  const raw = await readExactly(file, PREFIX_BYTES, length, part);
  const tensors = parseTensors(raw, PREFIX_BYTES + length, invalid);
  checkCoverage(tensors, PREFIX_BYTES + length, size, invalid);
  return { tensors, raw };
};

/** Reads a range of a file whole; a file that ends before it is `checkpoint-file-invalid`. */
export const readExactly = async (
  file: FileHandle,
  position: number,
  bytes: number,
  part: string,
  into: Buffer = Buffer.alloc(bytes),
): Promise<Buffer> => {
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.read(into, done, bytes - done, position + done);
    if (bytesRead === 0)
      throw new WetreadError('checkpoint-file-invalid', { part, reason: 'it is cut short' });
    done += bytesRead;
  }
  return into.subarray(0, bytes);
};

/** A name out of somebody else's file, fit for a sentence. */
export const shownTensorName = (name: string): string =>
  name.slice(0, SHOWN_NAME_LENGTH).replaceAll(/[^\w.-]/g, '?');

type Invalid = (reason: string) => WetreadError;

const parseTensors = (raw: Buffer, dataStart: number, invalid: Invalid) => {
  const tensors = new Map<string, StoredTensor>();
  const header = parseHeader(raw, invalid);
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    tensors.set(name, parseEntry(name, entry, dataStart, invalid));
  }
  return tensors;
};

const parseHeader = (raw: Buffer, invalid: Invalid): object => {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    header = JSON.parse(text);
  } catch {
    throw invalid('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw invalid('its header is not an object');
  const names = topLevelNames(text);
  if (new Set(names).size !== names.length) throw invalid('its header names a tensor twice');
  return header;
};

/** The names of a JSON object's own members, doubles included (JSON.parse keeps only the last of them). */
const topLevelNames = (json: string): unknown[] => {
  const names: unknown[] = [];
  let depth = 0;
  for (const [token, colon] of json.matchAll(/(?:"(?:[^"\\]|\\.)*"(\s*:)?)|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && colon !== undefined)
      names.push(JSON.parse(token.slice(0, token.length - colon.length)));
  }
  return names;
};

const parseEntry = (
  name: string,
  entry: unknown,
  dataStart: number,
  invalid: Invalid,
): StoredTensor => {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const bytesEach = typeof dtype === 'string' ? TYPE_BYTES[dtype] : undefined;
  if (typeof dtype !== 'string' || bytesEach === undefined)
    throw invalid(`the type of tensor ${shownTensorName(name)} is not known`);
  if (!isCounts(shape) || shape.length > DIMENSION_LIMIT)
    throw invalid(`the shape of tensor ${shownTensorName(name)} is not one`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw invalid(`the offsets of tensor ${shownTensorName(name)} are not two numbers`);
  const [begin = 0, end = 0] = offsets;
  const bytes = shape.reduce((product, side) => product * side, bytesEach);
  if (end - begin !== bytes)
    throw invalid(`the offsets of tensor ${shownTensorName(name)} do not fit its shape`);
  return { type: dtype, shape, position: dataStart + begin, bytes };
};

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

/** The format allows no overlap, no gap and nothing after the last tensor. */
const checkCoverage = (
  tensors: ReadonlyMap<string, StoredTensor>,
  dataStart: number,
  size: number,
  invalid: Invalid,
): void => {
  const ordered = [...tensors].sort(([, a], [, b]) => a.position - b.position || a.bytes - b.bytes);
  let end = dataStart;
  for (const [name, tensor] of ordered) {
    if (tensor.position < end)
      throw invalid(`the bytes of tensor ${shownTensorName(name)} overlap another's`);
    if (tensor.position > end)
      throw invalid(`there is a gap before tensor ${shownTensorName(name)}`);
    end = tensor.position + tensor.bytes;
    if (end > size) throw invalid('it is cut short');
  }
  if (end < size) throw invalid('there are bytes after its last tensor');
};
