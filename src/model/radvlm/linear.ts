import type { GraphBuilder } from './graph-builder.ts';
import type { Quantization } from './quantize.ts';
import type { WeightSource } from './weight-source.ts';

export type Linear = {
  /** The output's name, and the prefix of its weights' names. */
  readonly name: string;
  /** [..., columns] */
  readonly input: string;
  /** Features out: rows of the weight, as torch stores it. */
  readonly rows: number;
  /** Features in. */
  readonly columns: number;
  readonly weight: WeightSource;
  readonly bias?: WeightSource;
  /** undefined: the weight stays float32. */
  readonly quantization: Quantization | undefined;
};

/**
 * MatMulNBits: the input is rounded to 8 bits a block as well, so that the products are of whole numbers, which is
 * what makes few bits fast. Measured on small models it costs about 0.6 % of the largest logit.
 */
const INTEGER_PRODUCTS = 4;

/**
 * `torch.nn.Linear`: input x weight^T + bias. The one place that decides how a weight is stored and multiplied. The
 * weight keeps torch's order [rows, columns], so it is copied or rounded row by row; the runtime packs it for its
 * kernel when it loads the graph.
 */
export const addLinear = (graph: GraphBuilder, linear: Linear): string => {
  const { name, input, rows, columns, weight, bias, quantization } = linear;
  if (quantization) return addQuantized(graph, linear, quantization);
  const weights = graph.weight(`${name}.weight`, [rows, columns], weight);
  const product = bias ? `${name}.product` : name;
  graph.contrib('FusedMatMul', product, [input, weights], { transB: { int: 1 } });
  if (!bias) return product;
  return graph.node('Add', name, [product, graph.weight(`${name}.bias`, [rows], bias)]);
};

const addQuantized = (graph: GraphBuilder, linear: Linear, quantization: Quantization): string => {
  const { name, input, rows, columns, weight, bias } = linear;
  const { bits, block } = quantization;
  const stored = graph.quantizedWeight(`${name}.weight`, [rows, columns], weight, quantization);
  // Left out: zero points (the levels are symmetric) and the order of groups.
  const tail = bias ? ['', '', graph.weight(`${name}.bias`, [rows], bias)] : [];
  return graph.contrib('MatMulNBits', name, [input, stored.numbers, stored.scales, ...tail], {
    K: { int: columns },
    N: { int: rows },
    bits: { int: bits },
    block_size: { int: block },
    accuracy_level: { int: INTEGER_PRODUCTS },
  });
};
