import { defineOp, elementwise, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './sumChunks.wgsl?raw';

export const sumChunksOp = defineOp({
  name: 'sumChunks',
  wgsl,
  bindings: { partial: 'read', out: 'read_write' },
  dims: { n: 'u32', chunks: 'u32', accumulate: 'u32' },
  kernels: { sum: ['partial', 'out'] },
});

/**
 * Sums partial [chunks, n] over chunks, in order, into out [n]; `accumulate` adds to what out holds.
 * The second stage of every reduction: fixed order, no atomics.
 * @throws ShapeError when a tensor is too small.
 */
export function sumChunks(
  recorder: Recorder,
  tensors: { partial: Tensor; out: Tensor },
  dims: { n: number; chunks: number },
  accumulate = false,
): void {
  requireDims('sumChunks', dims);
  requireLengths('sumChunks', tensors, { partial: dims.chunks * dims.n, out: dims.n });
  const { op, width } = elementwise(sumChunksOp, dims.n);
  const n = dims.n / width;
  const uniforms = { n, chunks: dims.chunks, accumulate: accumulate ? 1 : 0 };
  recorder.dispatch(op, 'sum', tensors, uniforms, grid(n));
}
