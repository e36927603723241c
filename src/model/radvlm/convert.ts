import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { checkpointKey, readCopiedFiles, type ConversionOptions } from './checkpoint-key.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { planDecoderGraph } from './decoder-graph.ts';
import { realDisk, type Disk } from './disk.ts';
import { EMBEDDINGS_FILE, IMAGE_NEWLINE_FILE } from './embeddings.ts';
import type { PlannedGraph } from './graph-builder.ts';
import { CONVERTER_VERSION, FORMAT_VERSION, MANIFEST_FILE, type Manifest } from './manifest.ts';
import { encodeModel } from './onnx-model.ts';
import { publishFolder } from './publish-folder.ts';
import { makeTemporaryFolder, removeStaleFolders } from './temporary-folder.ts';
import { checkTokenizer, parseTokenizer } from './tokenizer.ts';
import { planVisionGraph } from './vision-graph.ts';

/** Hex digits of the key that make a version: enough to tell apart all that one installation ever sees. */
const VERSION_DIGITS = 12;

/** Left free on the disk: a full one hurts everything else that runs there. */
const SPARE_BYTES = 64 * 2 ** 20;

export type ConvertOptions = ConversionOptions & {
  /** Bytes written so far, and in all. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  readonly disk?: Disk;
};

/**
 * Writes a Hugging Face LLaVA-OneVision checkpoint as a folder that the runtime loads: `vision.onnx` and
 * `decoder.onnx` with their weights, `embeddings`, `image-newline`, the tokenizer and configuration files, and the
 * manifest. Everything is written to a hidden folder beside `outDirectory` and renamed when it is whole, so
 * `outDirectory` is there entirely or not at all; it must not exist, or be an equal conversion. Memory: a few pieces of
 * 16 MiB. Fails with `checkpoint-*`, `disk-full`, `data-unwritable`, or the signal's reason.
 */
export const convertCheckpoint = async (
  checkpointDirectory: string,
  outDirectory: string,
  options: ConvertOptions,
): Promise<Manifest> => {
  const checkpoint = await openCheckpoint(checkpointDirectory);
  try {
    const copied = await readCopiedFiles(checkpointDirectory);
    const name = basename(resolve(checkpointDirectory));
    return await convertOpened({ checkpoint, copied, name }, outDirectory, options);
  } finally {
    await checkpoint.close();
  }
};

export type OpenedCheckpoint = {
  readonly checkpoint: Checkpoint;
  readonly copied: ReadonlyMap<string, Buffer>;
  readonly name: string;
};

/** As `convertCheckpoint`, of a checkpoint that is open already; may `replace` a folder that is not whole. */
export const convertOpened = async (
  opened: OpenedCheckpoint,
  outDirectory: string,
  options: ConvertOptions & { readonly replace?: boolean },
): Promise<Manifest> => {
  const { disk = realDisk, signal, onProgress } = options;
  const plan = planConversion(opened, options);
  const parent = dirname(resolve(outDirectory));
  let temporary: string | undefined;
  try {
    signal?.throwIfAborted();
    await removeStaleFolders(parent);
    temporary = await makeTemporaryFolder(parent);
    if ((await disk.freeBytes(parent)) < plan.totalBytes + SPARE_BYTES) throw diskFull(plan);
    let done = 0;
    for (const file of plan.files)
      await writeFile(disk, join(temporary, file.name), file, (bytes) => {
        signal?.throwIfAborted();
        done += bytes;
        onProgress?.(done, plan.totalBytes);
      });
    await publishFolder(temporary, outDirectory, plan.manifest.key, options.replace ?? false);
    return plan.manifest;
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    throw writingError(error, plan);
  }
};

type PlannedFile = {
  readonly name: string;
  readonly bytes: number;
  /** Pieces in order, each with its place in the file. */
  readonly pieces: () => AsyncIterable<{ readonly bytes: Uint8Array; readonly position: number }>;
};

type Plan = {
  readonly files: readonly PlannedFile[];
  readonly totalBytes: number;
  readonly manifest: Manifest;
};

/** Everything that will be written, with its size; checks that every tensor is there and fits. */
export const planConversion = (opened: OpenedCheckpoint, options: ConversionOptions): Plan => {
  const { checkpoint, copied, name } = opened;
  const { config } = checkpoint;
  const tokenizer = copied.get('tokenizer.json');
  if (tokenizer === undefined)
    throw new WetreadError('checkpoint-file-missing', { part: 'tokenizer.json' });
  // what will not run is told before tens of gigabytes are written
  checkTokenizer(parseTokenizer(tokenizer.toString('utf8')), config);
  const { vocabularyRows, hiddenSize } = config.text;
  const embeddings = checkpoint.raw('text.embed_tokens.weight', [vocabularyRows, hiddenSize]);
  const newline = checkpoint.weight('image_newline', [hiddenSize]);
  const tied = config.text.tiedHead && !checkpoint.has('head.weight');
  const head = checkpoint.weight(tied ? 'text.embed_tokens.weight' : 'head.weight', [
    vocabularyRows,
    hiddenSize,
  ]);
  const content = [
    ...filesOfGraph(planVisionGraph(checkpoint)),
    ...filesOfGraph(planDecoderGraph(checkpoint, head, options.lanes)),
    streamedFile(EMBEDDINGS_FILE, embeddings.bytes, embeddings.chunks),
    streamedFile(IMAGE_NEWLINE_FILE, newline.elements * 4, newline.chunks),
    ...[...copied].map(([file, bytes]) => wholeFile(file, bytes)),
  ];
  const key = checkpointKey(checkpoint, copied, options);
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    converterVersion: CONVERTER_VERSION,
    key,
    version: key.slice(0, VERSION_DIGITS),
    name,
    demo: copied.has('figures.json'),
    config,
    weights: 'fp32',
    lanes: options.lanes,
    embeddingType: embeddings.type,
    files: Object.fromEntries(content.map((file) => [file.name, file.bytes])),
    parameters: checkpoint.parameters,
    checkpointBytes: checkpoint.shards.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const last = wholeFile(MANIFEST_FILE, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  const files = [...content, last];
  return { files, manifest, totalBytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
};

const wholeFile = (name: string, bytes: Uint8Array): PlannedFile => ({
  name,
  bytes: bytes.byteLength,
  async *pieces() {
    yield { bytes, position: 0 };
  },
});

const streamedFile = (
  name: string,
  bytes: number,
  chunks: () => AsyncIterable<Uint8Array | Float32Array>,
): PlannedFile => ({
  name,
  bytes,
  async *pieces() {
    let position = 0;
    for await (const chunk of chunks()) {
      yield { bytes: bytesOf(chunk), position };
      position += chunk.byteLength;
    }
  },
});

const filesOfGraph = ({ graph, weights, dataFile, dataBytes }: PlannedGraph): PlannedFile[] => [
  wholeFile(`${graph.name}.onnx`, encodeModel(graph)),
  {
    name: dataFile,
    bytes: dataBytes,
    async *pieces() {
      for (const { source, offset } of weights) {
        let position = offset;
        for await (const chunk of source.chunks()) {
          yield { bytes: bytesOf(chunk), position };
          position += chunk.byteLength;
        }
      }
    },
  },
];

/** The machine's own byte order, which is the little-endian one that ONNX wants on all that Node's builds run on. */
const bytesOf = (chunk: Uint8Array | Float32Array): Uint8Array =>
  new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);

const writeFile = async (
  disk: Disk,
  path: string,
  { bytes: total, pieces }: PlannedFile,
  onBytes: (bytes: number) => void,
): Promise<void> => {
  const file = await disk.create(path);
  try {
    let end = 0;
    for await (const { bytes, position } of pieces()) {
      await file.write(bytes, position);
      onBytes(position + bytes.byteLength - end);
      end = position + bytes.byteLength;
    }
    if (end !== total) throw new Error('a planned file has another size than was planned');
    await file.finish();
  } finally {
    await file.close();
  }
};

const diskFull = ({ totalBytes }: Plan, cause?: unknown): WetreadError =>
  new WetreadError('disk-full', { bytes: totalBytes + SPARE_BYTES }, { cause });

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);
const REFUSED_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

const writingError = (error: unknown, plan: Plan): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (FULL_CODES.has(code)) return diskFull(plan, error);
  if (REFUSED_CODES.has(code)) return new WetreadError('data-unwritable', {}, { cause: error });
  return error;
};
