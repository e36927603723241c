import type { TextConfig } from './config.ts';
import {
  addCacheInputs,
  addLaneAttention,
  addLaneInputs,
  addTokenAttention,
  addTokensAttention,
  type Lane,
  type Rows,
} from './decoder-lane.ts';
import { GraphBuilder, type PlannedGraph } from './graph-builder.ts';
import { addGateSizes, addMlp } from './decoder-mlp.ts';
import { addLinear } from './linear.ts';
import type { Precision } from './precision.ts';
import type { Quantization } from './quantize.ts';
import { rotaryTable } from './rotary-table.ts';
import { stackRows, weightOf, type ModelWeights, type WeightSource } from './weight-source.ts';

/**
 * The language model, `Qwen2ForCausalLM` (transformers/models/qwen2/modeling_qwen2.py), for prefill and decoding
 * alike. The cache of keys and values comes in and is not given back: out come the new rows alone, which the caller
 * appends. New tokens of several conversations ("lanes") are computed in one run, packed one behind the other, as
 * many of each as there are (none is allowed).
 *
 * Sizes: N new tokens in all, n of them in lane b, T cache columns of lane b, H width, hd head size, kv key and value
 * heads, nh query heads, G = nh / kv, R rows of logits asked for, V vocabulary rows.
 *
 * | input            | type, shape                | what                                                            |
 * |------------------|----------------------------|-----------------------------------------------------------------|
 * | inputs_embeds    | f32 [1, N, H]              | embeddings or image features                                    |
 * | position_ids     | i64 [1, N]                 | position in its own conversation                                |
 * | logit_idx        | i64 [R]                    | which of the N tokens to give logits for                        |
 * | lane_n           | i64 [lanes]                | n of each lane                                                  |
 * | one              | bool                       | there is one new token, lane 0's                                |
 * | several          | bool                       | false: all new tokens are lane 0's, and no other is computed    |
 * | single_n         | bool [lanes]               | which lanes have one new token                                  |
 * | mask_b           | f32 [1, 1, n, T]           | 0 for a column that the token sees, -1e30 for one that it does not |
 * | col_b            | i64 [n]                    | column of each new token: length ... length + n - 1             |
 * | ish_b            | i64 [4]                    | [1, kv, G*n, n]                                                 |
 * | qsh_b            | i64 [4]                    | [1, kv, G*n, hd]                                                |
 * | ssh_b            | i64 [4]                    | [1, nh, n, T]                                                   |
 * | psh_b            | i64 [4]                    | [1, kv, G*n, T]                                                 |
 * | osh_b            | i64 [4]                    | [1, nh, n, hd]                                                  |
 * | k{l}_b           | f32 [1, kv, T, hd]         | cached keys of layer l, already rotated; finite everywhere      |
 * | v{l}_b           | f32 [1, kv, hd, T]         | cached values, transposed; ZERO from column `length` on         |
 *
 * The last layer's keys and values are computed of every token, and what follows them of those R alone.
 *
 * T is at least length + n. Outputs: `new_k_{l}`, `new_v_{l}` f32 [1, N, kv*hd], and `logits` f32 [1, R, V].
 */
export const planDecoderGraph = (
  model: ModelWeights,
  head: WeightSource,
  { lanes, precision }: { readonly lanes: number; readonly precision: Precision },
): PlannedGraph => {
  const { text } = model.config;
  const { decoder: quantization } = precision;
  const graph = new GraphBuilder('decoder');
  addInputs(graph, text, lanes);
  addGateSizes(graph, text, quantization);
  const laneInputs = addLaneInputs(graph, lanes);
  let state: State = { residual: '', addend: 'inputs_embeds' };
  for (let layer = 0; layer < text.layers; layer++)
    state = addLayer(graph, model, { lanes: laneInputs, layer, quantization }, state);
  const last = addNorm(graph, model, 'text.norm', state);
  const { vocabularyRows: rows, hiddenSize: columns } = text;
  const logits = addLinear(graph, {
    name: 'head',
    input: last.hidden,
    rows,
    columns,
    weight: head,
    quantization: precision.head,
  });
  graph.node('Identity', 'logits', [logits]);
  graph.output('logits', 'float32', [1, 'R', rows]);
  return graph.finish();
};

