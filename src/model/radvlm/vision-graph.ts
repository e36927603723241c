import { GraphBuilder, type PlannedGraph } from './graph-builder.ts';
import { addLinear } from './linear.ts';
import type { Quantization } from './quantize.ts';
import { stackRows, type ModelWeights } from './weight-source.ts';

/**
 * The vision tower and the projector: `SiglipVisionTransformer` as far as the selected layer, whose plain output is
 * the feature (post_layernorm is not applied), and `LlavaOnevisionMultiModalProjector`, of
 * transformers/models/{siglip,llava_onevision}/modeling_*.py.
 *
 * In: `pixel_values` [N, 3, tile, tile]. Out, with S = floor(tile / patch): `vision_hidden` [N, S*S, vision width],
 * `image_features` [N, S*S, text width]. The weights of linear layers are quantised as said, all others stay float32.
 */
export const planVisionGraph = (
  model: ModelWeights,
  quantization: Quantization | undefined,
): PlannedGraph => {
  const { vision, text } = model.config;
  const graph = new GraphBuilder('vision');
  const patches = Math.floor(vision.tile / vision.patch) ** 2;
  graph.input('pixel_values', 'float32', ['N', 3, vision.tile, vision.tile]);
  let hidden = addEmbeddings(graph, model, patches);
  for (let layer = 0; layer < vision.layers; layer++)
    hidden = addLayer(graph, model, { layer, quantization }, hidden);
  graph.node('Identity', 'vision_hidden', [hidden]);
  addProjector(graph, model, quantization, 'vision_hidden');
  graph.output('vision_hidden', 'float32', ['N', patches, vision.hiddenSize]);
  graph.output('image_features', 'float32', ['N', patches, text.hiddenSize]);
  return graph.finish();
};

/** `SiglipVisionEmbeddings`: a patch is one step of a convolution without padding; what is left over is dropped. */
const addEmbeddings = (graph: GraphBuilder, model: ModelWeights, patches: number) => {
  const { hiddenSize: width, patch } = model.config.vision;
  const prefix = 'vision.embeddings';
  const kernel = [width, 3, patch, patch];
  const name = `${prefix}.patch_embedding`;
  // [N, width, S, S]
  const map = graph.node(
    'Conv',
    name,
    [
      'pixel_values',
      graph.weight(`${name}.weight`, kernel, model.weight(`${name}.weight`, kernel)),
      graph.weight(`${name}.bias`, [width], model.weight(`${name}.bias`, [width])),
    ],
    { kernel_shape: { ints: [patch, patch] }, strides: { ints: [patch, patch] } },
  );
  // flatten(2).transpose(1, 2): [N, S*S, width]
  const shape = graph.integers(`${prefix}.flat_shape`, [0, width, -1]);
  const flat = graph.node('Reshape', `${prefix}.flat`, [map, shape]);
  const rows = graph.node('Transpose', `${prefix}.rows`, [flat], { perm: { ints: [0, 2, 1] } });
  const position = `${prefix}.position_embedding.weight`;
  const positions = graph.weight(
    position,
    [patches, width],
    model.weight(position, [patches, width]),
  );
  return graph.node('Add', `${prefix}.sum`, [rows, positions]);
};

/** `SiglipEncoderLayer`. */
const addLayer = (
  graph: GraphBuilder,
  model: ModelWeights,
  { layer, quantization }: { layer: number; quantization: Quantization | undefined },
  input: string,
) => {
  const { hiddenSize: width, intermediateSize, heads } = model.config.vision;
  const prefix = `vision.encoder.layers.${layer}`;
  const linear = (part: string, from: string, rows: number, columns: number) =>
    addLinear(graph, {
      name: `${prefix}.${part}`,
      input: from,
      rows,
      columns,
      weight: model.weight(`${prefix}.${part}.weight`, [rows, columns]),
      bias: model.weight(`${prefix}.${part}.bias`, [rows]),
      quantization,
    });

  let hidden = addLayerNorm(graph, model, `${prefix}.layer_norm1`, input);
  const projections = ['q_proj', 'k_proj', 'v_proj'].map((part) => `${prefix}.self_attn.${part}`);
  const packed = addLinear(graph, {
    name: `${prefix}.self_attn.packed`,
    input: hidden,
    rows: 3 * width,
    columns: width,
    weight: stackRows(projections.map((name) => model.weight(`${name}.weight`, [width, width]))),
    bias: stackRows(projections.map((name) => model.weight(`${name}.bias`, [width]))),
    quantization,
  });
  const sizes = graph.integers(`${prefix}.self_attn.sizes`, [width, width, width]);
  graph.split(packed, sizes, -1, projections);
  const scale = 1 / Math.sqrt(width / heads);
  hidden = graph.contrib('MultiHeadAttention', `${prefix}.self_attn`, projections, {
    num_heads: { int: heads },
    scale: { float: scale },
  });
  hidden = linear('self_attn.out_proj', hidden, width, width);
  const attended = graph.node('Add', `${prefix}.attended`, [input, hidden]);

  hidden = addLayerNorm(graph, model, `${prefix}.layer_norm2`, attended);
  hidden = linear('mlp.fc1', hidden, intermediateSize, width);
  // gelu_pytorch_tanh
  hidden = graph.node('Gelu', `${prefix}.mlp.activation`, [hidden], {
    approximate: { text: 'tanh' },
  });
  hidden = linear('mlp.fc2', hidden, width, intermediateSize);
  return graph.node('Add', prefix, [attended, hidden]);
};

const addLayerNorm = (graph: GraphBuilder, model: ModelWeights, name: string, input: string) => {
  const { hiddenSize: width, normEpsilon } = model.config.vision;
  const [weight = '', bias = ''] = ['weight', 'bias'].map((part) =>
    graph.weight(`${name}.${part}`, [width], model.weight(`${name}.${part}`, [width])),
  );
  return graph.node('LayerNormalization', name, [input, weight, bias], {
    axis: { int: -1 },
    epsilon: { float: normEpsilon },
  });
};

/** Two linear layers with an exact (erf) GELU between them. */
const addProjector = (
  graph: GraphBuilder,
  model: ModelWeights,
  quantization: Quantization | undefined,
  input: string,
): void => {
  const { vision, text } = model.config;
  const linear = (name: string, from: string, columns: number) =>
    addLinear(graph, {
      name,
      input: from,
      rows: text.hiddenSize,
      columns,
      weight: model.weight(`${name}.weight`, [text.hiddenSize, columns]),
      bias: model.weight(`${name}.bias`, [text.hiddenSize]),
      quantization,
    });
  let hidden = linear('projector.linear_1', input, vision.hiddenSize);
  hidden = graph.node('Gelu', 'projector.activation', [hidden], { approximate: { text: 'none' } });
  hidden = linear('projector.linear_2', hidden, text.hiddenSize);
  graph.node('Identity', 'image_features', [hidden]);
};
