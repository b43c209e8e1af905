import { defineOp, elementwise, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './gather.wgsl?raw';

export const gatherOp = defineOp({
  name: 'gather',
  wgsl,
  bindings: { index: 'read', x: 'read', out: 'read_write' },
  dims: { M: 'u32', R: 'u32', scale: 'f32' },
  kernels: { rows: ['index', 'x', 'out'] },
});

/**
 * out[i] = scale · x[index[i]], and 0 where index[i] ≥ R. index: u32 [M]; x: [R, C]; out: [M, C] (overwritten). The gradient
 * with an index without repetitions is the same with the inverse of the index.
 * @throws ShapeError when a tensor is too small.
 */
export function gather(
  recorder: Recorder,
  tensors: { index: Tensor; x: Tensor; out: Tensor },
  dims: { M: number; R: number; C: number },
  scale = 1,
): void {
  requireDims('gather', dims);
  const { M, R, C } = dims;
  requireLengths('gather', tensors, { index: M, x: R * C, out: M * C });
  const { op, width } = elementwise(gatherOp, C);
  recorder.dispatch(op, 'rows', tensors, { M, R, scale }, grid((M * C) / width), { C: C / width });
}