const addInputs = (graph: GraphBuilder, text: TextConfig, lanes: number): void => {
  graph.input('inputs_embeds', 'float32', [1, 'N', text.hiddenSize]);
  graph.input('position_ids', 'int64', [1, 'N']);
  graph.input('logit_idx', 'int64', ['R']);
  graph.input('lane_n', 'int64', [lanes]);
  graph.input('single_n', 'bool', [lanes]);
  graph.input('one', 'bool', []);
  graph.input('several', 'bool', []);
  const { contextTokens, headSize, heads, keyValueHeads } = text;
  const { cosines, sines } = rotaryTable(contextTokens, headSize, text.ropeTheta);
  const shape = [contextTokens, headSize / 2];
  graph.weight('rotary.cosines', shape, weightOf(cosines));
  graph.weight('rotary.sines', shape, weightOf(sines));
  const [query, key] = [heads * headSize, keyValueHeads * headSize];
  graph.integers('sizes.rotated_and_value', [query + key, key]);
  graph.integers('sizes.query_and_key', [query, key]);
  graph.integers('shape.query_heads', [0, 0, heads, headSize]);
  graph.integers('shape.key_heads', [0, 0, keyValueHeads, headSize]);
  graph.integers('shape.joined_heads', [1, -1, query]);
  graph.integers('shape.token_query', [1, keyValueHeads, heads / keyValueHeads, headSize]);
  graph.integers('shape.token_key', [1, keyValueHeads, 1, headSize]);
  graph.integers('shape.token_value', [1, keyValueHeads, headSize, 1]);
};

/** Between two blocks: the residual stream is the sum of both ('' before the first block). */
type State = { readonly residual: string; readonly addend: string };

/**
 * `Qwen2RMSNorm` of the residual stream, and the stream itself: `hidden_states = residual + hidden_states` and the
 * norm after it are one operator.
 */
const addNorm = (graph: GraphBuilder, model: ModelWeights, name: string, state: State) => {
  const { hiddenSize, normEpsilon } = model.config.text;
  const key = `${name}.weight`;
  const weight = graph.weight(key, [hiddenSize], model.weight(key, [hiddenSize]));
  const epsilon = { float: normEpsilon };
  const { residual, addend } = state;
  if (residual === '') {
    const attributes = { axis: { int: -1 }, epsilon, stash_type: { int: 1 } };
    const hidden = graph.node('SimplifiedLayerNormalization', name, [addend, weight], attributes);
    return { hidden, residual: addend };
  }
  const sum = `${name}.sum`;
  graph.contribWithOutputs(
    'SkipSimplifiedLayerNormalization',
    [name, '', '', sum],
    [residual, addend, weight],
    { epsilon },
  );
  return { hidden: name, residual: sum };
};

type Place = {
  readonly lanes: readonly Lane[];
  readonly layer: number;
  readonly quantization: Quantization | undefined;
};

/** `Qwen2DecoderLayer`. */
const addLayer = (graph: GraphBuilder, model: ModelWeights, place: Place, state: State): State => {
  const { layer, quantization } = place;
  const prefix = `text.layers.${layer}`;
  const before = addNorm(graph, model, `${prefix}.input_layernorm`, state);
  const heads = addAttention(graph, model, place, before.hidden);
  const isLast = layer === model.config.text.layers - 1;
  const asked = (value: string): string =>
    isLast
      ? graph.node('Gather', `${value}.asked`, [value, 'logit_idx'], { axis: { int: 1 } })
      : value;
  const after = addNorm(graph, model, `${prefix}.post_attention_layernorm`, {
    residual: asked(before.residual),
    addend: addOutput(graph, model, place, asked(heads)),
  });
  const mlp = { prefix: `${prefix}.mlp`, quantization };
  return { residual: after.residual, addend: addMlp(graph, model, mlp, after.hidden) };
};

