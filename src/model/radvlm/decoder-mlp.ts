import type { TextConfig } from './config.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { addLinear, piecesOf } from './linear.ts';
import type { Quantization } from './quantize.ts';
import { stackRows, type ModelWeights } from './weight-source.ts';

/** What all layers cut the packed product by. */
const GATE_SIZES = 'sizes.gate_and_up';

export const addGateSizes = (
  graph: GraphBuilder,
  { intermediateSize }: TextConfig,
  quantization: Quantization | undefined,
): void => {
  const pieces = piecesOf(intermediateSize, quantization);
  graph.integers(GATE_SIZES, [...pieces, ...pieces]);
};

/** `Qwen2MLP`: down_proj(silu(gate_proj(x)) * up_proj(x)), gate and up in one product. */
export const addMlp = (
  graph: GraphBuilder,
  model: ModelWeights,
  { prefix, quantization }: { prefix: string; quantization: Quantization | undefined },
  input: string,
): string => {
  const { hiddenSize, intermediateSize } = model.config.text;
  const matrix = (part: string, rows: number, columns: number) =>
    model.weight(`${prefix}.${part}.weight`, [rows, columns]);
  const packed = addLinear(graph, {
    name: `${prefix}.packed`,
    input,
    rows: 2 * intermediateSize,
    columns: hiddenSize,
    weight: stackRows(
      ['gate_proj', 'up_proj'].map((part) => matrix(part, intermediateSize, hiddenSize)),
    ),
    quantization,
  });
  const pieces = piecesOf(intermediateSize, quantization).map((_, index) => ({
    gate: `${prefix}.gate.${index}`,
    up: `${prefix}.up.${index}`,
  }));
  const [gates, ups] = [pieces.map(({ gate }) => gate), pieces.map(({ up }) => up)];
  graph.split(packed, GATE_SIZES, -1, [...gates, ...ups]);
  const gated = pieces.map(({ gate, up }) => {
    const sigmoid = graph.node('Sigmoid', `${gate}.sigmoid`, [gate]);
    const silu = graph.node('Mul', `${gate}.silu`, [gate, sigmoid]);
    return graph.node('Mul', `${gate}.up`, [silu, up]);
  });
  return addLinear(graph, {
    name: `${prefix}.down_proj`,
    input: gated,
    rows: hiddenSize,
    columns: intermediateSize,
    weight: matrix('down_proj', hiddenSize, intermediateSize),
    quantization,
  });
};
