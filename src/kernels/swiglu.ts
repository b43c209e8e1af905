import { defineOp, elementwise, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './swiglu.wgsl?raw';

export const swiglu = defineOp({
  name: 'swiglu',
  wgsl,
  bindings: { gateUp: 'read', out: 'read_write', dOut: 'read_write', dGateUp: 'read_write' },
  dims: { M: 'u32' },
  kernels: { forward: ['gateUp', 'out'], backward: ['dOut', 'dGateUp'] },
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
  const { op, width } = elementwise(swiglu, F);
  recorder.dispatch(op, 'forward', tensors, { M }, grid((M * F) / width), { F: F / width });
}

/**
 * Gradient of {@link swigluForward}, in place: `gateUp` [M, 2F] becomes its own gradient, and `dOut` [M, F], once used,
 * the forward pass's output, which nobody has to keep for the gradient of the matrix behind it.
 * @throws ShapeError when a tensor is too small.
 */
export function swigluBackward(
  recorder: Recorder,
  { gateUp, dOut }: { gateUp: Tensor; dOut: Tensor },
  dims: { M: number; F: number },
): void {
  requireDims('swiglu.backward', dims);
  const { M, F } = dims;
  requireLengths('swiglu.backward', { gateUp, dOut }, { gateUp: M * 2 * F, dOut: M * F });
  const { op, width } = elementwise(swiglu, F);
  const tensors = { dOut, dGateUp: gateUp };
  recorder.dispatch(op, 'backward', tensors, { M }, grid((M * F) / width), { F: F / width });
}
