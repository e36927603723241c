import type { TextConfig } from './config.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** One conversation's place in a run of the decoder graph. */
export type Lane = {
  readonly index: number;
  /** [1, kv, G*n, n]: the score column of every new token, for every query row. */
  readonly columns: string;
  /** Scalar bool: it has one new token. */
  readonly single: string;
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
    const single = graph.node('Gather', `lane.${index}.single`, ['single_n', position], {
      axis: { int: 0 },
    });
    return { index, columns, single };
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

export type LanePlace = { readonly prefix: string; readonly layer: number; readonly lane: Lane };

/**
 * Attention of a lane's new tokens over its cache and themselves: softmax(q k^T / sqrt(hd) + mask) v. Gives
 * [1, n, nh*hd]; all its names start with `prefix`.
 *
 * The new tokens' scores are put INTO their own columns of the cache's T columns, so there is one softmax and nothing
 * is joined. The cache's values are zero there, so the new tokens' share is added by itself.
 *
 * A query row is one of the G heads that share a key head, times one of the n tokens: [1, kv, G*n, ...]. The right-hand
 * matrix of a product is packed anew each run; with the few query rows of one token it is the queries that must stand on
 * the right and not the cache (about twice as fast over a long cache), with many it is the other way round.
 */
export const addLaneAttention = (
  graph: GraphBuilder,
  text: TextConfig,
  place: LanePlace,
  rows: Rows,
): string => {
  const { prefix, lane } = place;
  const shape = [1, `n${lane.index}`, text.heads * text.headSize];
  const at = (way: string) => ({ ...place, prefix: `${prefix}.${way}.${lane.index}` });
  const token = (): string => addTokenAttention(graph, text, at('token'), rows);
  const tokens = (): string => addTokensAttention(graph, text, at('tokens'), rows);
  return graph.node('If', `${prefix}.attended.${lane.index}`, [lane.single], {
    then_branch: graph.branch('token', shape, token),
    else_branch: graph.branch('tokens', shape, tokens),
  });
};

/**
 * `addLaneAttention` of one token, with the cache on the left of the products. Its heads lie as the products take them,
 * so nothing is put in order but the scores and the sums.
 */
export const addTokenAttention = (
  graph: GraphBuilder,
  text: TextConfig,
  { prefix, layer, lane }: LanePlace,
  rows: Rows,
): string => {
  const own = (name: string) => `${prefix}.${name}`;
  const reshaped = (name: keyof Rows) =>
    graph.node('Reshape', own(name), [rows[name], `shape.token_${name}`]);
  const [query, key, value] = [reshaped('query'), reshaped('key'), reshaped('value')];
  const scale = scaleOf(text);
  const byColumn = product(
    graph,
    own('scores.columns'),
    cacheKeyOf(layer, lane.index),
    query,
    scale,
  );
  const cached = graph.node('Transpose', own('scores.cache'), [byColumn], SWAP_LAST);
  const added = product(graph, own('scores.new'), query, key, scale);
  const placed = addPlaced(graph, lane, own, cached, added);
  const masked = graph.node('Add', own('scores.masked'), [placed, `mask_${lane.index}`]);
  const all = graph.node('Softmax', own('shares'), [masked], { axis: { int: -1 } });
  const sums = [
    product(graph, own('sum.cache'), cacheValueOf(layer, lane.index), all),
    product(graph, own('sum.new'), value, addNewShares(graph, lane, own, all)),
  ];
  const sum = graph.node('Add', own('sum'), sums);
  const output = graph.node('Transpose', own('output'), [sum], SWAP_LAST);
  return graph.node('Reshape', own('joined'), [output, 'shape.joined_heads']);
};

/** `addLaneAttention` of any number of tokens, with the cache on the right of the products. */
export const addTokensAttention = (
  graph: GraphBuilder,
  text: TextConfig,
  { prefix, layer, lane }: LanePlace,
  rows: Rows,
): string => {
  const { keyValueHeads: kv, headSize } = text;
  const { index } = lane;
  const own = (name: string) => `${prefix}.${name}`;
  const heads = (name: keyof Rows, shape: string, order: readonly number[]) => {
    const split = graph.node('Reshape', own(`${name}.split`), [rows[name], shape]);
    return graph.node('Transpose', own(`${name}.heads`), [split], { perm: { ints: order } });
  };
  const query = reshape(
    graph,
    own('query.rows'),
    heads('query', 'shape.query_heads', [0, 2, 1, 3]),
    `qsh_${index}`,
  );
  graph.shape(query, [1, kv, `Gn${index}`, headSize]);
  const key = heads('key', 'shape.key_heads', [0, 2, 1, 3]); // [1, kv, n, hd]
  const value = heads('value', 'shape.key_heads', [0, 2, 3, 1]); // [1, kv, hd, n]
  const scale = scaleOf(text);
  const cached = product(graph, own('scores.cache'), query, cacheKeyOf(layer, index), scale);
  const added = product(graph, own('scores.new'), query, key, scale);
  const shares = addShares(graph, text, lane, own, addPlaced(graph, lane, own, cached, added));
  const sums = [
    product(graph, own('sum.cache'), shares, cacheValueOf(layer, index)),
    product(graph, own('sum.new'), addNewShares(graph, lane, own, shares), value),
  ];
  const sum = graph.node('Add', own('sum'), sums);
  // [1, kv, G*n, hd] -> [1, nh, n, hd] -> [1, n, nh, hd] -> [1, n, nh*hd]
  const byHead = reshape(graph, own('sum.heads'), sum, `osh_${index}`);
  const order = { perm: { ints: [0, 2, 1, 3] } };
  const byToken = graph.node('Transpose', own('sum.tokens'), [byHead], order);
  return graph.node('Reshape', own('joined'), [byToken, 'shape.joined_heads']);
};

const SWAP_LAST = { perm: { ints: [0, 1, 3, 2] } } as const;
const LAST_AXIS = { axis: { int: 3 } } as const;

const scaleOf = ({ headSize }: TextConfig) => ({ alpha: { float: 1 / Math.sqrt(headSize) } });

/** left x right^T over the last two dimensions. */
const product = (
  graph: GraphBuilder,
  name: string,
  left: string,
  right: string,
  attributes: { alpha?: { float: number } } = {},
) => graph.contrib('FusedMatMul', name, [left, right], { ...attributes, transB: { int: 1 } });

type Own = (name: string) => string;

/** The scores of all columns, with those of the new tokens in theirs: [1, kv, G*n, T]. */
const addPlaced = (
  graph: GraphBuilder,
  { columns }: Lane,
  own: Own,
  scores: string,
  newScores: string,
): string => graph.node('ScatterElements', own('scores'), [scores, columns, newScores], LAST_AXIS);

/** Each query row's shares of all columns, [1, kv, G*n, T]. */
const addShares = (
  graph: GraphBuilder,
  { heads, keyValueHeads }: TextConfig,
  { index }: Lane,
  own: Own,
  scores: string,
): string => {
  // [1, nh, n, T]: the mask is one for all heads.
  const byHead = reshape(graph, own('scores.heads'), scores, `ssh_${index}`);
  graph.shape(byHead, [1, heads, `n${index}`, `T${index}`]);
  const masked = graph.node('Add', own('scores.masked'), [byHead, `mask_${index}`]);
  const softmax = graph.node('Softmax', own('shares.heads'), [masked], { axis: { int: -1 } });
  const shares = reshape(graph, own('shares'), softmax, `psh_${index}`);
  return graph.shape(shares, [1, keyValueHeads, `Gn${index}`, `T${index}`]);
};

/** The shares of the new tokens' columns among all: [1, kv, G*n, n]. */
const addNewShares = (graph: GraphBuilder, { columns }: Lane, own: Own, shares: string): string =>
  graph.node('GatherElements', own('shares.new'), [shares, columns], LAST_AXIS);

/** A zero in the shape means zero: a lane without new tokens has empty values. */
const reshape = (graph: GraphBuilder, name: string, input: string, shape: string): string =>
  graph.node('Reshape', name, [input, shape], { allowzero: { int: 1 } });
