import type { DistillDims } from './distill.ts';
import { logSoftmaxRef } from './logProb.ref.ts';

/** Float64 weighted KL(teacher ‖ softmax(logits)) of every row. logits, teacher: [M, V]; weight: [M] → loss: [M]. */
export function distillForwardRef(
  logits: ArrayLike<number>,
  teacher: ArrayLike<number>,
  weight: ArrayLike<number>,
  { M, V }: DistillDims,
): Float64Array {
  return Float64Array.from({ length: M }, (_, m) => {
    const terms = logSoftmaxRef(logits, m, V).map((logP, v) => {
      const q = teacher[m * V + v];
      return q > 0 ? q * (Math.log(q) - logP) : 0;
    });
    return weight[m] * terms.reduce((a, b) => a + b, 0);
  });
}

/** Float64 gradient of scale · Σ loss, the teacher held fixed. → dLogits: [M, V]. */
export function distillBackwardRef(
  logits: ArrayLike<number>,
  teacher: ArrayLike<number>,
  weight: ArrayLike<number>,
  { M, V, scale }: DistillDims & { readonly scale: number },
): Float64Array {
  const dLogits = new Float64Array(M * V);
  for (let m = 0; m < M; m++)
    logSoftmaxRef(logits, m, V).forEach((logP, v) => {
      dLogits[m * V + v] = scale * weight[m] * (Math.exp(logP) - teacher[m * V + v]);
    });
  return dLogits;
}
