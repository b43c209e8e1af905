import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ropeTable } from '../../kernels/rope.ts';
import { parameterLayout } from '../parameters.ts';
import { NORM_EPS, ROPE_THETA, type PolicyConfig } from '../types.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  TensorProto_DataType as DataType,
  type AttributeProtoSchema,
  type GraphProto,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './onnx_pb.ts';

type Node = MessageInitShape<typeof NodeProtoSchema>;
type Attribute = MessageInitShape<typeof AttributeProtoSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
type ValueInfo = MessageInitShape<typeof ValueInfoProtoSchema>;

/** An initializer; `data` is written as raw bytes (little-endian, as every platform of ours is). */
function tensor(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): TensorInit {
  return {
    name,
    dims: dims.map(BigInt),
    dataType: data instanceof Float32Array ? DataType.FLOAT : DataType.INT64,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** An input or output; a dimension is a number or the name of a free size. */
function valueInfo(name: string, elemType: DataType, dims: readonly (number | string)[]): ValueInfo {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return { name, type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } } };
}

const attribute = (name: string, value: number | readonly number[]): Attribute =>
  typeof value === 'number'
    ? { name, type: AttributeType.INT, i: BigInt(value) }
    : { name, type: AttributeType.INTS, ints: value.map(BigInt) };

