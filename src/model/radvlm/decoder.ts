import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { TextConfig } from './config.ts';
import { KeyValueCache, type NewRows } from './key-value-cache.ts';
import { openSession, type SessionOptions } from './onnx-session.ts';

/** One sequence's next tokens. */
export type DecoderPart = {
  /** What came before; the new tokens' rows are added to it. */
  readonly cache: KeyValueCache;
  /** [tokens, hiddenSize] */
  readonly embeddings: Float32Array;
  /** Tokens of this part, ascending, after which the next one is predicted. May be empty while a prompt is read. */
  readonly logitsAt: readonly number[];
};

/** Masked scores. Finite: minus infinity would make NaN of a column masked everywhere. */
const MASKED = -1e30;

/**
 * The language model (transformers: Qwen2ForCausalLM.forward) over decoder.onnx: cache in, only the new tokens' keys
 * and values out. A run takes up to `lanes` parts of different sequences and lengths. The graph's kernels check
 * little; everything that would give wrong numbers in silence is checked here.
 */
export class Decoder {
  readonly lanes: number;
  readonly #text: TextConfig;
  readonly #session: InferenceSession;
  /** Stands in lanes that have nothing to do: zeros, never written. */
  readonly #emptyCache: KeyValueCache;
  /** What such lanes are fed, the same at every run. */
  readonly #emptyFeeds: readonly Record<string, Tensor>[];

  static async open(
    directory: string,
    text: TextConfig,
    lanes: number,
    options: SessionOptions,
  ): Promise<Decoder> {
    return new Decoder(await openSession(join(directory, 'decoder.onnx'), options), text, lanes);
  }

