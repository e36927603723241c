import type { TextConfig } from './config.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** One conversation's place in a run of the decoder graph. */
export type Lane = {
  readonly index: number;
  /** [1, kv, G*n, n]: the score column of every new token, for every query row. */
  readonly columns: string;
  /** Scalar bool: few new tokens, so the cache is the left-hand matrix. */
  readonly small: string;
};

/** Says the inputs of every lane that do not depend on the layer, and computes what all layers share. */
export const addLaneInputs = (graph: GraphBuilder, lanes: number): readonly Lane[] =>
  Array.from({ length: lanes }, (_, index) => {
    graph.input(`mask_${index}`, 'float32', [1, 1, `n${index}`, `T${index}`]);
    graph.input(`col_${index}`, 'int64', [`n${index}`]);
    for (const shape of ['ish', 'qsh', 'ssh', 'psh', 'osh'])
      graph.input(`${shape}_${index}`, 'int64', [4]);
    const columns = graph.node('Expand', `lane.${index}.columns`, [`col_${index}`, `ish_${index}`]);
    const position = graph.integers(`lane.${index}.index`, index);
    const small = graph.node('Gather', `lane.${index}.small`, ['small_n', position], {
      axis: { int: 0 },
    });
    return { index, columns, small };
  });

/** New rows of a layer: query [1, n, nh*hd], key and value [1, n, kv*hd]. */
export type Rows = { readonly query: string; readonly key: string; readonly value: string };

/** A layer's inputs for every lane: the cache as it stands. */
export const addCacheInputs = (
  graph: GraphBuilder,
  { keyValueHeads: kv, headSize }: TextConfig,
  layer: number,
  lanes: readonly Lane[],
): void => {
  for (const { index } of lanes) {
    graph.input(cacheKeyOf(layer, index), 'float32', [1, kv, `T${index}`, headSize]);
    graph.input(cacheValueOf(layer, index), 'float32', [1, kv, headSize, `T${index}`]);
  }
};

const cacheKeyOf = (layer: number, lane: number): string => `k${layer}_${lane}`;
const cacheValueOf = (layer: number, lane: number): string => `v${layer}_${lane}`;

/**
 * Attention of a lane's new tokens over its cache and themselves: softmax(q k^T / sqrt(hd) + mask) v. Gives
 * [1, n, nh*hd]; all its names start with `prefix`.
 *
 * The new tokens' scores are put INTO their own columns of the cache's T columns, so there is one softmax and nothing
 * is joined. The cache's values are zero there, so the new tokens' share is added by itself.
 *
 * A query row is one of the G heads that share a key head, times one of the n tokens: [1, kv, G*n, ...]. The right-hand
 * matrix of a product is packed anew each run; with few query rows it is the queries that must stand on the right
 * and not the cache ("small", about twice as fast for one token over a long cache), with many it is the other way round.
 */
export const addLaneAttention = (
  graph: GraphBuilder,
  text: TextConfig,
  place: { readonly prefix: string; readonly layer: number; readonly lane: Lane },
  rows: Rows,
): string => {
  const { keyValueHeads: kv, headSize } = text;
  const { prefix, layer, lane } = place;
  const { index } = lane;
  const own = (name: string) => `${prefix}.${name}.${index}`;
  const heads = (name: keyof Rows, shape: string, order: readonly number[]) =>
    graph.node(
      'Transpose',
      own(`${name}.heads`),
      [graph.node('Reshape', own(`${name}.split`), [rows[name], shape])],
      { perm: { ints: order } },
    );
  const query = reshape(
    graph,
    own('query.rows'),
    heads('query', 'shape.query_heads', [0, 2, 1, 3]),
    `qsh_${index}`,
  );
  graph.shape(query, [1, kv, `Gn${index}`, headSize]);
  const parts: LaneParts = {
    own,
    query,
    key: heads('key', 'shape.key_heads', [0, 2, 1, 3]), // [1, kv, n, hd]
    value: heads('value', 'shape.key_heads', [0, 2, 3, 1]), // [1, kv, hd, n]
    cacheKey: cacheKeyOf(layer, index),
    cacheValue: cacheValueOf(layer, index),
  };
  const shape = [1, kv, `Gn${index}`, headSize];
  const output = graph.node('If', own('attended'), [lane.small], {
    then_branch: graph.branch('small', shape, () => addSmall(graph, text, lane, parts)),
    else_branch: graph.branch('large', shape, () => addLarge(graph, text, lane, parts)),
  });
  // [1, kv, G*n, hd] -> [1, nh, n, hd] -> [1, n, nh, hd]
  const split = reshape(graph, own('attended.heads'), output, `osh_${index}`);
  const order = { perm: { ints: [0, 2, 1, 3] } };
  const tokens = graph.node('Transpose', own('attended.tokens'), [split], order);
  return graph.node('Reshape', own('attended.joined'), [tokens, 'shape.joined_heads']);
};

/**
 * `addLaneAttention` of one new token. Its heads lie as the products take them, so nothing is put in order but the
 * scores and the sums.
 */
