import type { Random } from '../core/random.ts';

/**
 * Splits the rows of a step into at most `count` minibatches whose sizes differ by at most one; none is empty.
 * Strata (the unguided and the guided rows of each group) are shuffled one by one and dealt in turn, so that every
 * minibatch has its share of each: its gradient is that of the step with less noise than from an even shuffle.
 */
export function minibatches<T>(strata: readonly (readonly T[])[], count: number, random: Random): T[][] {
  const rows = strata.flatMap((stratum) => random.shuffle(stratum));
  const parts = Math.min(count, rows.length);
  return Array.from({ length: parts }, (_, i) => rows.filter((_row, j) => j % parts === i));
}
