import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { embeddingBackwardRef, embeddingForwardRef } from './embedding.ref.ts';
import { invertTokens } from './embedding.ts';

describe('embedding reference', () => {
  it('picks and scales rows, by hand', () => {
    const out = embeddingForwardRef([2, 0, 2], [1, 2, 3, 4, 5, 6], { M: 3, C: 2, V: 3, scale: 10 });
    expect([...out]).toEqual([50, 60, 10, 20, 50, 60]);
  });

  it('gradient agrees with central differences', () => {
    const dims = { M: 5, C: 3, V: 4, scale: 1.5 };
    const tokens = [1, 3, 1, 0, 1];
    const table = Float64Array.from({ length: dims.V * dims.C }, (_, i) => Math.sin(i));
    const dOut = Float64Array.from({ length: dims.M * dims.C }, (_, i) => Math.cos(i));
    const analytic = embeddingBackwardRef(tokens, dOut, dims);
    const error = gradientError((v) => embeddingForwardRef(tokens, v, dims), table, dOut, analytic);
    expect(error).toBeLessThan(1e-7);
  });
});

describe('invertTokens', () => {
  it('groups rows by token, ascending, by hand', () => {
    const { order, starts } = invertTokens(Uint32Array.of(2, 0, 2, 3, 0), 5);
    expect([...order]).toEqual([1, 4, 0, 2, 3]);
    expect([...starts]).toEqual([0, 2, 2, 4, 5, 5]);
  });

  it('of no tokens is empty', () => {
    const { order, starts } = invertTokens(new Uint32Array(0), 2);
    expect(order).toHaveLength(0);
    expect([...starts]).toEqual([0, 0, 0]);
  });

  it('names the token outside the vocabulary', () => {
    expect(() => invertTokens(Uint32Array.of(1, 9), 4)).toThrow(
      'invertTokens: expected tokens below 4, got 9 at row 1.',
    );
  });
});
