import { MAX_ROW } from './limits.ts';
import { defineOp, elementwise, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { sumChunks } from './sumChunks.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './rmsnorm.wgsl?raw';

export const rmsnorm = defineOp({
  name: 'rmsnorm',
  wgsl,
  bindings: {
    x: 'read',
    weight: 'read',
    out: 'read_write',
    rstd: 'read_write',
    dOut: 'read',
    dX: 'read_write',
    partial: 'read_write',
  },
  dims: { M: 'u32', C: 'u32', eps: 'f32', rows: 'u32' },
  kernels: {
    forward: ['x', 'weight', 'out'],
    backwardX: ['x', 'weight', 'out', 'rstd', 'dOut', 'dX'],
    partialWeight: ['x', 'rstd', 'dOut', 'partial'],
  },
});

/** Rows that one partial sum of dWeight covers: at most 256 partial sums a column, a function of M alone. */
const rowsPerPartial = (M: number): number => Math.max(16, Math.ceil(M / 256));

/** Values of scratch that {@link rmsnormBackward} needs. */
export const rmsnormPartialLength = (M: number, C: number): number => Math.ceil(M / rowsPerPartial(M)) * C;

/**
 * RMSNorm (Zhang & Sennrich 2019): out = x · rstd · weight with rstd = 1/√(mean(x²) + eps) of each row.
 * x, out: [M, C]; weight: [C]. C ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function rmsnormForward(
  recorder: Recorder,
  tensors: { x: Tensor; weight: Tensor; out: Tensor },
  dims: { M: number; C: number; eps: number },
): void {
  const { M, C } = dims;
  requireDims('rmsnorm.forward', { M });
  requireDims('rmsnorm.forward', { C }, MAX_ROW);
  requireLengths('rmsnorm.forward', tensors, { x: M * C, weight: C, out: M * C });
  const { op, width } = elementwise(rmsnorm, C);
  recorder.dispatch(op, 'forward', tensors, { ...dims, C: C / width, rows: 0 }, grid(M));
}

/**
 * Gradient of {@link rmsnormForward}. dOut: [M, C] → dX: [M, C] (accumulates), dWeight: [C] (overwritten,
 * summed in a fixed order) and `out` [M, C] once more, so that nobody has to keep it. Scratch: rstd [M], partial
 * ({@link rmsnormPartialLength} values).
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function rmsnormBackward(
  recorder: Recorder,
  tensors: {
    x: Tensor;
    weight: Tensor;
    out: Tensor;
    rstd: Tensor;
    dOut: Tensor;
    dX: Tensor;
    partial: Tensor;
    dWeight: Tensor;
  },
  dims: { M: number; C: number; eps: number },
): void {
  const { M, C } = dims;
  requireDims('rmsnorm.backward', { M });
  requireDims('rmsnorm.backward', { C }, MAX_ROW);
  const partial = rmsnormPartialLength(M, C);
  const needed = { x: M * C, weight: C, out: M * C, rstd: M, dOut: M * C, dX: M * C, partial, dWeight: C };
  requireLengths('rmsnorm.backward', tensors, needed);
  const { op, width } = elementwise(rmsnorm, C);
  const uniforms = { ...dims, C: C / width, rows: rowsPerPartial(M) };
  recorder.dispatch(op, 'backwardX', tensors, uniforms, grid(M));
  recorder.dispatch(op, 'partialWeight', tensors, uniforms, grid(partial / width));
  sumChunks(recorder, { partial: tensors.partial, out: tensors.dWeight }, { n: C, chunks: partial / C });
}
