import { matmulPartialLength } from '../kernels/matmul.ts';
import { rmsnormPartialLength } from '../kernels/rmsnorm.ts';
import { tensorBytes } from '../kernels/tensor.ts';
import type { PolicyConfig } from './types.ts';

/** Buffers by label, each with its length in 4-byte values. */
export type Lengths = ReadonlyMap<string, number>;

/** Bytes that the buffers take on the device. */
export const bytesOf = (lengths: Lengths): number =>
  [...lengths.values()].reduce((sum, length) => sum + tensorBytes(length), 0);

/** A batch's rows as `PrefixTree` holds them. */
const batchRows = (prefix: string, rows: number, paths: number): [string, number][] => [
  [`${prefix}.tokens`, rows],
  [`${prefix}.rows`, 8 * rows], // with their blocks
  [`${prefix}.paths`, paths],
];

/**
 * What a layer leaves for its own backward pass. `gateUp` holds q, k and v before their rotation until they are rotated,
 * and in the backward pass the gradient of gate and up, then that of q, k and v.
 */
const layer = (
  prefix: string,
  { width: C, feedForward: F, heads: H }: PolicyConfig,
  rows: number,
): [string, number][] =>
  Object.entries({
    q: C,
    stats: 2 * H,
    attended: C,
    middle: C,
    gateUp: Math.max(2 * F, 3 * C),
  }).map(([name, perRow]) => [`${prefix}.${name}`, rows * perRow]);

/**
 * Buffers of a training pass over `rows` rows (a multiple of 64) whose paths have `paths` entries. What the backward pass
 * can have again for a few operations a value is not kept: the norms' outputs, SwiGLU's output. `wide` holds, one
 * after another, whatever lives between two kernels: a norm's output, SwiGLU's output or its gradient, and the
 * gradients of q, k and v. `logits` become their own gradient, and dNormed serves the attention's output too.
 */
export function trainingBuffers(config: PolicyConfig, rows: number, paths: number): Lengths {
  const { width: C, feedForward: F, vocabulary: V, layers: L } = config;
  const perLayer = Array.from({ length: L }, (_, l): [string, number][] => [
    [`residual${l}`, rows * C],
    ...layer(`layer${l}`, config, rows),
    [`layer${l}.keys`, rows * C],
    [`layer${l}.values`, rows * C],
  ]);
  const perRow = {
    rstd: 1,
    logits: V,
    logProb: 1,
    entropy: 1,
    lse: 1,
    weight: 1,
    zero: 1,
    order: 1,
    targets: 1,
  };
  const widest = { M: 1, N: C * Math.max(3 * C, 2 * F, V), K: rows };
  return new Map([
    ...batchRows('batch', rows, paths),
    ['heads', rows],
    ['headOf', rows],
    ['head.rows', 8 * rows],
    ['head.keyRows', 8 * rows],
    ['head.x', rows * C],
    ['head.q', rows * C],
    ...perLayer.flat(),
    [`residual${L}`, rows * C],
    ...Object.entries(perRow).map(([label, values]): [string, number] => [label, rows * values]),
    ['starts', rows + 1],
    ['orderStarts', V + 1],
    ['wide', rows * Math.max(F, 3 * C)],
    ['dResidual', rows * C],
    ['dNormed', rows * C],
    ['partial', Math.max(matmulPartialLength(widest), rmsnormPartialLength(rows, C))],
  ]);
}

/** Scratch of a decoding pass over `rows` rows; see {@link trainingBuffers}. */
export function decodingBuffers(config: PolicyConfig, rows: number, paths: number): Lengths {
  const { width: C, feedForward: F } = config;
  return new Map([
    ...batchRows('feed', rows, paths),
    ['residual', rows * C],
    ...layer('decode', config, rows),
    ['wide', rows * Math.max(F, C)],
  ]);
}
