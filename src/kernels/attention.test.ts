import { describe, expect, it } from 'vitest';
import { withBlocks } from './attention.ts';
import { gradientError } from '../../test/gradcheck.ts';
import { attentionBackwardRef, attentionForwardRef, packedRows, treeRows } from './attention.ref.ts';

const wave = (length: number, step: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(i * step));

it('blocks are rows that follow one another and end together', () => {
  const { rows } = treeRows([-1, 0, 1, 2, 3, 4, 3, -1, 7]);
  const blocks = withBlocks(rows, 3).subarray(4 * 9);
  expect(Array.from({ length: blocks.length / 4 }, (_, b) => [...blocks.subarray(4 * b, 4 * b + 2)])).toEqual(
    [
      [0, 3],
      [3, 1],
      [4, 2],
      [6, 1],
      [7, 2],
    ],
  );
});

describe('attention reference', () => {
  it('the first position attends to itself alone; equal keys average the values', () => {
    const v = [1, 2, 3, 4, 5, 6, 7, 8];
    const out = attentionForwardRef(new Float64Array(8).fill(1), new Float64Array(8), v, packedRows([2]), {
      M: 2,
      H: 1,
      D: 4,
    });
    expect([...out]).toEqual([1, 2, 3, 4, 3, 4, 5, 6]);
  });

  it('rows of a tree: each sees its ancestors, and is seen by its subtree', () => {
    const { rows, paths } = treeRows([-1, 0, 1, 0, -1]);
    const path = (m: number) => [...paths.subarray(rows[4 * m + 1], rows[4 * m + 1] + rows[4 * m] + 1)];
    expect([0, 1, 2, 3, 4].map(path)).toEqual([[0], [0, 1], [0, 1, 2], [0, 3], [4]]);
    expect([0, 1, 2, 3, 4].map((m) => rows[4 * m + 2])).toEqual([4, 3, 3, 4, 5]);
  });

  it.each([
    ['two sequences', packedRows([4, 3])],
    ['a tree', treeRows([-1, 0, 1, 1, 3, 0, -1])],
  ])('gradients agree with central differences over %s', (_, rows) => {
    const dims = { M: 7, H: 2, D: 4 };
    const [q, k, v, d] = [wave(56, 1.1), wave(56, 0.7), wave(56, 1.9), wave(56, 0.3)];
    const { dQ, dK, dV } = attentionBackwardRef(q, k, v, rows, d, dims);
    expect(gradientError((x) => attentionForwardRef(x, k, v, rows, dims), q, d, dQ)).toBeLessThan(1e-7);
    expect(gradientError((x) => attentionForwardRef(q, x, v, rows, dims), k, d, dK)).toBeLessThan(1e-7);
    expect(gradientError((x) => attentionForwardRef(q, k, x, rows, dims), v, d, dV)).toBeLessThan(1e-7);
  });
});
