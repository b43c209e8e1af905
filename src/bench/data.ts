import { Random } from '../core/random.ts';
import type { PolicyConfig, UpdateSettings } from '../policy/types.ts';

/** The decoder of the comparison: d 64, L 2, H 4, feed-forward 4 × d, vocabulary 128. */
export const benchPolicy: PolicyConfig = {
  name: 'bench',
  vocabulary: 128,
  width: 64,
  layers: 2,
  heads: 4,
  feedForward: 256,
  context: 96,
};

/** AdamW as the peers' users would set it; the clipping takes part in every step. */
export const benchUpdate: UpdateSettings = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0.01,
  gradClip: 1,
};

/**
 * `count` sequences of `length` uniform tokens, no two of which begin alike for longer than they must: the first
 * tokens repeat only once all V have been used, and then the second differ. Our policy computes what sequences
 * share only once; here nothing (up to V sequences) or one row in `length` (beyond) is shared.
 */
export function distinctSequences(
  count: number,
  length: number,
  vocabulary: number,
  seed: number,
): number[][] {
  const random = new Random(seed);
  const order = random.shuffle(Array.from({ length: vocabulary }, (_, token) => token));
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length }, (_, t) => {
      if (t === 0) return order[i % vocabulary];
      if (t === 1) return (order[i % vocabulary] + Math.floor(i / vocabulary)) % vocabulary;
      return random.int(vocabulary);
    }),
  );
}
