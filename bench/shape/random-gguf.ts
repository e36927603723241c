import { open, type FileHandle } from 'node:fs/promises';
import type { TextConfig } from '../../src/model/radvlm/config.ts';
import { randomWeights } from './random-numbers.ts';

/** Of ggml: type number, numbers in a block, bytes of one. */
const TYPES = { F32: [0, 1, 4], Q4_0: [2, 32, 18], Q8_0: [8, 32, 34] } as const;
type Type = keyof typeof TYPES;

/** Float16 of 0.005: what a scale of such weights is about. */
const SCALE_BITS = 0x1d1f;
const PATTERN_BLOCKS = 2 ** 16;
const ALIGNMENT = 32;

type Tensor = { readonly name: string; readonly shape: readonly number[]; readonly type: Type };

/**
 * Writes a Qwen2 with random weights for llama.cpp: 4 bits in blocks of 32 with a half-precision scale (Q4_0), which are
 * 4.5 bits a weight like ours in blocks of 64 with a full one; the head in 8 bits. The format is
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Resolves to the bytes of the weights that a step reads.
 */
export const writeRandomGguf = async (path: string, text: TextConfig): Promise<number> => {
  const tensors = tensorsOf(text);
  let end = 0;
  const infos = tensors.map(({ name, shape, type }) => {
    const offset = end;
    end = aligned(end + bytesOf({ name, shape, type }));
    const sides = shape.map((side) => unsigned64(side));
    const [number] = TYPES[type];
    const info = [string(name), unsigned32(shape.length), ...sides, unsigned32(number)];
    return { offset, bytes: Buffer.concat([...info, unsigned64(offset)]) };
  });
  const metadata = metadataOf(text);
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    unsigned32(3),
    unsigned64(tensors.length),
    unsigned64(metadata.length),
    ...metadata,
    ...infos.map(({ bytes }) => bytes),
  ]);
  const file = await open(path, 'w');
  try {
    await file.write(head, 0, head.length, 0);
    for (const [index, tensor] of tensors.entries())
      await writeTensor(file, aligned(head.length) + (infos[index]?.offset ?? 0), tensor);
  } finally {
    await file.close();
  }
  const read = tensors.filter(({ name }) => name !== 'token_embd.weight');
  return read.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
};

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

const bytesOf = ({ shape, type }: Tensor): number => {
  const [, numbers, bytes] = TYPES[type];
  return (shape.reduce((product, side) => product * side, 1) / numbers) * bytes;
};

/** Sides innermost first, as ggml counts them. */
const tensorsOf = (text: TextConfig): Tensor[] => {
  const { hiddenSize: width, intermediateSize, vocabularyRows } = text;
  const [query, key] = [text.heads * text.headSize, text.keyValueHeads * text.headSize];
  const tensors: Tensor[] = [
    { name: 'token_embd.weight', shape: [width, vocabularyRows], type: 'Q4_0' },
    { name: 'output.weight', shape: [width, vocabularyRows], type: 'Q8_0' },
    { name: 'output_norm.weight', shape: [width], type: 'F32' },
  ];
  for (let layer = 0; layer < text.layers; layer++) {
    const add = (part: string, shape: readonly number[], type: Type): unknown =>
      tensors.push({ name: `blk.${layer}.${part}`, shape, type });
    add('attn_norm.weight', [width], 'F32');
    add('ffn_norm.weight', [width], 'F32');
    for (const [part, rows] of [
      ['attn_q', query],
      ['attn_k', key],
      ['attn_v', key],
    ] as const) {
      add(`${part}.weight`, [width, rows], 'Q4_0');
      add(`${part}.bias`, [rows], 'F32');
    }
    add('attn_output.weight', [query, width], 'Q4_0');
    add('ffn_gate.weight', [width, intermediateSize], 'Q4_0');
    add('ffn_up.weight', [width, intermediateSize], 'Q4_0');
    add('ffn_down.weight', [intermediateSize, width], 'Q4_0');
  }
  return tensors;
};

const writeTensor = async (file: FileHandle, start: number, tensor: Tensor): Promise<void> => {
  const pattern = patternOf(tensor.type);
  const total = bytesOf(tensor);
  for (let done = 0; done < total; done += pattern.length)
    await file.write(pattern, 0, Math.min(pattern.length, total - done), start + done);
};

const patterns = new Map<Type, Buffer>();

/** Random blocks, over and over. */
const patternOf = (type: Type): Buffer => {
  const known = patterns.get(type);
  if (known) return known;
  const [, numbers, bytes] = TYPES[type];
  const weights = randomWeights(PATTERN_BLOCKS * numbers, 2);
  const pattern = Buffer.alloc(PATTERN_BLOCKS * bytes);
  for (let block = 0; block < PATTERN_BLOCKS; block++) {
    if (type === 'F32') {
      pattern.writeFloatLE(1 + (weights[block] ?? 0), block * bytes);
      continue;
    }
    pattern.writeUInt16LE(SCALE_BITS, block * bytes);
    for (let i = 2; i < bytes; i++)
      pattern[block * bytes + i] = Math.round((weights[block * numbers + i - 2] ?? 0) * 6400) & 255;
  }
  patterns.set(type, pattern);
  return pattern;
};

/** The least of a tokenizer that is taken: every byte, and names for all other rows. */
const metadataOf = (text: TextConfig): Buffer[] => {
  const tokens = byteCharacters();
  while (tokens.length < text.vocabularyRows) tokens.push(`token${tokens.length}`);
  const types = Buffer.alloc(4 * tokens.length);
  for (let i = 0; i < tokens.length; i++) types.writeInt32LE(1, 4 * i);
  const array = (type: number, count: number, items: Buffer): Buffer =>
    Buffer.concat([unsigned32(type), unsigned64(count), items]);
  const whole = (name: string, value: number): Buffer => entry(name, 4, unsigned32(value));
  const real = (name: string, value: number): Buffer => entry(name, 6, float32(value));
  const words = (name: string, value: string): Buffer => entry(name, 8, string(value));
  return [
    words('general.architecture', 'qwen2'),
    words('general.name', 'random'),
    whole('general.quantization_version', 2),
    whole('qwen2.block_count', text.layers),
    whole('qwen2.context_length', text.contextTokens),
    whole('qwen2.embedding_length', text.hiddenSize),
    whole('qwen2.feed_forward_length', text.intermediateSize),
    whole('qwen2.attention.head_count', text.heads),
    whole('qwen2.attention.head_count_kv', text.keyValueHeads),
    real('qwen2.rope.freq_base', text.ropeTheta),
    real('qwen2.attention.layer_norm_rms_epsilon', text.normEpsilon),
    words('tokenizer.ggml.model', 'gpt2'),
    words('tokenizer.ggml.pre', 'qwen2'),
    entry('tokenizer.ggml.tokens', 9, array(8, tokens.length, Buffer.concat(tokens.map(string)))),
    entry('tokenizer.ggml.token_type', 9, array(5, tokens.length, types)),
    entry('tokenizer.ggml.merges', 9, array(8, 1, string('a b'))),
    whole('tokenizer.ggml.eos_token_id', tokens.length - 1),
    entry('tokenizer.ggml.add_bos_token', 7, Buffer.from([0])),
  ];
};

/** GPT-2's visible stand-ins for all bytes: printable ones stand for themselves, the others for U+0100 and on. */
const byteCharacters = (): string[] => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : next++),
  );
};

const entry = (name: string, type: number, value: Buffer): Buffer =>
  Buffer.concat([string(name), unsigned32(type), value]);

const string = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([unsigned64(bytes.length), bytes]);
};

const unsigned32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const unsigned64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

const float32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
