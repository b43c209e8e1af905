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

/** What each row is asked: the targets of row m are targets[starts[m]] to targets[starts[m + 1] - 1]. */
export interface RowTargets {
  readonly starts: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
}

/** One target a row. */
export function oneTarget(targets: ArrayLike<number>): RowTargets {
  return { starts: Uint32Array.from({ length: targets.length + 1 }, (_, m) => m), targets };
}

/** Float64 log-softmax with gather. logits: [M, V], targets: [P] → logProb: [P]; entropy, lse: [M]. */
export function logProbForwardRef(
  logits: ArrayLike<number>,
  { starts, targets }: RowTargets,
  { M, V }: LogitDims,
): { logProb: Float64Array; entropy: Float64Array; lse: Float64Array } {
  const [logProb, entropy, lse] = [targets.length, M, M].map((length) => new Float64Array(length));
  for (let m = 0; m < M; m++) {
    const logP = logSoftmaxRef(logits, m, V);
    for (let p = starts[m]; p < starts[m + 1]; p++) logProb[p] = logP[targets[p]];
    entropy[m] = entropyRef(logP);
    lse[m] = logits[m * V] - logP[0];
  }
  return { logProb, entropy, lse };
}

/** Float64 gradient. dLogProb: [P], dEntropy: [M] → dLogits: [M, V]. */
export function logProbBackwardRef(
  logits: ArrayLike<number>,
  { starts, targets }: RowTargets,
  d: { dLogProb: ArrayLike<number>; dEntropy: ArrayLike<number> },
  { M, V }: LogitDims,
): Float64Array {
  const dLogits = new Float64Array(M * V);
  for (let m = 0; m < M; m++) {
    const logP = logSoftmaxRef(logits, m, V);
    const entropy = entropyRef(logP);
    logP.forEach((l, v) => {
      const p = Math.exp(l);
      dLogits[m * V + v] = -d.dEntropy[m] * p * (l + entropy);
      for (let t = starts[m]; t < starts[m + 1]; t++)
        dLogits[m * V + v] += d.dLogProb[t] * ((v === targets[t] ? 1 : 0) - p);
    });
  }
  return dLogits;
}
