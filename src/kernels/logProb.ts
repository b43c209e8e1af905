import { MAX_ROW } from './limits.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './logProb.wgsl?raw';

export const logProb = defineOp({
  name: 'logProb',
  wgsl,
  bindings: {
    logits: 'read',
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
    forward: ['logits', 'targets', 'logProb', 'entropy', 'lse'],
    backward: ['logits', 'targets', 'entropy', 'lse', 'dLogProb', 'dEntropy', 'dLogits'],
  },
});

/**
 * Log-softmax with gather: logProb = logits[target] - lse, lse = log Σ exp(logits), and the entropy
 * -Σ p log p in nats. logits: [M, V], finite; target: u32 [M] (beyond V - 1 counts as V - 1);
 * logProb, entropy, lse: [M]. V ≤ 65536.
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function logProbForward(
  recorder: Recorder,
  tensors: { logits: Tensor; target: Tensor; logProb: Tensor; entropy: Tensor; lse: Tensor },
  dims: { M: number; V: number },
): void {
  const { M, V } = dims;
  requireDims('logProb.forward', { M });
  requireDims('logProb.forward', { V }, MAX_ROW);
  requireLengths('logProb.forward', tensors, { logits: M * V, target: M, logProb: M, entropy: M, lse: M });
  // `target` is a reserved word in WGSL.
  recorder.dispatch(logProb, 'forward', { ...tensors, targets: tensors.target }, dims, grid(M));
}

/**
 * Gradient of {@link logProbForward}: dLogProb, dEntropy: [M] → dLogits: [M, V] (overwritten).
 * @throws ShapeError when a dimension is beyond its limit or a tensor is too small.
 */
export function logProbBackward(
  recorder: Recorder,
  tensors: {
    logits: Tensor;
    target: Tensor;
    lse: Tensor;
    entropy: Tensor;
    dLogProb: Tensor;
    dEntropy: Tensor;
    dLogits: Tensor;
  },
  dims: { M: number; V: number },
): void {
  const { M, V } = dims;
  requireDims('logProb.backward', { M });
  requireDims('logProb.backward', { V }, MAX_ROW);
  requireLengths('logProb.backward', tensors, {
    logits: M * V,
    target: M,
    lse: M,
    entropy: M,
    dLogProb: M,
    dEntropy: M,
    dLogits: M * V,
  });
  recorder.dispatch(logProb, 'backward', { ...tensors, targets: tensors.target }, dims, grid(M * V));
}
