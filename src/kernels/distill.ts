import { MAX_ROW } from './limits.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import softmax from './parts/softmax.wgsl?raw';
import wgsl from './distill.wgsl?raw';

export const distill = defineOp({
  name: 'distill',
  wgsl: [wgsl, softmax].join('\n'),
  bindings: {
    logits: 'read',
    teacher: 'read',
    weight: 'read',
    loss: 'read_write',
    lse: 'read_write',
    dLogits: 'read_write',
  },
  dims: { M: 'u32', V: 'u32', scale: 'f32' },
  kernels: {
    forward: ['logits', 'teacher', 'weight', 'loss', 'lse'],
    backward: ['teacher', 'weight', 'lse', 'dLogits'],
  },
});

export interface DistillDims {
  readonly M: number;
  readonly V: number;
}

/**
 * Full-vocabulary divergence of each row's softmax from a teacher (Eq. 13): loss = weight · KL(teacher ‖ softmax(logits)),
 * in nats. logits: [M, V], finite; teacher: [M, V], probabilities that sum to 1 in every row with a weight;
 * weight, loss, lse: [M]. V ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function distillForward(
  recorder: Recorder,
  tensors: { logits: Tensor; teacher: Tensor; weight: Tensor; loss: Tensor; lse: Tensor },
  { M, V }: DistillDims,
): void {
  requireDims('distill.forward', { M });
  requireDims('distill.forward', { V }, MAX_ROW);
  requireLengths('distill.forward', tensors, { logits: M * V, teacher: M * V, weight: M, loss: M, lse: M });
  recorder.dispatch(distill, 'forward', tensors, { M, V, scale: 1 }, grid(M));
}

/**
 * Gradient of scale · Σ loss of {@link distillForward}, the teacher held fixed:
 * dLogits = scale · weight · (softmax(logits) − teacher), [M, V], which holds the logits before: in place. scale is usually 1 / Σ weight.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function distillBackward(
  recorder: Recorder,
  tensors: { teacher: Tensor; weight: Tensor; lse: Tensor; dLogits: Tensor },
  { M, V, scale }: DistillDims & { readonly scale: number },
): void {
  requireDims('distill.backward', { M });
  requireDims('distill.backward', { V }, MAX_ROW);
  const needed = { teacher: M * V, weight: M, lse: M, dLogits: M * V };
  requireLengths('distill.backward', tensors, needed);
  recorder.dispatch(distill, 'backward', tensors, { M, V, scale }, grid(M * V));
}
