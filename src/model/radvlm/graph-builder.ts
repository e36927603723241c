import type { Attribute, DataType, Graph, Initializer, Node, ValueInfo } from './onnx-model.ts';
import type { WeightSource } from './weight-source.ts';

/** Where a weight lies in the data file; page-aligned, so that the runtime can map it into memory. */
const WEIGHT_ALIGNMENT = 4096;

export type PlacedWeight = { readonly source: WeightSource; readonly offset: number };

/** A graph whose weights are not written yet. */
export type PlannedGraph = {
  readonly graph: Graph;
  readonly weights: readonly PlacedWeight[];
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
  readonly #weights: PlacedWeight[] = [];
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
    const offset = Math.ceil(this.#dataBytes / WEIGHT_ALIGNMENT) * WEIGHT_ALIGNMENT;
    const length = source.elements * Float32Array.BYTES_PER_ELEMENT;
    const location = this.dataFile;
    this.#initializers.push({ name, shape, type: 'float32', location, offset, length });
    this.#weights.push({ source, offset });
    this.#dataBytes = offset + length;
    return name;
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
