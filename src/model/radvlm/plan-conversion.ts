import { WetreadError } from '../../errors.ts';
import { checkpointKey } from './checkpoint-key.ts';
import type { Checkpoint } from './checkpoint.ts';
import { planDecoderGraph } from './decoder-graph.ts';
import { EMBEDDINGS_FILE, IMAGE_NEWLINE_FILE } from './embeddings.ts';
import type { PlannedGraph, PlannedUnit } from './graph-builder.ts';
import { CONVERTER_VERSION, FORMAT_VERSION, type Manifest } from './manifest.ts';
import { encodeModel } from './onnx-model.ts';
import { chooseWeights, type Precision, precisionOf, type WeightsChoice } from './precision.ts';
import type { Block } from './quantize.ts';
import { checkTokenizer, parseTokenizer } from './tokenizer.ts';
import { planVisionGraph } from './vision-graph.ts';
import { bytesOf } from './weight-source.ts';

/** Hex digits of the key that make a version: enough to tell apart all that one installation ever sees. */
const VERSION_DIGITS = 12;

export type ConversionOptions = {
  /** Conversations that the decoder graph computes in one run. */
  readonly lanes: number;
  /** Left out, it goes by the checkpoint's size. */
  readonly weights?: WeightsChoice | undefined;
  /** Numbers of the decoder that share a scale; left out, what is best for the weights. */
  readonly block?: Block | undefined;
};

export type OpenedCheckpoint = {
  readonly checkpoint: Checkpoint;
  readonly copied: ReadonlyMap<string, Buffer>;
  readonly name: string;
};

export type PlannedFile = {
  readonly name: string;
  readonly bytes: number;
  /** One behind the other; a conversion that was killed goes on at the first that is not written. */
  readonly units: readonly PlannedUnit[];
};

export type ConversionPlan = {
  readonly key: string;
  readonly files: readonly PlannedFile[];
  /** Of all files; the report and the manifest, which come last, are not worth counting. */
  readonly totalBytes: number;
  readonly manifest: Omit<Manifest, 'files' | 'checksums'>;
};

export const precisionFor = (
  checkpoint: Checkpoint,
  { weights = 'auto', block }: ConversionOptions,
): Precision => precisionOf(chooseWeights(weights, checkpointBytes(checkpoint)), block);

const checkpointBytes = ({ shards }: Checkpoint): number =>
  shards.reduce((sum, { bytes }) => sum + bytes, 0);

/** Everything that will be written, with its size; checks that every tensor is there and fits. */
export const planConversion = (
  { checkpoint, copied, name }: OpenedCheckpoint,
  options: ConversionOptions,
): ConversionPlan => {
  const { config } = checkpoint;
  const { lanes } = options;
  const precision = precisionFor(checkpoint, options);
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
  const files = [
    ...filesOfGraph(planVisionGraph(checkpoint, precision.vision)),
    ...filesOfGraph(planDecoderGraph(checkpoint, head, { lanes, precision })),
    streamedFile(EMBEDDINGS_FILE, embeddings.bytes, embeddings.chunks),
    streamedFile(IMAGE_NEWLINE_FILE, newline.elements * 4, newline.chunks),
    ...[...copied].map(([file, bytes]) => wholeFile(file, bytes)),
  ];
  const key = checkpointKey(checkpoint, copied, { lanes, precision });
  return {
    key,
    files,
    totalBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    manifest: {
      formatVersion: FORMAT_VERSION,
      converterVersion: CONVERTER_VERSION,
      key,
      version: key.slice(0, VERSION_DIGITS),
      name,
      demo: copied.has('figures.json'),
      config,
      weights: precision.weights,
      block: precision.block,
      lanes,
      embeddingType: embeddings.type,
      parameters: checkpoint.parameters,
      checkpointBytes: checkpointBytes(checkpoint),
    },
  };
};

const wholeFile = (name: string, bytes: Uint8Array): PlannedFile =>
  streamedFile(name, bytes.byteLength, async function* () {
    yield bytes;
  });

const streamedFile = (
  name: string,
  bytes: number,
  chunks: () => AsyncIterable<Uint8Array | Float32Array>,
): PlannedFile => {
  const unit: PlannedUnit = {
    bytes,
    async *pieces() {
      let position = 0;
      for await (const chunk of chunks()) {
        yield { bytes: bytesOf(chunk), position };
        position += chunk.byteLength;
      }
      return undefined;
    },
  };
  return { name, bytes, units: [unit] };
};

const filesOfGraph = ({ graph, weights, dataFile, dataBytes }: PlannedGraph): PlannedFile[] => [
  wholeFile(`${graph.name}.onnx`, encodeModel(graph)),
  { name: dataFile, bytes: dataBytes, units: weights },
];
