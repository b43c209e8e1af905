import { isTiled, matmul, MATMUL_LIMIT, tiledProduct, tiledQkv, type MatmulDims } from './matmul.ts';
import type { Recorder } from './recorder.ts';
import { rmsnormForward } from './rmsnorm.ts';
import { ropeForward, type RopeDims } from './rope.ts';
import { swigluForward } from './swiglu.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';

/**
 * Whether products take along what comes before and behind them where they can, which saves dispatches: it pays where rows are few.
 * With many it takes as long, and pipelines of its own to compile.
 */
export interface Fusing {
  readonly fused: boolean;
}

/** Lanes that load for each other compute what comes before once; others would each repeat it, and four save no time by it. */
const fuses = ({ tilings, lanes }: Recorder, fused: boolean): boolean =>
  fused && tilings.product === 'subgroups' && lanes >= 8;

/**
 * RMSNorm and the product behind it: out [M, N] = (x · rstd · gain) · b, see `rmsnorm` and `matmul`. x: [M, K]; gain: [K];
 * b: [K, N] (`nn`) or [N, K] (`nt`). In one dispatch where `fused` is possible: rstd, a factor of whole rows, waits for the sum. Otherwise,
 * and for sizes that the tiled kernels do not take, in two through `scratch` [M, K].
 * @throws ShapeError when a tensor is too small or a dimension beyond its limit.
 */
export function normMatmul(
  recorder: Recorder,
  layout: 'nn' | 'nt',
  { x, gain, b, out, scratch }: { x: Tensor; gain: Tensor; b: Tensor; out: Tensor; scratch: Tensor },
  { eps, fused, ...size }: MatmulDims & Fusing & { readonly eps: number },
): void {
  const { M, N, K } = size;
  requireDims('normMatmul', { M, N, K }, MATMUL_LIMIT);
  requireLengths('normMatmul', { x, gain, b, out }, { x: M * K, gain: K, b: K * N, out: M * N });
  if (fuses(recorder, fused) && isTiled(layout, size))
    return tiledProduct(recorder, layout, { a: x, gain, b, out }, size, { left: 'norm', eps });
  rmsnormForward(recorder, { x, weight: gain, out: scratch }, { M, C: K, eps });
  matmul(recorder, layout, { a: scratch, b, out }, size);
}

/**
 * SwiGLU and the product behind it: out [M, N] = residual + (silu(gate) · up) · b, see `swiglu` and `matmul`.
 * gateUp: [M, 2K]; b: [K, N]; residual: [M, N]; through `scratch` [M, K] as {@link normMatmul} does.
 * @throws ShapeError when a tensor is too small or a dimension beyond its limit.
 */
export function swigluMatmul(
  recorder: Recorder,
  tensors: { gateUp: Tensor; b: Tensor; residual: Tensor; out: Tensor; scratch: Tensor },
  { fused, ...size }: MatmulDims & Fusing,
): void {
  const { gateUp, b, residual, out, scratch } = tensors;
  const { M, N, K } = size;
  requireDims('swigluMatmul', { M, N, K }, MATMUL_LIMIT);
  requireLengths('swigluMatmul', tensors, { gateUp: 2 * M * K, b: K * N, residual: M * N, out: M * N });
  if (fuses(recorder, fused) && isTiled('nn', size))
    return tiledProduct(recorder, 'nn', { a: gateUp, b, residual, out }, size, { left: 'swiglu' });
  swigluForward(recorder, { gateUp, out: scratch }, { M, F: K });
  matmul(recorder, 'nn', { a: scratch, b, residual, out }, size);
}

/**
 * RMSNorm, the product that gives queries, keys and values, and their rotation: see `rmsnorm`, `matmul` and `rope`. x: [M, C];
 * gain: [C]; b: [C, 3C]; rows: u32 [M, 4] and table: [T, D/2, 2] as in `ropeForward` → q: [M, C], keys and values: [*, C];
 * positions must lie within the table. Where `fused` is possible, in one dispatch: lanes pass each other the other half of a head, which
 * takes subgroups of consecutive threads. Elsewhere it goes through `normed` [M, C] and `qkv` [M, 3C].
 * @throws ShapeError when a tensor is too small or C / H is not even.
 */
export function normQkvRope(
  recorder: Recorder,
  tensors: Readonly<
    Record<'x' | 'gain' | 'b' | 'rows' | 'table' | 'q' | 'keys' | 'values' | 'normed' | 'qkv', Tensor>
  >,
  { eps, fused, ...dims }: RopeDims & Fusing & { readonly eps: number },
): void {
  const { x, gain, b, qkv, normed } = tensors;
  const { M, C, H, T } = dims;
  const size = { M, N: 3 * C, K: C };
  const D = C / H;
  // The other half of a head lies D / 8 lanes away, of eight.
  if (![8, 16, 32].includes(D) || !fuses(recorder, fused)) {
    normMatmul(recorder, 'nn', { x, gain, b, out: qkv, scratch: normed }, { ...size, eps, fused });
    return ropeForward(recorder, tensors, dims);
  }
  const width = M * C;
  const needed = { x: width, gain: C, b: 3 * C * C, rows: 4 * M, table: (T * C) / H, q: width, keys: width };
  requireDims('normQkvRope', { ...size, T }, MATMUL_LIMIT);
  requireLengths('normQkvRope', tensors, { ...needed, values: width });
  tiledQkv(recorder, { ...tensors, a: x }, size, { D, eps });
}
