import { describe, expect, it } from 'vitest';
import { evaluationSeed, trainingSeed } from './seeds.ts';

describe('seeds', () => {
  it('training and evaluation never share one', () => {
    for (let run = 0; run < 20; run++)
      for (let i = 0; i < 100; i++) {
        expect(trainingSeed(run, i)).toBeLessThan(2 ** 31);
        expect(evaluationSeed(run, i)).toBeGreaterThanOrEqual(2 ** 31);
        expect(evaluationSeed(run, i)).toBeLessThan(2 ** 32);
      }
  });

  it('steps and runs differ', () => {
    const seeds = Array.from({ length: 2000 }, (_, i) => trainingSeed(i % 20, Math.floor(i / 20)));
    expect(new Set(seeds).size).toBe(2000);
  });
});
