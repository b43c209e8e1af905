import { logSoftmaxRef } from './logProb.ref.ts';

interface LogitDims {
  readonly M: number;
  readonly V: number;
}

/** Float64 weighted cross-entropy. logits: [M, V], target, weight: [M] → loss: [M]. */
export function crossEntropyForwardRef(
  logits: ArrayLike<number>,
  target: ArrayLike<number>,
  weight: ArrayLike<number>,
  { M, V }: LogitDims,
): Float64Array {
  return Float64Array.from({ length: M }, (_, m) => -weight[m] * logSoftmaxRef(logits, m, V)[target[m]]);
}

/** Float64 gradient of scale · Σ loss. → dLogits: [M, V]. */
export function crossEntropyBackwardRef(
  logits: ArrayLike<number>,
  target: ArrayLike<number>,
  weight: ArrayLike<number>,
  { M, V, scale }: LogitDims & { readonly scale: number },
): Float64Array {
  const dLogits = new Float64Array(M * V);
  for (let m = 0; m < M; m++)
    logSoftmaxRef(logits, m, V).forEach((logP, v) => {
      dLogits[m * V + v] = scale * weight[m] * (Math.exp(logP) - (v === target[m] ? 1 : 0));
    });
  return dLogits;
}
