import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './swiglu.wgsl?raw';

export const swiglu = defineOp({
  name: 'swiglu',
  wgsl,
  bindings: { gateUp: 'read', out: 'read_write', dOut: 'read', dGateUp: 'read_write' },
  dims: { M: 'u32', F: 'u32' },
  kernels: { forward: ['gateUp', 'out'], backward: ['gateUp', 'dOut', 'dGateUp'] },
});

/**
 * SwiGLU (Shazeer 2020): out = silu(gate) · up.
 * gateUp: [M, 2F], gate then up in each row; out: [M, F].
 * @throws ShapeError when a tensor is too small.
 */
export function swigluForward(
  recorder: Recorder,
  tensors: { gateUp: Tensor; out: Tensor },
  dims: { M: number; F: number },
): void {
  requireDims('swiglu.forward', dims);
  const { M, F } = dims;
  requireLengths('swiglu.forward', tensors, { gateUp: M * 2 * F, out: M * F });
  recorder.dispatch(swiglu, 'forward', tensors, dims, grid(M * F));
}

/**
 * Gradient of {@link swigluForward}: dOut: [M, F] → dGateUp: [M, 2F] (overwritten).
 * @throws ShapeError when a tensor is too small.
 */
export function swigluBackward(
  recorder: Recorder,
  tensors: { gateUp: Tensor; dOut: Tensor; dGateUp: Tensor },
  dims: { M: number; F: number },
): void {
  requireDims('swiglu.backward', dims);
  const { M, F } = dims;
  requireLengths('swiglu.backward', tensors, { gateUp: M * 2 * F, dOut: M * F, dGateUp: M * 2 * F });
  recorder.dispatch(swiglu, 'backward', tensors, dims, grid(M * F));
}
