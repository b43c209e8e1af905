import { describe, expect, it } from 'vitest';
import { Random, hash3, uniform } from './random.ts';

describe('counter-based random numbers', () => {
  it('hash3 is pcg3d: the first component of pcg3d(1, 2, 3), computed with 32-bit integers by hand', () => {
    const M = 2n ** 32n;
    let [x, y, z] = [1n, 2n, 3n].map((v) => (v * 1664525n + 1013904223n) % M);
    x = (x + y * z) % M;
    y = (y + z * x) % M;
    z = (z + x * y) % M;
    [x, y, z] = [x, y, z].map((v) => v ^ (v >> 16n));
    expect(hash3(1, 2, 3)).toBe(Number((x + y * z) % M));
  });

  it('uniform: 24 bits in [0, 1), mean and variance of the uniform law', () => {
    const values = Array.from({ length: 20000 }, (_, i) => uniform(5, i, 7));
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(values.every((v) => v >= 0 && v < 1 && Number.isInteger(v * 2 ** 24))).toBe(true);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1 / 12, 2);
  });

  it('forks are independent of each other and of how far the parent has gone', () => {
    const parent = new Random(3);
    const before = parent.fork(1).next();
    parent.next();
    expect(parent.fork(1).next()).toBe(before);
    expect(parent.fork(2).next()).not.toBe(before);
  });

  it('shuffle keeps every element; int stays in range', () => {
    const random = new Random(9);
    expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(Array.from({ length: 200 }, () => random.int(4)))).toEqual(new Set([0, 1, 2, 3]));
  });
});
