import { uniform } from '../core/random.ts';
import { entropyRef, logSoftmaxRef } from './logProb.ref.ts';

/** One sampled token, and how far its uniform number was from choosing another. */
export interface SampledRef {
  readonly token: number;
  /** At temperature 1, as is `entropy` (nats). */
  readonly logProb: number;
  readonly entropy: number;
  /** |u - nearest boundary of the CDF|: a float32 draw may differ where this is within rounding. */
  readonly distance: number;
}

/** Float64 sampling from one row. logits: [V]. */
export function sampleRef(
  logits: ArrayLike<number>,
  stream: number,
  position: number,
  { seed, temperature }: { readonly seed: number; readonly temperature: number },
): SampledRef {
  const V = logits.length;
  const logP = logSoftmaxRef(logits, 0, V);
  const at = (token: number, distance: number): SampledRef => ({
    token,
    logProb: logP[token],
    entropy: entropyRef(logP),
    distance,
  });
  if (temperature === 0) return at(logP.indexOf(Math.max(...logP)), Infinity);

  const heated = Float64Array.from(logits, (x) => x / temperature);
  const p = logSoftmaxRef(heated, 0, V).map(Math.exp);
  const u = uniform(seed, stream, position);
  let token = -1;
  let last = 0;
  let distance = Infinity;
  let cumulative = 0;
  for (let v = 0; v < V; v++) {
    cumulative += p[v];
    if (p[v] > 0) last = v;
    if (token < 0 && p[v] > 0 && cumulative > u) token = v;
    if (v < V - 1) distance = Math.min(distance, Math.abs(u - cumulative));
  }
  return at(token < 0 ? last : token, distance);
}
