import { describe, expect, it } from 'vitest';
import { Random } from '../core/random.ts';
import { minibatches } from './minibatches.ts';

const strata = [
  ['a1', 'a2', 'a3', 'a4'],
  ['b1', 'b2', 'b3'],
  ['c1', 'c2', 'c3', 'c4', 'c5'],
];

describe('minibatches', () => {
  it('hold every row once, each its share of every stratum', () => {
    const parts = minibatches(strata, 4, new Random(1));
    expect(parts.map((part) => part.length)).toEqual([3, 3, 3, 3]);
    expect(parts.flat().sort()).toEqual(strata.flat());
    for (const part of parts) {
      expect(part.filter((row) => row.startsWith('a'))).toHaveLength(1);
      expect(part.filter((row) => row.startsWith('c')).length).toBeGreaterThanOrEqual(1);
    }
  });

  it('are a function of the random stream, and differ between streams', () => {
    const of = (seed: number) => minibatches(strata, 3, new Random(seed));
    expect(of(5)).toEqual(of(5));
    expect(of(6)).not.toEqual(of(5));
  });

  it('are no more than there are rows', () => {
    expect(minibatches([['a']], 4, new Random(1))).toEqual([['a']]);
    expect(minibatches([], 4, new Random(1))).toEqual([]);
  });
});
