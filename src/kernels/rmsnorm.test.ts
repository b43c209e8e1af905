import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { rmsnormBackwardRef, rmsnormForwardRef } from './rmsnorm.ref.ts';
import { rmsnormPartialLength } from './rmsnorm.ts';

describe('rmsnorm reference', () => {
  it('a row (3, 4) has root mean square √12.5, by hand', () => {
    const out = rmsnormForwardRef([3, 4], [1, 2], { M: 1, C: 2, eps: 0 });
    expect(out[0]).toBeCloseTo(3 / Math.sqrt(12.5), 12);
    expect(out[1]).toBeCloseTo(8 / Math.sqrt(12.5), 12);
  });

  it('gradients agree with central differences', () => {
    const dims = { M: 3, C: 5, eps: 1e-2 };
    const x = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i * 1.7) * 2);
    const weight = Float64Array.from({ length: 5 }, (_, i) => 1 + 0.3 * Math.cos(i * 2));
    const dOut = Float64Array.from({ length: 15 }, (_, i) => Math.cos(i));
    const { dX, dWeight } = rmsnormBackwardRef(x, weight, dOut, dims);
    expect(gradientError((v) => rmsnormForwardRef(v, weight, dims), x, dOut, dX)).toBeLessThan(1e-7);
    expect(gradientError((v) => rmsnormForwardRef(x, v, dims), weight, dOut, dWeight)).toBeLessThan(1e-7);
  });

  it('scratch: 16 rows a partial sum, then at most 256 partial sums', () => {
    expect(rmsnormPartialLength(1, 8)).toBe(8);
    expect(rmsnormPartialLength(33, 8)).toBe(3 * 8);
    expect(rmsnormPartialLength(100_000, 8)).toBe(256 * 8);
  });
});
