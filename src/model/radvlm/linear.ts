import type { GraphBuilder } from './graph-builder.ts';
import { BLOCKS, type Quantization } from './quantize.ts';
import { sliceColumns, type WeightSource } from './weight-source.ts';

export type Linear = {
  /** The output's name, and the prefix of its weights' names. */
  readonly name: string;
  /** [..., columns], or the pieces of it that `piecesOf` names. */
  readonly input: string | readonly string[];
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
  const { name, columns, quantization } = linear;
  const inputs = [linear.input].flat();
  const sizes = piecesOf(columns, quantization);
  if (sizes.length !== inputs.length) throw new RangeError(`${name}: ${sizes.length} pieces`);
  const [input = ''] = inputs;
  if (!quantization) return addFloat(graph, { ...linear, input });
  if (inputs.length === 1) return addProduct(graph, { ...linear, input }, quantization);
  const pieces = sizes.map((size, index) => ({ size, input: inputs[index] ?? '' }));
  return addPieces(graph, linear, quantization, pieces);
};

const addFloat = (graph: GraphBuilder, linear: Product): string => {
  const { name, input, rows, columns, weight, bias } = linear;
  const weights = graph.weight(`${name}.weight`, [rows, columns], weight);
  const product = bias ? `${name}.product` : name;
  graph.contrib('FusedMatMul', product, [input, weights], { transB: { int: 1 } });
  if (!bias) return product;
  return graph.node('Add', name, [product, graph.weight(`${name}.bias`, [rows], bias)]);
};

/**
 * Features in that one product takes at most. A prefill's 64 rows of activations, in 8 bits, are read anew for every few
 * features out, so they should lie in a core's second cache, of 1 MiB: at a 7B's 18,944 they do not, and two products of half
 * as many are an eighth faster than one.
 */
const WIDEST = 12_288;
/** The largest block: a piece ends with a block of the whole. */
const LARGEST_BLOCK = Math.max(...BLOCKS);

/** How many features in each piece of a product should have: most often one piece, of all. */
export const piecesOf = (
  columns: number,
  quantization: Quantization | undefined,
): readonly number[] => {
  const count = quantization ? Math.ceil(columns / WIDEST) : 1;
  const each = Math.ceil(columns / count / LARGEST_BLOCK) * LARGEST_BLOCK;
  return Array.from({ length: count }, (_, i) => Math.min(each, columns - i * each));
};

type Piece = { readonly size: number; readonly input: string };

/** A product a piece, and their sum. */
const addPieces = (
  graph: GraphBuilder,
  linear: Linear,
  quantization: Quantization,
  pieces: readonly Piece[],
): string => {
  const { name, columns, weight, bias, ...rest } = linear;
  let from = 0;
  const products = pieces.map(({ size, input }, index) => {
    const part = sliceColumns(weight, columns, { from, to: from + size });
    from += size;
    const piece = { ...rest, name: `${name}.${index}`, input, columns: size, weight: part };
    return addProduct(graph, index === 0 && bias ? { ...piece, bias } : piece, quantization);
  });
  return products.reduce((sum, product, index) =>
    graph.node('Add', index === pieces.length - 1 ? name : `${name}.sum.${index}`, [sum, product]),
  );
};

type Product = Linear & { readonly input: string };

const addProduct = (graph: GraphBuilder, linear: Product, quantization: Quantization): string => {
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
