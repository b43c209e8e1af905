interface LogitDims {
  readonly M: number;
  readonly V: number;
}

/** Float64 log-softmax of row m. logits: [M, V] → [V]. */
export function logSoftmaxRef(logits: ArrayLike<number>, m: number, V: number): Float64Array {
  const row = Float64Array.from({ length: V }, (_, v) => logits[m * V + v]);
  const top = row.reduce((a, b) => Math.max(a, b));
  const lse = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  return row.map((x) => x - lse);
}

/** -Σ p log p of log-probabilities, in nats. */
export function entropyRef(logP: Float64Array): number {
  return -logP.reduce((sum, l) => sum + Math.exp(l) * l, 0);
}

/** Float64 log-softmax with gather. logits: [M, V], target: [M] → logProb, entropy, lse: [M]. */
export function logProbForwardRef(
  logits: ArrayLike<number>,
  target: ArrayLike<number>,
  { M, V }: LogitDims,
): { logProb: Float64Array; entropy: Float64Array; lse: Float64Array } {
  const [logProb, entropy, lse] = [new Float64Array(M), new Float64Array(M), new Float64Array(M)];
  for (let m = 0; m < M; m++) {
    const logP = logSoftmaxRef(logits, m, V);
    logProb[m] = logP[target[m]];
    entropy[m] = entropyRef(logP);
    lse[m] = logits[m * V] - logP[0];
  }
  return { logProb, entropy, lse };
}

/** Float64 gradient. dLogProb, dEntropy: [M] → dLogits: [M, V]. */
export function logProbBackwardRef(
  logits: ArrayLike<number>,
  target: ArrayLike<number>,
  d: { dLogProb: ArrayLike<number>; dEntropy: ArrayLike<number> },
  { M, V }: LogitDims,
): Float64Array {
  const dLogits = new Float64Array(M * V);
  for (let m = 0; m < M; m++) {
    const logP = logSoftmaxRef(logits, m, V);
    const entropy = entropyRef(logP);
    logP.forEach((l, v) => {
      const p = Math.exp(l);
      const hit = v === target[m] ? 1 : 0;
      dLogits[m * V + v] = d.dLogProb[m] * (hit - p) - d.dEntropy[m] * p * (l + entropy);
    });
  }
  return dLogits;
}
