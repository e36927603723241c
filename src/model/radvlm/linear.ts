import type { GraphBuilder } from './graph-builder.ts';
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
};

/**
 * `torch.nn.Linear`: input x weight^T + bias. The one place that decides how a weight is stored and multiplied. The
 * weight keeps torch's order [rows, columns], so it is copied through in rows; the runtime packs it for its kernel
 * when it loads the graph.
 */
export const addLinear = (graph: GraphBuilder, linear: Linear): string => {
  const { name, input, rows, columns, weight, bias } = linear;
  const weights = graph.weight(`${name}.weight`, [rows, columns], weight);
  const product = bias ? `${name}.product` : name;
  graph.contrib('FusedMatMul', product, [input, weights], { transB: { int: 1 } });
  if (!bias) return product;
  return graph.node('Add', name, [product, graph.weight(`${name}.bias`, [rows], bias)]);
};
