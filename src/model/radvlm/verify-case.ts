import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { WetreadError } from '../../errors.ts';
import type { ModelImage, ModelMessage } from '../model.ts';
import { readExactly, readSafetensorsHeader } from './safetensors.ts';

/** The files that training/golden/make.py writes beside each other: NAME.json, NAME.safetensors, and the picture. */
const role = z.enum(['system', 'user', 'assistant']);
const content = z.array(
  z.union([
    z.object({ type: z.literal('image') }),
    z.object({ type: z.literal('text'), text: z.string() }),
  ]),
);
/** The reference's arithmetic; a case that does not say was made in float32. */
const dtype = z.enum(['float32', 'float16', 'bfloat16']).default('float32');
export type Arithmetic = z.infer<typeof dtype>;
const conversationSchema = z.looseObject({
  dtype,
  image: z.string().nullable(),
  conversation: z.array(z.object({ role, content })),
  input_ids: z.array(z.int()),
  greedy_ids: z.array(z.int()).min(1),
  finish: z.enum(['eos', 'length']),
  text: z.string(),
  logit_std: z.number().positive(),
});
const batchSchema = z.looseObject({
  members: z.array(z.string()),
  greedy_ids: z.array(z.array(z.int())),
  greedy_lengths: z.array(z.int()),
});

type CaseTensors = ReadonlyMap<string, CaseTensor>;
export type CaseTensor = { readonly shape: readonly number[]; readonly values: ArrayLike<number> };

/** One conversation, and what the reference makes of it. */
export type ConversationCase = {
  readonly kind: 'conversation';
  readonly name: string;
  readonly messages: readonly ModelMessage[];
  readonly expected: z.infer<typeof conversationSchema>;
  /** By the names of golden/README.md; which of them are there depends on the case's size. */
  readonly tensors: CaseTensors;
};

/** Several conversations padded and decoded together by the reference. */
export type BatchCase = {
  readonly kind: 'batch';
  readonly name: string;
  readonly expected: z.infer<typeof batchSchema>;
  readonly tensors: CaseTensors;
};

/** Names of the cases in a folder, those of one conversation first. Fails with `cases-invalid`. */
export const listCases = async (directory: string): Promise<string[]> => {
  const files = await readdir(directory).catch((cause: unknown) => {
    throw invalid('the folder cannot be read', cause);
  });
  const there = new Set(files);
  const names = files
    .filter((file) => file.endsWith('.json') && there.has(file.replace(/json$/, 'safetensors')))
    .map((file) => basename(file, '.json'))
    .sort();
  if (names.length === 0) throw invalid('there are none in the folder');
  return [...names.filter((name) => !isBatch(name)), ...names.filter(isBatch)];
};

const isBatch = (name: string): boolean => /^batch\d+$/.test(name);

/** Reads one case. Fails with `cases-invalid`. */
export const readCase = async (
  directory: string,
  name: string,
): Promise<ConversationCase | BatchCase> => {
  try {
    const json: unknown = JSON.parse(await readFile(join(directory, `${name}.json`), 'utf8'));
    const tensors = await readTensors(join(directory, `${name}.safetensors`));
    if (isBatch(name)) return { kind: 'batch', name, expected: batchSchema.parse(json), tensors };
    const expected = conversationSchema.parse(json);
    const image = expected.image === null ? undefined : await readImage(directory, expected.image);
    const messages = expected.conversation.map((message) => ({
      role: message.role,
      text: message.content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      images: message.content.flatMap((part) => (part.type === 'image' && image ? [image] : [])),
    }));
    return { kind: 'conversation', name, messages, expected, tensors };
  } catch (cause) {
    throw invalid(`${name} is not as make.py writes it`, cause);
  }
};

const readImage = async (directory: string, file: string): Promise<ModelImage> => {
  const png = new Uint8Array(await readFile(join(directory, basename(file))));
  const { width, height } = await sharp(png).metadata();
  // Names the film within this run alone.
  return { sha256: file, width, height, png };
};

const readTensors = async (path: string): Promise<CaseTensors> => {
  const file = await open(path);
  try {
    const { tensors } = await readSafetensorsHeader(file, basename(path));
    const read = new Map<string, CaseTensor>();
    for (const [name, { type, shape, position, bytes }] of tensors) {
      const data = await readExactly(file, position, bytes, basename(path));
      const values = toNumbers(type, data);
      if (values) read.set(name, { shape, values });
    }
    return read;
  } finally {
    await file.close();
  }
};

/** The three types that make.py writes numbers in. */
const toNumbers = (type: string, data: Buffer): ArrayLike<number> | undefined => {
  const { buffer } = new Uint8Array(data);
  if (type === 'F32') return new Float32Array(buffer);
  if (type === 'U8') return new Uint8Array(buffer);
  if (type === 'I64') return Array.from(new BigInt64Array(buffer), Number);
  return undefined;
};

const invalid = (reason: string, cause?: unknown): WetreadError =>
  new WetreadError('cases-invalid', { reason }, { cause });
