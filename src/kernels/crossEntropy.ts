import { MAX_ROW } from './limits.ts';
import { defineOp, grid } from './op.ts';
import type { LogProbDims } from './logProb.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import softmax from './parts/softmax.wgsl?raw';
import wgsl from './crossEntropy.wgsl?raw';

export const crossEntropy = defineOp({
  name: 'crossEntropy',
  wgsl: [wgsl, softmax].join('\n'),
  bindings: {
    logits: 'read',
    starts: 'read',
    targets: 'read',
    weight: 'read',
    loss: 'read_write',
    lse: 'read_write',
    dLogits: 'read_write',
  },
  dims: { M: 'u32', V: 'u32', scale: 'f32' },
  kernels: {
    forward: ['logits', 'starts', 'targets', 'weight', 'loss', 'lse'],
    backward: ['starts', 'targets', 'weight', 'lse', 'dLogits'],
  },
});

/**
 * Weighted cross-entropy of each target: loss = weight · (lse - logits[target]), lse = log Σ exp(logits), in nats.
 * logits: [M, V], finite; starts: u32 [M + 1], the targets of row m are starts[m] to starts[m + 1] - 1;
 * targets: u32 [P] (beyond V - 1 counts as V - 1); weight, loss: [P]; lse: [M]. V ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function crossEntropyForward(
  recorder: Recorder,
  tensors: {
    logits: Tensor;
    starts: Tensor;
    targets: Tensor;
    weight: Tensor;
    loss: Tensor;
    lse: Tensor;
  },
  { M, V, P }: LogProbDims,
): void {
  requireDims('crossEntropy.forward', { M, P });
  requireDims('crossEntropy.forward', { V }, MAX_ROW);
  const needed = { logits: M * V, starts: M + 1, targets: P, weight: P, loss: P, lse: M };
  requireLengths('crossEntropy.forward', tensors, needed);
  recorder.dispatch(crossEntropy, 'forward', tensors, { M, V, scale: 1 }, grid(M));
}

/**
 * Gradient of scale · Σ loss of {@link crossEntropyForward}: dLogits = scale · Σ weight · (softmax - onehot) over the
 * row's targets, [M, V], which holds the logits before: in place. scale is usually 1 / Σ weight.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function crossEntropyBackward(
  recorder: Recorder,
  tensors: {
    starts: Tensor;
    targets: Tensor;
    weight: Tensor;
    lse: Tensor;
    dLogits: Tensor;
  },
  { M, V, P, scale }: LogProbDims & { readonly scale: number },
): void {
  requireDims('crossEntropy.backward', { M, P });
  requireDims('crossEntropy.backward', { V }, MAX_ROW);
  const needed = { starts: M + 1, targets: P, weight: P, lse: M, dLogits: M * V };
  requireLengths('crossEntropy.backward', tensors, needed);
  recorder.dispatch(crossEntropy, 'backward', tensors, { M, V, scale }, grid(M * V));
}
