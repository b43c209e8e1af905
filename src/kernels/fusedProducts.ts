import { isTiled, matmul, MATMUL_LIMIT, tiledProduct, type MatmulDims } from './matmul.ts';
import type { Recorder } from './recorder.ts';
import { rmsnormForward } from './rmsnorm.ts';
import { swigluForward } from './swiglu.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';

/**
 * RMSNorm and the product behind it in one dispatch: out [M, N] = (x · rstd · gain) · b, see `rmsnorm` and `matmul`.
 * x: [M, K]; gain: [K]; b: [K, N] (`nn`) or [N, K] (`nt`). rstd is a factor of whole rows, so it waits for the sum. Sizes that
 * the tiled kernels do not take go through `scratch` [M, K] in two dispatches.
 * @throws ShapeError when a tensor is too small or a dimension beyond its limit.
 */
export function normMatmul(
  recorder: Recorder,
  layout: 'nn' | 'nt',
  { x, gain, b, out, scratch }: { x: Tensor; gain: Tensor; b: Tensor; out: Tensor; scratch: Tensor },
  { eps, ...size }: MatmulDims & { readonly eps: number },
): void {
  const { M, N, K } = size;
  requireDims('normMatmul', { M, N, K }, MATMUL_LIMIT);
  requireLengths('normMatmul', { x, gain, b, out }, { x: M * K, gain: K, b: K * N, out: M * N });
  if (isTiled(layout, size))
    return tiledProduct(recorder, layout, { a: x, gain, b, out }, size, { left: 'norm', eps });
  rmsnormForward(recorder, { x, weight: gain, out: scratch }, { M, C: K, eps });
  matmul(recorder, layout, { a: scratch, b, out }, size);
}

/**
 * SwiGLU and the product behind it in one dispatch: out [M, N] = residual + (silu(gate) · up) · b, see `swiglu` and
 * `matmul`. gateUp: [M, 2K]; b: [K, N]; residual: [M, N]. Without wide subgroups every thread would compute the same
 * exponentials, so there, as for sizes that the tiled kernels do not take, it goes through `scratch` [M, K].
 * @throws ShapeError when a tensor is too small or a dimension beyond its limit.
 */
export function swigluMatmul(
  recorder: Recorder,
  tensors: { gateUp: Tensor; b: Tensor; residual: Tensor; out: Tensor; scratch: Tensor },
  size: MatmulDims,
): void {
  const { gateUp, b, residual, out, scratch } = tensors;
  const { M, N, K } = size;
  requireDims('swigluMatmul', { M, N, K }, MATMUL_LIMIT);
  requireLengths('swigluMatmul', tensors, { gateUp: 2 * M * K, b: K * N, residual: M * N, out: M * N });
  if (recorder.wideSubgroups && isTiled('nn', size))
    return tiledProduct(recorder, 'nn', { a: gateUp, b, residual, out }, size, { left: 'swiglu' });
  swigluForward(recorder, { gateUp, out: scratch }, { M, F: K });
  matmul(recorder, 'nn', { a: scratch, b, residual, out }, size);
}
