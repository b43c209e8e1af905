import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { ropeBackwardRef, ropeForwardRef } from './rope.ref.ts';
import { ropeTable } from './rope.ts';

describe('rope reference', () => {
  it('turns the pairs (0, 2) and (1, 3) of a head of four, by hand', () => {
    // Position 1, θ = 100: angles 1 and 0.1. q = (1, 0, 0, 1), k = 0, v = (5, 6, 7, 8).
    const { q, v } = ropeForwardRef([1, 0, 0, 1, 0, 0, 0, 0, 5, 6, 7, 8], [1], 100, { M: 1, C: 4, H: 1 });
    expect(q[0]).toBeCloseTo(Math.cos(1), 12);
    expect(q[1]).toBeCloseTo(-Math.sin(0.1), 12);
    expect(q[2]).toBeCloseTo(Math.sin(1), 12);
    expect(q[3]).toBeCloseTo(Math.cos(0.1), 12);
    expect([...v]).toEqual([5, 6, 7, 8]);
  });

  it('makes q · k depend on the distance of positions alone', () => {
    const row = Array.from({ length: 24 }, (_, i) => Math.sin(i * 2.3));
    const dims = { M: 2, C: 8, H: 1 };
    const product = (p: number, r: number): number => {
      const { q, k } = ropeForwardRef([...row, ...row], [p, r], 1000, dims);
      return q.slice(0, 8).reduce((sum, x, i) => sum + x * k[8 + i], 0);
    };
    expect(product(9, 4)).toBeCloseTo(product(25, 20), 12);
  });

  it('gradient agrees with central differences', () => {
    const dims = { M: 3, C: 8, H: 2 };
    const position = [0, 5, 11];
    const qkv = Float64Array.from({ length: 72 }, (_, i) => Math.sin(i * 1.7));
    const dOut = Float64Array.from({ length: 72 }, (_, i) => Math.cos(i));
    const d = { dQ: dOut.slice(0, 24), dK: dOut.slice(24, 48), dV: dOut.slice(48) };
    const flat = (x: Float64Array): number[] => {
      const { q, k, v } = ropeForwardRef(x, position, 1000, dims);
      return [...q, ...k, ...v];
    };
    const analytic = ropeBackwardRef(d, position, 1000, dims);
    expect(gradientError(flat, qkv, dOut, analytic)).toBeLessThan(1e-7);
  });

  it('the table holds cos and sin of position · θ^(-2i/D)', () => {
    const table = ropeTable(3, 4, 100);
    expect(table[2 * 4 + 0]).toBeCloseTo(Math.cos(2), 6);
    expect(table[2 * 4 + 1]).toBeCloseTo(Math.sin(2), 6);
    expect(table[2 * 4 + 2]).toBeCloseTo(Math.cos(0.2), 6);
    expect(table[2 * 4 + 3]).toBeCloseTo(Math.sin(0.2), 6);
  });
});
