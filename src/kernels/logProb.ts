import { MAX_ROW } from './limits.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import softmax from './parts/softmax.wgsl?raw';
import wgsl from './logProb.wgsl?raw';

export const logProb = defineOp({
  name: 'logProb',
  wgsl: [wgsl, softmax].join('\n'),
  bindings: {
    logits: 'read',
    starts: 'read',
    targets: 'read',
    logProb: 'read_write',
    entropy: 'read_write',
    lse: 'read_write',
    dLogProb: 'read',
    dEntropy: 'read',
    dLogits: 'read_write',
  },
  dims: { M: 'u32', V: 'u32' },
  kernels: {
    forward: ['logits', 'starts', 'targets', 'logProb', 'entropy', 'lse'],
    backward: ['starts', 'targets', 'entropy', 'lse', 'dLogProb', 'dEntropy', 'dLogits'],
  },
});

export interface LogProbDims {
  readonly M: number;
  readonly V: number;
  /** P: targets of all rows. */
  readonly P: number;
}

/**
 * Log-softmax with gather: logProb = logits[target] - lse, lse = log Σ exp(logits), and the entropy
 * -Σ p log p in nats. logits: [M, V], finite; starts: u32 [M + 1], the targets of row m are starts[m] to
 * starts[m + 1] - 1; targets: u32 [P] (beyond V - 1 counts as V - 1); logProb: [P]; entropy, lse: [M]. V ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function logProbForward(
  recorder: Recorder,
  tensors: {
    logits: Tensor;
    starts: Tensor;
    targets: Tensor;
    logProb: Tensor;
    entropy: Tensor;
    lse: Tensor;
  },
  { M, V, P }: LogProbDims,
): void {
  requireDims('logProb.forward', { M, P });
  requireDims('logProb.forward', { V }, MAX_ROW);
  const needed = { logits: M * V, starts: M + 1, targets: P, logProb: P, entropy: M, lse: M };
  requireLengths('logProb.forward', tensors, needed);
  recorder.dispatch(logProb, 'forward', tensors, { M, V }, grid(M));
}

/**
 * Gradient of {@link logProbForward}: dLogProb: [P], dEntropy: [M] → dLogits: [M, V], which holds
 * the logits before: in place.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function logProbBackward(
  recorder: Recorder,
  tensors: {
    starts: Tensor;
    targets: Tensor;
    lse: Tensor;
    entropy: Tensor;
    dLogProb: Tensor;
    dEntropy: Tensor;
    dLogits: Tensor;
  },
  { M, V, P }: LogProbDims,
): void {
  requireDims('logProb.backward', { M, P });
  requireDims('logProb.backward', { V }, MAX_ROW);
  requireLengths('logProb.backward', tensors, {
    starts: M + 1,
    targets: P,
    lse: M,
    entropy: M,
    dLogProb: P,
    dEntropy: M,
    dLogits: M * V,
  });
  recorder.dispatch(logProb, 'backward', tensors, { M, V }, grid(M * V));
}