/** Collects nodes and constants; every value has a name, and `op` returns the names it makes. */
class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly constants: TensorInit[] = [];
  private readonly known = new Map<string, string>();

  op(opType: string, input: string[], attributes: Record<string, number | readonly number[]> = {}): string {
    return this.ops(opType, input, 1, attributes)[0];
  }

  ops(
    opType: string,
    input: string[],
    outputs: number,
    attributes: Record<string, number | readonly number[]> = {},
  ): string[] {
    const name = `${opType}_${this.nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => (outputs === 1 ? name : `${name}.${i}`));
    const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    this.nodes.push({ name, opType, input, output, attribute: list });
    return output;
  }

  /** Gives `value` the name of a graph output. */
  output(value: string, name: string): void {
    this.nodes.push({ name, opType: 'Identity', input: [value], output: [name], attribute: [] });
  }

  float(value: number): string {
    return this.constant(`float.${value}`, [], Float32Array.of(value));
  }

  /** An int64 vector, or a scalar if `values` is a number. */
  ints(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    const name = typeof values === 'number' ? `int.${values}` : `ints.${values.join(',')}`;
    return this.constant(
      name,
      typeof values === 'number' ? [] : [list.length],
      BigInt64Array.from(list, BigInt),
    );
  }

  constant(name: string, dims: number[], data: Float32Array | BigInt64Array): string {
    if (!this.known.has(name)) this.constants.push(tensor(name, dims, data));
    this.known.set(name, name);
    return name;
  }
}

/** RMSNorm: x / sqrt(mean(x²) + eps) · weight. x [B, S, C]. */
function rmsnorm(g: GraphBuilder, x: string, weight: string): string {
  const meanSquare = g.op('ReduceMean', [g.op('Mul', [x, x])], { axes: [-1], keepdims: 1 });
  const root = g.op('Sqrt', [g.op('Add', [meanSquare, g.float(NORM_EPS)])]);
  return g.op('Mul', [g.op('Div', [x, root]), weight]);
}

/** Rotates the half-split pairs of x [B, H, S, D] by the angles of cos, sin [B, 1, S, D/2]. */
function rotate(g: GraphBuilder, x: string, cos: string, sin: string): string {
  const [a, b] = g.ops('Split', [x], 2, { axis: -1 });
  const first = g.op('Sub', [g.op('Mul', [a, cos]), g.op('Mul', [b, sin])]);
  const second = g.op('Add', [g.op('Mul', [b, cos]), g.op('Mul', [a, sin])]);
  return g.op('Concat', [first, second], { axis: -1 });
}

/** The two columns of the rope table as initializers [T, D/2]. */
function ropeConstants(g: GraphBuilder, { context: T, width, heads }: PolicyConfig): [string, string] {
  const half = width / heads / 2;
  const table = ropeTable(T, half * 2, ROPE_THETA);
  const part = (offset: number): Float32Array =>
    Float32Array.from({ length: T * half }, (_, i) => table[2 * i + offset]);
  return [g.constant('rope.cos', [T, half], part(0)), g.constant('rope.sin', [T, half], part(1))];
}

/**
 * The policy as an ONNX graph (opset 17) that serves a full forward pass (P = 0) and cached decoding alike.
 *
 * Inputs: `tokens` and `positions` int64 [B, S]; `mask` bool [B, S, P + S], true where a token may look
 * (first the past, then the new tokens); `past` float32 [2L, B, H, P, D], rotated keys of layer l at 2l and
 * values at 2l + 1. Outputs: `logits` [B, S, V] and `present` [2L, B, H, S, D], the keys and values of the
 * new tokens alone. Initializers: the views of `parameterLayout` by name, then constants.
 *
 * `parameters` is referenced, not copied, until the graph is serialized.
 */
export function buildGraph(config: PolicyConfig, parameters: Float32Array): GraphProto {
  const { vocabulary: V, width: C, layers: L, heads: H } = config;
  const D = C / H;
  const g = new GraphBuilder();
  const [cos, sin] = ropeConstants(g, config).map((table) =>
    g.op('Unsqueeze', [g.op('Gather', [table, 'positions'], { axis: 0 }), g.ints([1])]),
  );
  const visible = g.op('Unsqueeze', ['mask', g.ints([1])]);
  const split = (x: string): string =>
    g.op('Transpose', [g.op('Reshape', [x, g.ints([0, 0, H, D])])], { perm: [0, 2, 1, 3] });
  const present: string[] = [];

  let x = g.op('Mul', [g.op('Gather', ['embedding', 'tokens'], { axis: 0 }), g.float(Math.sqrt(C))]);
  for (let l = 0; l < L; l++) {
    const remember = (value: string, slot: number): string => {
      present.push(g.op('Unsqueeze', [value, g.ints([0])]));
      return g.op('Concat', [g.op('Gather', ['past', g.ints(slot)], { axis: 0 }), value], { axis: 2 });
    };
    const qkv = g.op('MatMul', [rmsnorm(g, x, `${l}.norm1`), `${l}.qkv`]);
    const [q, k, v] = g.ops('Split', [qkv], 3, { axis: -1 }).map(split);
    const keys = remember(rotate(g, k, cos, sin), 2 * l);
    const values = remember(v, 2 * l + 1);
    const scaled = g.op('Mul', [rotate(g, q, cos, sin), g.float(1 / Math.sqrt(D))]);
    const scores = g.op('MatMul', [scaled, g.op('Transpose', [keys], { perm: [0, 1, 3, 2] })]);
    // A finite stand-in for minus infinity: a padded row that sees nothing stays free of NaN.
    const masked = g.op('Where', [visible, scores, g.float(-1e9)]);
    const mixed = g.op('MatMul', [g.op('Softmax', [masked], { axis: -1 }), values]);
    const merged = g.op('Reshape', [g.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), g.ints([0, 0, C])]);
    x = g.op('Add', [x, g.op('MatMul', [merged, `${l}.out`])]);

    const [gate, up] = g.ops('Split', [g.op('MatMul', [rmsnorm(g, x, `${l}.norm2`), `${l}.gateUp`])], 2, {
      axis: -1,
    });
    const silu = g.op('Mul', [gate, g.op('Sigmoid', [gate])]);
    x = g.op('Add', [x, g.op('MatMul', [g.op('Mul', [silu, up]), `${l}.down`])]);
  }
  const unembedding = g.op('Transpose', ['embedding'], { perm: [1, 0] });
  g.output(g.op('MatMul', [rmsnorm(g, x, 'norm'), unembedding]), 'logits');
  g.output(g.op('Concat', present, { axis: 0 }), 'present');

  const weights = parameterLayout(config).views.map(({ name, shape, start, length }) =>
    tensor(name, shape, parameters.subarray(start, start + length)),
  );
  return create(GraphProtoSchema, {
    name: config.name,
    node: g.nodes,
    initializer: [...weights, ...g.constants],
    input: [
      valueInfo('tokens', DataType.INT64, ['B', 'S']),
      valueInfo('positions', DataType.INT64, ['B', 'S']),
      valueInfo('mask', DataType.BOOL, ['B', 'S', 'P+S']),
      valueInfo('past', DataType.FLOAT, [2 * L, 'B', H, 'P', D]),
    ],
    output: [
      valueInfo('logits', DataType.FLOAT, ['B', 'S', V]),
      valueInfo('present', DataType.FLOAT, [2 * L, 'B', H, 'S', D]),
    ],
  });
}
