import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { matmulBackwardRef, matmulRef } from './matmul.ref.ts';

describe('matmul reference', () => {
  it('2×2 by hand, in the three layouts', () => {
    const size = { M: 2, N: 2, K: 2 };
    expect([...matmulRef('nn', [1, 2, 3, 4], [5, 6, 7, 8], size)]).toEqual([19, 22, 43, 50]);
    expect([...matmulRef('nt', [1, 2, 3, 4], [5, 6, 7, 8], size)]).toEqual([17, 23, 39, 53]);
    expect([...matmulRef('tn', [1, 2, 3, 4], [5, 6, 7, 8], size)]).toEqual([26, 30, 38, 44]);
  });

  it('gradients agree with central differences', () => {
    const size = { M: 3, N: 4, K: 5 };
    const a = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i));
    const b = Float64Array.from({ length: 20 }, (_, i) => Math.cos(i * 1.3));
    const d = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + 0.5));
    const { da, db } = matmulBackwardRef(a, b, d, size);
    expect(gradientError((x) => matmulRef('nn', x, b, size), a, d, da)).toBeLessThan(1e-8);
    expect(gradientError((x) => matmulRef('nn', a, x, size), b, d, db)).toBeLessThan(1e-8);
  });
});
