import { ProtobufWriter } from './protobuf.ts';

/**
 * The part of ONNX that our graphs use, as plain data, and its encoding. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto).
 */

const IR_VERSION = 10;
const OPSETS = [
  ['', 21],
  ['com.microsoft', 1],
] as const;

/** TensorProto.DataType. */
const DATA_TYPES = { float32: 1, uint8: 2, int64: 7, bool: 9 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, text: 3, graph: 5, ints: 7 } as const;

/** Said by kind, because 1 may be meant as an integer or as a float. */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly graph: Graph };

export type Node = {
  readonly operator: string;
  readonly domain: '' | 'com.microsoft';
  readonly name: string;
  /** An empty name is an input or output left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
};

/** A value's name, type and shape; a dimension with a name is known only when the graph runs. */
export type ValueInfo = {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
};

/** Small numbers that decide shapes are in the model; weights are in a file beside it. */
export type Initializer =
  | {
      readonly name: string;
      readonly shape: readonly number[];
      readonly integers: readonly number[];
    }
  | {
      readonly name: string;
      readonly shape: readonly number[];
      readonly type: 'float32' | 'uint8';
      /** A file in the model's folder, and where in it, in bytes. */
      readonly location: string;
      readonly offset: number;
      readonly length: number;
    };

export type Graph = {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Shapes of inner values: the memory planner reuses a buffer only where it knows that they are equal. */
  readonly values: readonly ValueInfo[];
};

/** A ModelProto. */
export const encodeModel = (graph: Graph): Uint8Array => {
  const model = new ProtobufWriter().integer(1, IR_VERSION).text(2, 'wetread');
  model.message(7, graphProto(graph));
  for (const [domain, version] of OPSETS)
    model.message(8, new ProtobufWriter().text(1, domain).integer(2, version));
  return model.finish();
};

const graphProto = (graph: Graph): ProtobufWriter => {
  const proto = new ProtobufWriter();
  for (const node of graph.nodes) proto.message(1, nodeProto(node));
  proto.text(2, graph.name);
  for (const initializer of graph.initializers) proto.message(5, tensorProto(initializer));
  for (const input of graph.inputs) proto.message(11, valueInfoProto(input));
  for (const output of graph.outputs) proto.message(12, valueInfoProto(output));
  for (const value of graph.values) proto.message(13, valueInfoProto(value));
  return proto;
};

const nodeProto = (node: Node): ProtobufWriter => {
  const proto = new ProtobufWriter();
  for (const input of node.inputs) proto.text(1, input);
  for (const output of node.outputs) proto.text(2, output);
  proto.text(3, node.name).text(4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes))
    proto.message(5, attributeProto(name, attribute));
  return proto.text(7, node.domain);
};

const attributeProto = (name: string, attribute: Attribute): ProtobufWriter => {
  const proto = new ProtobufWriter().text(1, name);
  const type = (kind: keyof typeof ATTRIBUTE_TYPES) => proto.integer(20, ATTRIBUTE_TYPES[kind]);
  if ('float' in attribute) return type('float').float(2, attribute.float);
  if ('int' in attribute) return type('int').integer(3, attribute.int);
  if ('text' in attribute) return type('text').text(4, attribute.text);
  if ('graph' in attribute) return type('graph').message(6, graphProto(attribute.graph));
  type('ints');
  for (const value of attribute.ints) proto.integer(8, value);
  return proto;
};

const tensorProto = (tensor: Initializer): ProtobufWriter => {
  const proto = new ProtobufWriter();
  for (const side of tensor.shape) proto.integer(1, side);
  if ('integers' in tensor) {
    const raw = BigInt64Array.from(tensor.integers, BigInt);
    return proto
      .integer(2, DATA_TYPES.int64)
      .text(8, tensor.name)
      .bytes(9, new Uint8Array(raw.buffer));
  }
  proto.integer(2, DATA_TYPES[tensor.type]).text(8, tensor.name);
  const entries = { location: tensor.location, offset: tensor.offset, length: tensor.length };
  for (const [key, value] of Object.entries(entries))
    proto.message(13, new ProtobufWriter().text(1, key).text(2, String(value)));
  return proto.integer(14, 1 /* DataLocation.EXTERNAL */);
};

const valueInfoProto = ({ name, type, shape }: ValueInfo): ProtobufWriter => {
  const dimensions = new ProtobufWriter();
  for (const side of shape) {
    const dimension = new ProtobufWriter();
    if (typeof side === 'string') dimension.text(2, side);
    else dimension.integer(1, side);
    dimensions.message(1, dimension);
  }
  const tensor = new ProtobufWriter().integer(1, DATA_TYPES[type]).message(2, dimensions);
  const wrapped = new ProtobufWriter().message(1, tensor);
  return new ProtobufWriter().text(1, name).message(2, wrapped);
};
