import { describe, expect, it } from 'vitest';
import { groupAdvantages } from './advantage.ts';

describe('groupAdvantages', () => {
  it('Eq. 11: one success of four, population and unbiased', () => {
    // mean 1/4; population std √3/4; unbiased std 1/2
    const population = groupAdvantages([1, 0, 0, 0]);
    expect(population[0]).toBeCloseTo(Math.sqrt(3), 5);
    expect(population[1]).toBeCloseTo(-1 / Math.sqrt(3), 5);
    const unbiased = groupAdvantages([1, 0, 0, 0], 'unbiased');
    expect(unbiased[0]).toBeCloseTo(0.75 / (0.5 + 1e-6), 12);
    expect(unbiased[3]).toBeCloseTo(-0.25 / (0.5 + 1e-6), 12);
  });

  it('sums to zero', () => {
    const sum = groupAdvantages([1, 1, 0, 1, 0, 0, 0, 0], 'unbiased').reduce((a, b) => a + b, 0);
    expect(Math.abs(sum)).toBeLessThan(1e-12);
  });

  it.each(['population', 'unbiased'] as const)('equal rewards give exact zeros (%s)', (std) => {
    expect(groupAdvantages([0, 0, 0], std)).toEqual([0, 0, 0]);
    expect(groupAdvantages([1, 1, 1], std)).toEqual([0, 0, 0]);
    expect(groupAdvantages([0.1, 0.1, 0.1], std)).toEqual([0, 0, 0]);
    expect(groupAdvantages([1], std)).toEqual([0]);
    expect(groupAdvantages([], std)).toEqual([]);
  });
});
