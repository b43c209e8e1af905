import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { swigluBackwardRef, swigluForwardRef } from './swiglu.ref.ts';

describe('swiglu reference', () => {
  it('silu(2) · 3 by hand', () => {
    expect(swigluForwardRef([2, 3], 1, 1)[0]).toBeCloseTo((2 / (1 + Math.exp(-2))) * 3, 12);
  });

  it('gradient agrees with central differences', () => {
    const [M, F] = [3, 5];
    const x = Float64Array.from({ length: M * 2 * F }, (_, i) => Math.sin(i * 1.7) * 2);
    const dOut = Float64Array.from({ length: M * F }, (_, i) => Math.cos(i));
    const error = gradientError((v) => swigluForwardRef(v, M, F), x, dOut, swigluBackwardRef(x, dOut, M, F));
    expect(error).toBeLessThan(1e-7);
  });
});
