import { logSoftmaxRef, type RowTargets } from './logProb.ref.ts';

interface LogitDims {
  readonly M: number;
  readonly V: number;
}

/** Float64 weighted cross-entropy. logits: [M, V]; targets, weight: [P] → loss: [P]. */
export function crossEntropyForwardRef(
  logits: ArrayLike<number>,
  { starts, targets }: RowTargets,
  weight: ArrayLike<number>,
  { M, V }: LogitDims,
): Float64Array {
  const loss = new Float64Array(targets.length);
  for (let m = 0; m < M; m++) {
    const logP = logSoftmaxRef(logits, m, V);
    for (let p = starts[m]; p < starts[m + 1]; p++) loss[p] = -weight[p] * logP[targets[p]];
  }
  return loss;
}

/** Float64 gradient of scale · Σ loss. → dLogits: [M, V]. */
export function crossEntropyBackwardRef(
  logits: ArrayLike<number>,
  { starts, targets }: RowTargets,
  weight: ArrayLike<number>,
  { M, V, scale }: LogitDims & { readonly scale: number },
): Float64Array {
  const dLogits = new Float64Array(M * V);
  for (let m = 0; m < M; m++)
    logSoftmaxRef(logits, m, V).forEach((logP, v) => {
      for (let p = starts[m]; p < starts[m + 1]; p++)
        dLogits[m * V + v] += scale * weight[p] * (Math.exp(logP) - (v === targets[p] ? 1 : 0));
    });
  return dLogits;
}