/** `Qwen2Attention` before its last product: q, k and v in one product; rotary positions; lane by lane over its cache. */
const addAttention = (
  graph: GraphBuilder,
  model: ModelWeights,
  { lanes, layer, quantization }: Place,
  input: string,
): string => {
  const { text } = model.config;
  const prefix = `text.layers.${layer}.self_attn`;
  const [query, key] = [text.heads * text.headSize, text.keyValueHeads * text.headSize];
  const parts = [
    ['q_proj', query],
    ['k_proj', key],
    ['v_proj', key],
  ] as const;
  const packed = addLinear(graph, {
    name: `${prefix}.packed`,
    input,
    rows: query + 2 * key,
    columns: text.hiddenSize,
    weight: stackRows(
      parts.map(([part, rows]) =>
        model.weight(`${prefix}.${part}.weight`, [rows, text.hiddenSize]),
      ),
    ),
    bias: stackRows(parts.map(([part, rows]) => model.weight(`${prefix}.${part}.bias`, [rows]))),
    quantization,
  });
  const [newKey, newValue] = [`new_k_${layer}`, `new_v_${layer}`];
  const unrotated = `${prefix}.unrotated`;
  graph.split(packed, 'sizes.rotated_and_value', -1, [unrotated, newValue]);
  // apply_rotary_pos_emb, of the query and key heads together: [1, N, (nh + kv) * hd]
  const rotated = graph.contrib(
    'RotaryEmbedding',
    `${prefix}.rotated`,
    [unrotated, 'position_ids', 'rotary.cosines', 'rotary.sines'],
    { num_heads: { int: text.heads + text.keyValueHeads }, interleaved: { int: 0 } },
  );
  graph.split(rotated, 'sizes.query_and_key', -1, [`${prefix}.query`, newKey]);
  graph.output(newKey, 'float32', [1, 'N', key]);
  graph.output(newValue, 'float32', [1, 'N', key]);

  const rows = { query: `${prefix}.query`, key: newKey, value: newValue };
  return addHeads(graph, text, { prefix, layer, lanes }, rows);
};

type Heads = { readonly prefix: string; readonly layer: number; readonly lanes: readonly Lane[] };

/**
 * Attention of all new tokens, lane by lane: [1, N, nh*hd]. One conversation alone, which is the most frequent, is spared
 * the operators of the other lanes, and one token of it those that put several in order: of a word of a 7B they take
 * several per cent, of a smaller model a tenth.
 */
const addHeads = (graph: GraphBuilder, text: TextConfig, place: Heads, rows: Rows): string => {
  const { prefix, layer, lanes } = place;
  const [lane] = lanes;
  if (!lane) throw new RangeError('no lanes');
  addCacheInputs(graph, text, layer, lanes);
  const shape = [1, 'N', text.heads * text.headSize];
  const at = (way: string) => ({ prefix: `${prefix}.${way}`, layer, lane });
  const alone = (): string => addTokensAttention(graph, text, at('alone'), rows);
  const several = (): string => addLanes(graph, text, place, rows);
  const any = (): string =>
    lanes.length === 1
      ? alone()
      : graph.node('If', `${prefix}.lanes`, ['several'], {
          then_branch: graph.branch('several', shape, several),
          else_branch: graph.branch('alone', shape, alone),
        });
  const one = (): string => addTokenAttention(graph, text, at('one'), rows);
  return graph.node('If', `${prefix}.heads`, ['one'], {
    then_branch: graph.branch('one', shape, one),
    else_branch: graph.branch('any', shape, any),
  });
};

const addLanes = (
  graph: GraphBuilder,
  text: TextConfig,
  { prefix, layer, lanes }: Heads,
  rows: Rows,
): string => {
  const outputs = splitRows(graph, prefix, lanes, rows).map(({ lane, ...own }) =>
    addLaneAttention(graph, text, { prefix, layer, lane }, own),
  );
  return graph.node('Concat', `${prefix}.joined`, outputs, { axis: { int: 1 } });
};

/** Each lane's own rows. */
const splitRows = (
  graph: GraphBuilder,
  prefix: string,
  lanes: readonly Lane[],
  rows: Rows,
): readonly (Rows & { readonly lane: Lane })[] => {
  const own = (part: keyof Rows, { index }: Lane): string => `${prefix}.${part}.${index}`;
  for (const part of ['query', 'key', 'value'] as const)
    graph.split(
      rows[part],
      'lane_n',
      1,
      lanes.map((lane) => own(part, lane)),
    );
  return lanes.map((lane) => ({
    lane,
    query: own('query', lane),
    key: own('key', lane),
    value: own('value', lane),
  }));
};

/** The attention's own last product. */
const addOutput = (
  graph: GraphBuilder,
  model: ModelWeights,
  { layer, quantization }: Place,
  heads: string,
): string => {
  const { hiddenSize, heads: count, headSize } = model.config.text;
  const name = `text.layers.${layer}.self_attn.o_proj`;
  const size = { rows: hiddenSize, columns: count * headSize };
  const weight = model.weight(`${name}.weight`, [size.rows, size.columns]);
  return addLinear(graph, { name, input: heads, ...size, weight, quantization });
};