  private constructor(session: InferenceSession, text: TextConfig, lanes: number) {
    this.#session = session;
    this.#text = text;
    this.lanes = lanes;
    this.#emptyCache = new KeyValueCache(text, 1);
    this.#emptyCache.reserve(1);
    this.#emptyFeeds = Array.from({ length: lanes }, (_, lane) =>
      this.#laneFeeds(lane, this.#emptyCache, 0),
    );
  }

  /** Adds each part's tokens to its cache and gives each part's logits, [logitsAt.length, vocabularyRows]. */
  async run(parts: readonly DecoderPart[]): Promise<Float32Array[]> {
    this.#check(parts);
    const counts = parts.map((part) => part.embeddings.length / this.#text.hiddenSize);
    parts.forEach((part, i) => part.cache.reserve(part.cache.length + at(counts, i)));
    const outputs = await this.#session.run(this.#feeds(parts, counts));
    const rows = this.#newRows(outputs);
    const logits = numbers(outputs, 'logits');
    const results: Float32Array[] = [];
    let [token, row] = [0, 0];
    for (const [i, part] of parts.entries()) {
      part.cache.append(rows, token, at(counts, i));
      token += at(counts, i);
      const end = row + part.logitsAt.length * this.#text.vocabularyRows;
      results.push(logits.subarray(row, end));
      row = end;
    }
    return results;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #check(parts: readonly DecoderPart[]): void {
    const { hiddenSize, contextTokens } = this.#text;
    if (parts.length === 0 || parts.length > this.lanes) throw new RangeError('parts and lanes');
    if (new Set(parts.map((part) => part.cache)).size < parts.length) {
      throw new RangeError('one cache in two lanes');
    }
    for (const { cache, embeddings, logitsAt } of parts) {
      const count = embeddings.length / hiddenSize;
      if (!Number.isInteger(count) || count < 1) throw new RangeError('embeddings');
      if (cache.length + count > contextTokens) throw new RangeError('beyond the rope table');
      if (logitsAt.some((i) => !Number.isInteger(i) || i < 0 || i >= count)) {
        throw new RangeError('logitsAt');
      }
    }
  }

  #feeds(parts: readonly DecoderPart[], counts: readonly number[]): Record<string, Tensor> {
    const { hiddenSize } = this.#text;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const positions: number[] = [];
    const logitRows: number[] = [];
    const feeds: Record<string, Tensor> = {};
    for (let lane = 0; lane < this.lanes; lane++) {
      const part = parts[lane];
      if (!part) {
        Object.assign(feeds, this.#emptyFeeds[lane]);
        continue;
      }
      const count = at(counts, lane);
      logitRows.push(...part.logitsAt.map((i) => positions.length + i));
      for (let i = 0; i < count; i++) positions.push(part.cache.length + i);
      Object.assign(feeds, this.#laneFeeds(lane, part.cache, count));
    }
    const perLane = Array.from({ length: this.lanes }, (_, lane) => counts[lane] ?? 0);
    const single = Uint8Array.from(perLane, (count) => (count === 1 ? 1 : 0));
    feeds['inputs_embeds'] = new Tensor('float32', joined(parts), [1, total, hiddenSize]);
    feeds['position_ids'] = integers(positions, [1, total]);
    feeds['logit_idx'] = integers(logitRows);
    feeds['lane_n'] = integers(perLane);
    feeds['single_n'] = new Tensor('bool', single, [this.lanes]);
    feeds['one'] = new Tensor('bool', Uint8Array.of(total === 1 ? 1 : 0), []);
    feeds['several'] = new Tensor('bool', Uint8Array.of(parts.length > 1 ? 1 : 0), []);
    return feeds;
  }

  /** n new tokens after `cache.length` = L, in a cache padded to T; G query heads share a key head. */
  #laneFeeds(lane: number, cache: KeyValueCache, n: number): Record<string, Tensor> {
    const { layers, heads, keyValueHeads: kv, headSize } = this.#text;
    const [L, T, Gn] = [cache.length, cache.stride, (heads / kv) * n];
    // Row i sees what is cached and the new tokens up to itself, which the graph puts at columns L...L+n-1.
    const mask = new Float32Array(n * T);
    for (let i = 0; i < n; i++) mask.fill(MASKED, i * T + L + i + 1, (i + 1) * T);
    const feeds: Record<string, Tensor> = {
      [`mask_${lane}`]: new Tensor('float32', mask, [1, 1, n, T]),
      [`col_${lane}`]: integers(Array.from({ length: n }, (_, i) => L + i)),
      [`ish_${lane}`]: integers([1, kv, Gn, n]),
      [`qsh_${lane}`]: integers([1, kv, Gn, headSize]),
      [`ssh_${lane}`]: integers([1, heads, n, T]),
      [`psh_${lane}`]: integers([1, kv, Gn, T]),
      [`osh_${lane}`]: integers([1, heads, n, headSize]),
    };
    for (let l = 0; l < layers; l++) {
      feeds[`k${l}_${lane}`] = new Tensor('float32', cache.keys(l), [1, kv, T, headSize]);
      feeds[`v${l}_${lane}`] = new Tensor('float32', cache.values(l), [1, kv, headSize, T]);
    }
    return feeds;
  }

  #newRows(outputs: InferenceSession.OnnxValueMapType): NewRows {
    const layers = Array.from({ length: this.#text.layers }, (_, layer) => layer);
    return {
      keys: layers.map((layer) => numbers(outputs, `new_k_${layer}`)),
      values: layers.map((layer) => numbers(outputs, `new_v_${layer}`)),
    };
  }
}

const at = (counts: readonly number[], i: number): number => counts[i] ?? 0;

const joined = (parts: readonly DecoderPart[]): Float32Array => {
  if (parts.length === 1 && parts[0]) return parts[0].embeddings;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.embeddings.length, 0));
  let offset = 0;
  for (const { embeddings } of parts) {
    all.set(embeddings, offset);
    offset += embeddings.length;
  }
  return all;
};

const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), shape);

const numbers = (outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array => {
  const value = outputs[name];
  if (!value || !('data' in value) || !(value.data instanceof Float32Array)) {
    throw new TypeError(`The graph gives no ${name}`);
  }
  return value.data;
};
