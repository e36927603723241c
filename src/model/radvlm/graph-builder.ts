import type { Attribute, DataType, Graph, Initializer, Node, ValueInfo } from './onnx-model.ts';
import { bytesOf, type WeightSource } from './weight-source.ts';
import {
  type Quantization,
  type QuantizationError,
  quantizedShape,
  Quantizer,
} from './quantize.ts';

/** Where a weight lies in the data file; page-aligned, so that the runtime can map it into memory. */
const WEIGHT_ALIGNMENT = 4096;

export type Piece = { readonly bytes: Uint8Array; readonly position: number };

/** What is written into a file in one go: known by size, its bytes made when they are written. */
export type PlannedUnit = {
  readonly bytes: number;
  /** In any order, each with its place in the file. Gives back what rounding cost, if it did. */
  readonly pieces: () => AsyncGenerator<Piece, QuantizationError | undefined>;
};

/** A graph whose weights are not written yet. */
export type PlannedGraph = {
  readonly graph: Graph;
  readonly weights: readonly PlannedUnit[];
  /** Name of the file that the graph expects its weights in, and the bytes of it. */
  readonly dataFile: string;
  readonly dataBytes: number;
};

type Attributes = Readonly<Record<string, Attribute>>;

/** Collects a graph's nodes in the order in which they are computed. Weights are only planned. */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #weights: PlannedUnit[] = [];
  #dataBytes = 0;
  /** Those of the branch being built, or of the graph itself. */
  #nodes: Node[] = [];
  #values: ValueInfo[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  get dataFile(): string {
    return `${this.#name}.onnx.data`;
  }

  input(name: string, type: DataType, shape: readonly (number | string)[]): string {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  output(name: string, type: DataType, shape: readonly (number | string)[]): string {
    this.#outputs.push({ name, type, shape });
    return name;
  }

  /** Says the shape of an inner value (float32), so that the memory planner knows it. */
  shape(name: string, shape: readonly (number | string)[]): string {
    this.#values.push({ name, type: 'float32', shape });
    return name;
  }

  /** A small int64 constant: one dimension, or a scalar for a lone number. */
  integers(name: string, values: number | readonly number[]): string {
    const integers = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [values.length];
    this.#initializers.push({ name, shape, integers });
    return name;
  }

  /** A float32 weight, kept in the data file. */
  weight(name: string, shape: readonly number[], source: WeightSource): string {
    const length = source.elements * Float32Array.BYTES_PER_ELEMENT;
    const offset = this.#place(name, 'float32', shape, length);
    this.#weights.push({ bytes: length, pieces: () => piecesOf(source, offset) });
    return name;
  }

  /** A weight [rows, columns] in few bits: numbers and scales, as MatMulNBits takes them. */
  quantizedWeight(
    name: string,
    [rows, columns]: readonly [rows: number, columns: number],
    source: WeightSource,
    quantization: Quantization,
  ): { readonly numbers: string; readonly scales: string } {
    const { blocks, blockBytes, bytes } = quantizedShape(rows, columns, quantization);
    const numbers = `${name}.numbers`;
    const scales = `${name}.scales`;
    const scaleBytes = rows * blocks * Float32Array.BYTES_PER_ELEMENT;
    const offsets = {
      numbers: this.#place(numbers, 'uint8', [rows, blocks, blockBytes], bytes),
      scales: this.#place(scales, 'float32', [rows, blocks], scaleBytes),
    };
    this.#weights.push({
      bytes: bytes + scaleBytes,
      pieces: () => quantizedPieces(name, new Quantizer(source, columns, quantization), offsets),
    });
    return { numbers, scales };
  }

  /** A node with one output, of the ONNX standard. Its output's name is its own. */
  node(
    operator: string,
    output: string,
    inputs: readonly string[],
    attributes: Attributes = {},
  ): string {
    this.#push(operator, '', inputs, [output], attributes);
    return output;
  }

  /** A node with one output, of onnxruntime's contrib operators. */
  contrib(
    operator: string,
    output: string,
    inputs: readonly string[],
    attributes: Attributes = {},
  ): string {
    this.#push(operator, 'com.microsoft', inputs, [output], attributes);
    return output;
  }

  /** As `contrib`, with several outputs; an empty name is one left out. */
  contribWithOutputs(
    operator: string,
    outputs: readonly string[],
    inputs: readonly string[],
    attributes: Attributes = {},
  ): void {
    this.#push(operator, 'com.microsoft', inputs, outputs, attributes);
  }

  /** Cuts a value along an axis into pieces, whose sizes are in the int64 value `sizes`. */
  split(input: string, sizes: string, axis: number, outputs: readonly string[]): void {
    this.#push('Split', '', [input, sizes], outputs, { axis: { int: axis } });
  }

  /** A branch of an If: what `build` adds; its result has this shape. Values from outside are visible in it. */
  branch(name: string, shape: readonly (number | string)[], build: () => string): Attribute {
    const [nodes, values] = [this.#nodes, this.#values];
    this.#nodes = [];
    this.#values = [];
    const result: ValueInfo = { name: build(), type: 'float32', shape };
    const graph: Graph = {
      name,
      nodes: this.#nodes,
      initializers: [],
      inputs: [],
      outputs: [result],
      values: this.#values,
    };
    this.#nodes = nodes;
    this.#values = values;
    return { graph };
  }

  finish(): PlannedGraph {
    return {
      graph: {
        name: this.#name,
        nodes: this.#nodes,
        initializers: this.#initializers,
        inputs: this.#inputs,
        outputs: this.#outputs,
        values: this.#values,
      },
      weights: this.#weights,
      dataFile: this.dataFile,
      dataBytes: this.#dataBytes,
    };
  }

  /** Room in the data file for a weight of so many bytes; gives its offset. */
  #place(
    name: string,
    type: 'float32' | 'uint8',
    shape: readonly number[],
    length: number,
  ): number {
    const offset = Math.ceil(this.#dataBytes / WEIGHT_ALIGNMENT) * WEIGHT_ALIGNMENT;
    const location = this.dataFile;
    this.#initializers.push({ name, shape, type, location, offset, length });
    this.#dataBytes = offset + length;
    return offset;
  }

  #push(
    operator: string,
    domain: Node['domain'],
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes,
  ): void {
    const name = outputs[0] ?? operator;
    this.#nodes.push({ operator, domain, name, inputs, outputs, attributes });
  }
}

async function* piecesOf(
  source: WeightSource,
  offset: number,
): AsyncGenerator<Piece, QuantizationError | undefined> {
  let position = offset;
  for await (const chunk of source.chunks()) {
    yield { bytes: bytesOf(chunk), position };
    position += chunk.byteLength;
  }
  return undefined;
}

async function* quantizedPieces(
  name: string,
  quantizer: Quantizer,
  offsets: { readonly numbers: number; readonly scales: number },
): AsyncGenerator<Piece, QuantizationError | undefined> {
  let { numbers: numbersAt, scales: scalesAt } = offsets;
  for await (const { numbers, scales } of quantizer.rows()) {
    yield { bytes: numbers, position: numbersAt };
    yield { bytes: bytesOf(scales), position: scalesAt };
    numbersAt += numbers.byteLength;
    scalesAt += scales.byteLength;
  }
  return quantizer.error(name);
}
