import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';
import { bootstrapMean, mean, meanInterval, quantile, variance, wilsonInterval } from './statistics.ts';

describe('statistics', () => {
  it('mean, population variance and quantiles by hand', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(variance([1, 2, 6])).toBeCloseTo(14 / 3, 12);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
  });

  it('bootstrap: repeats bit for bit, brackets the mean, and collapses without spread', () => {
    const values = [0.1, 0.4, 0.3, 0.9, 0.5];
    const interval = bootstrapMean(values);
    expect(bootstrapMean(values)).toEqual(interval);
    expect(interval.low).toBeLessThan(0.44);
    expect(interval.high).toBeGreaterThan(0.44);
    expect(bootstrapMean([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2 });
  });

  it('a 95 % interval of 30 normal draws covers the true mean about 95 times in 100', () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const random = new Random(trial);
      const values = Array.from({ length: 30 }, () => random.normal());
      const { low, high } = bootstrapMean(values, { resamples: 400, seed: trial });
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.88);
    expect(covered / 200).toBeLessThan(0.99);
  });

  it('intervals of few values: printed quantiles of t, and the true mean missed in about 1 of 20 cases, not in 1 of 4', () => {
    // s = 1, n = 3: 4.303 / √3.
    const { mean: center, low, high } = meanInterval([1, 2, 3]);
    expect([center, low, high].map((x) => x.toFixed(3))).toEqual(['2.000', '-0.484', '4.484']);
    expect(meanInterval([5])).toEqual({ mean: 5, low: 5, high: 5 });
    const ten = Array.from({ length: 10 }, (_, i) => i);
    expect(meanInterval(ten)).toEqual(bootstrapMean(ten));
    const missed = [meanInterval, bootstrapMean].map((interval) => {
      let count = 0;
      for (let trial = 0; trial < 600; trial++) {
        const random = new Random(trial);
        const { low, high } = interval([random.normal(), random.normal(), random.normal()]);
        if (low > 0 || high < 0) count++;
      }
      return count / 600;
    });
    expect(missed[0]).toBeGreaterThan(0.02);
    expect(missed[0]).toBeLessThan(0.08);
    expect(missed[1]).toBeGreaterThan(0.2);
  });

  it('Wilson: the printed values for 8 of 10 and 0 of 32, and [0, 1] of nothing', () => {
    const eight = wilsonInterval(8, 10);
    expect([eight.mean, eight.low, eight.high].map((x) => x.toFixed(4))).toEqual([
      '0.8000',
      '0.4902',
      '0.9433',
    ]);
    const none = wilsonInterval(0, 32);
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(1.959964 ** 2 / (32 + 1.959964 ** 2), 12);
    expect(wilsonInterval(32, 32).low).toBeCloseTo(1 - none.high, 12);
    expect(wilsonInterval(32, 32).high).toBe(1);
    expect(wilsonInterval(0, 0)).toEqual({ mean: NaN, low: 0, high: 1 });
  });
});
