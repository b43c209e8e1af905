import { MAX_ROW } from './limits.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './crossEntropy.wgsl?raw';

export const crossEntropy = defineOp({
  name: 'crossEntropy',
  wgsl,
  bindings: {
    logits: 'read',
    targets: 'read',
    weight: 'read',
    loss: 'read_write',
    lse: 'read_write',
    dLogits: 'read_write',
  },
  dims: { M: 'u32', V: 'u32', scale: 'f32' },
  kernels: {
    forward: ['logits', 'targets', 'weight', 'loss', 'lse'],
    backward: ['logits', 'targets', 'weight', 'lse', 'dLogits'],
  },
});

/**
 * Weighted cross-entropy of each row: loss = weight · (lse - logits[target]), lse = log Σ exp(logits), in nats.
 * logits: [M, V], finite; target: u32 [M] (beyond V - 1 counts as V - 1); weight, loss, lse: [M]. V ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function crossEntropyForward(
  recorder: Recorder,
  tensors: { logits: Tensor; target: Tensor; weight: Tensor; loss: Tensor; lse: Tensor },
  dims: { M: number; V: number },
): void {
  const { M, V } = dims;
  requireDims('crossEntropy.forward', { M });
  requireDims('crossEntropy.forward', { V }, MAX_ROW);
  requireLengths('crossEntropy.forward', tensors, { logits: M * V, target: M, weight: M, loss: M, lse: M });
  // `target` is a reserved word in WGSL.
  const bound = { ...tensors, targets: tensors.target };
  recorder.dispatch(crossEntropy, 'forward', bound, { M, V, scale: 1 }, grid(M));
}

/**
 * Gradient of scale · Σ loss of {@link crossEntropyForward}: dLogits = scale · weight · (softmax - onehot),
 * [M, V] (overwritten). scale is usually 1 / Σ weight.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function crossEntropyBackward(
  recorder: Recorder,
  tensors: { logits: Tensor; target: Tensor; weight: Tensor; lse: Tensor; dLogits: Tensor },
  dims: { M: number; V: number; scale: number },
): void {
  const { M, V } = dims;
  requireDims('crossEntropy.backward', { M });
  requireDims('crossEntropy.backward', { V }, MAX_ROW);
  const needed = { logits: M * V, target: M, weight: M, lse: M, dLogits: M * V };
  requireLengths('crossEntropy.backward', tensors, needed);
  recorder.dispatch(crossEntropy, 'backward', { ...tensors, targets: tensors.target }, dims, grid(M * V));
}
