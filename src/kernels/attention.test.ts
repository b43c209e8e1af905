import { describe, expect, it } from 'vitest';
import { blockRows, blocksPay, withBlocks } from './attention.ts';
import { gradientError } from '../../test/gradcheck.ts';
import { attentionBackwardRef, attentionForwardRef, packedRows, treeRows } from './attention.ref.ts';

/** (first row, rows) of each block behind `count` rows. */
const blocksBehind = (rows: Uint32Array, count: number): number[][] =>
  Array.from({ length: rows.length / 4 - count }, (_, b) => [
    ...rows.subarray(4 * (count + b), 4 * (count + b) + 2),
  ]);

const wave = (length: number, step: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(i * step));

it('blocks are rows that follow one another and end together', () => {
  const { rows } = treeRows([-1, 0, 1, 2, 3, 4, 3, -1, 7]);
  expect(blocksBehind(withBlocks(rows, 3), 9)).toEqual([
    [0, 3],
    [3, 1],
    [4, 2],
    [6, 1],
    [7, 2],
  ]);
});

it('loose blocks are rows of one path, whatever lies between them', () => {
  const { rows } = treeRows([-1, 0, 1, 2, 1, 4]);
  const some = Uint32Array.from([0, 1, 3, 4, 5].flatMap((m) => [...rows.subarray(4 * m, 4 * m + 4)]));
  expect(blocksBehind(withBlocks(some, 8), 5)).toEqual([
    [0, 2],
    [2, 1],
    [3, 2],
  ]);
  expect(blocksBehind(withBlocks(some, 8, true), 5)).toEqual([
    [0, 3],
    [3, 2],
  ]);
  expect(blocksBehind(withBlocks(some, 2, true), 5)).toEqual([
    [0, 2],
    [2, 1],
    [3, 2],
  ]);
});

it('blocks are as large as a thread or a team takes, and pay where they are not nearly empty', () => {
  const of = (team: number) => [4, 16, 20, 32, 48, 64].map((D) => blockRows(D, team));
  expect(of(0)).toEqual([4, 4, 2, 2, 1, 1]);
  expect(of(4)).toEqual([16, 16, 8, 8, 4, 4]);
  expect(of(8)).toEqual([16, 16, 16, 16, 8, 8]);
  expect(of(32)).toEqual(of(0));
  expect([blocksPay(20, 10, 0), blocksPay(19, 10, 0)]).toEqual([true, false]);
  expect([blocksPay(80, 10, 8), blocksPay(79, 10, 8)]).toEqual([true, false]);
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