export const addTokenAttention = (
  graph: GraphBuilder,
  text: TextConfig,
  place: { readonly prefix: string; readonly layer: number; readonly lane: Lane },
  rows: Rows,
): string => {
  const { prefix, layer, lane } = place;
  const own = (name: string) => `${prefix}.${name}`;
  const reshaped = (name: keyof Rows) =>
    graph.node('Reshape', own(name), [rows[name], `shape.token_${name}`]);
  const [query, key, value] = [reshaped('query'), reshaped('key'), reshaped('value')];
  const scale = { float: 1 / Math.sqrt(text.headSize) };
  const axis = { axis: { int: 3 } };
  const columns = [cacheKeyOf(layer, lane.index), query] as const;
  const byColumn = product(graph, own('scores.columns'), ...columns, { alpha: scale });
  const cached = graph.node('Transpose', own('scores.cache'), [byColumn], SWAP_LAST);
  const added = product(graph, own('scores.new'), query, key, { alpha: scale });
  const scores = [cached, lane.columns, added];
  const placed = graph.node('ScatterElements', own('scores'), scores, axis);
  const masked = graph.node('Add', own('scores.masked'), [placed, `mask_${lane.index}`]);
  const shares = graph.node('Softmax', own('shares'), [masked], { axis: { int: -1 } });
  const newShares = graph.node('GatherElements', own('shares.new'), [shares, lane.columns], axis);
  const sums = [
    product(graph, own('sum.cache'), cacheValueOf(layer, lane.index), shares, {}),
    product(graph, own('sum.new'), value, newShares, {}),
  ];
  const sum = graph.node('Add', own('sum'), sums);
  const output = graph.node('Transpose', own('output'), [sum], SWAP_LAST);
  return graph.node('Reshape', own('joined'), [output, 'shape.joined_heads']);
};

type LaneParts = {
  /** A name of this layer and lane. */
  readonly own: (name: string) => string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly cacheKey: string;
  readonly cacheValue: string;
};

const SWAP_LAST = { perm: { ints: [0, 1, 3, 2] } } as const;

/** The cache on the left. */
const addSmall = (graph: GraphBuilder, text: TextConfig, lane: Lane, parts: LaneParts): string => {
  const own = (name: string) => parts.own(`small.${name}`);
  const { query, key, value, cacheKey, cacheValue } = parts;
  const scale = { float: 1 / Math.sqrt(text.headSize) };
  const left = product(graph, own('scores.left'), cacheKey, query, { alpha: scale });
  const scores = graph.node('Transpose', own('scores.cache'), [left], SWAP_LAST);
  const newScores = product(graph, own('scores.new'), query, key, { alpha: scale });
  const shares = addSoftmax(graph, text, lane, own, scores, newScores);
  const cached = product(graph, own('sum.cache'), cacheValue, shares.all, {});
  const added = product(graph, own('sum.new'), value, shares.new, {});
  const sum = graph.node('Add', own('sum'), [cached, added]);
  return graph.node('Transpose', own('output'), [sum], SWAP_LAST);
};

/** The cache on the right. */
const addLarge = (graph: GraphBuilder, text: TextConfig, lane: Lane, parts: LaneParts): string => {
  const own = (name: string) => parts.own(`large.${name}`);
  const { query, key, value, cacheKey, cacheValue } = parts;
  const scale = { float: 1 / Math.sqrt(text.headSize) };
  const scores = product(graph, own('scores.cache'), query, cacheKey, { alpha: scale });
  const newScores = product(graph, own('scores.new'), query, key, { alpha: scale });
  const shares = addSoftmax(graph, text, lane, own, scores, newScores);
  const cached = product(graph, own('sum.cache'), shares.all, cacheValue, {});
  const added = product(graph, own('sum.new'), shares.new, value, {});
  return graph.node('Add', own('output'), [cached, added]);
};

/** left x right^T over the last two dimensions. */
const product = (
  graph: GraphBuilder,
  name: string,
  left: string,
  right: string,
  attributes: { alpha?: { float: number } },
) => graph.contrib('FusedMatMul', name, [left, right], { ...attributes, transB: { int: 1 } });

/** Each query row's shares of all columns [1, kv, G*n, T], and of the new tokens' columns among them [1, kv, G*n, n]. */
const addSoftmax = (
  graph: GraphBuilder,
  { heads, keyValueHeads }: TextConfig,
  { index, columns }: Lane,
  own: (name: string) => string,
  scores: string,
  newScores: string,
) => {
  const axis = { axis: { int: 3 } };
  const placed = graph.node('ScatterElements', own('scores'), [scores, columns, newScores], axis);
  // [1, nh, n, T]: the mask is one for all heads.
  const byHead = reshape(graph, own('scores.heads'), placed, `ssh_${index}`);
  graph.shape(byHead, [1, heads, `n${index}`, `T${index}`]);
  const masked = graph.node('Add', own('scores.masked'), [byHead, `mask_${index}`]);
  const softmax = graph.node('Softmax', own('shares.heads'), [masked], { axis: { int: -1 } });
  const all = reshape(graph, own('shares'), softmax, `psh_${index}`);
  graph.shape(all, [1, keyValueHeads, `Gn${index}`, `T${index}`]);
  return { all, new: graph.node('GatherElements', own('shares.new'), [all, columns], axis) };
};

/** A zero in the shape means zero: a lane without new tokens has empty values. */
const reshape = (graph: GraphBuilder, name: string, input: string, shape: string): string =>
  graph.node('Reshape', name, [input, shape], { allowzero: { int: 1 } });
