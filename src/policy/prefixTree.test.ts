import { describe, expect, it } from 'vitest';
import { Random } from '../core/random.ts';
import { firstTokens, forEachScore, neededAt, prefixTrees, sumByTarget } from './prefixTree.ts';
import { policySizes } from './types.ts';

const { nano } = policySizes;
const sequences = [[1, 2, 3], [4], [1, 2], [1, 5, 3, 6], [1, 2, 3]];

describe('prefix trees', () => {
  it('share rows where sequences begin alike, depth first', () => {
    const [tree] = prefixTrees(sequences, nano, 100);
    // 1 ─ 2 ─ 3 and 1 ─ 5 ─ 3 ─ 6, and 4 alone.
    expect([...tree.tokens]).toEqual([1, 2, 3, 5, 3, 6, 4]);
    expect([0, 1, 2, 3, 4, 5, 6].map((m) => tree.rows[4 * m])).toEqual([0, 1, 2, 1, 2, 3, 0]);
    expect(tree.members).toEqual([2, 0, 4, 3, 1]);
    expect(tree.places.map((path) => [...path])).toEqual([[0, 1], [0, 1, 2], [0, 1, 2], [0, 3, 4, 5], [6]]);
    const ends = [0, 1, 2, 3, 4, 5, 6].map((m) => tree.rows[4 * m + 2]);
    expect(ends).toEqual([6, 3, 3, 6, 6, 6, 7]);
    // Rows with a successor are heads.
    expect([...tree.heads]).toEqual([0, 1, 3, 4]);
    expect([...tree.starts]).toEqual([0, 2, 3, 4, 5]);
    expect([...tree.targets]).toEqual([2, 5, 3, 3, 6]);
  });

  it('come in blocks of as many rows as a thread takes, or a team; heads of one path share a block', () => {
    const needed = neededAt([[0, 2, 5]]);
    const blocks = (team: number) => {
      const [{ rows, headRows, count, heads }] = prefixTrees([[1, 2, 3, 4, 5, 6]], nano, 100, needed, team);
      return [rows.slice(4 * count), headRows.slice(4 * heads.length)].map((values) => [...values]);
    };
    expect(blocks(0)).toEqual([
      [0, 4, 0, 0, 4, 2, 0, 0],
      [0, 3, 0, 0],
    ]);
    expect(blocks(8)).toEqual([
      [0, 6, 0, 0],
      [0, 3, 0, 0],
    ]);
  });

  it('the rows whose predictions are needed are heads, with their own targets', () => {
    // Behind 1 2, behind 4, and behind 1 5 3.
    const [tree] = prefixTrees(sequences, nano, 100, neededAt([[1], [0], [], [2], []]));
    expect([...tree.heads]).toEqual([1, 4, 6]);
    expect([...tree.headOf]).toEqual([3, 0, 3, 3, 1, 3, 2]);
    expect([...tree.starts]).toEqual([0, 1, 2, 2]);
    expect([...tree.targets]).toEqual([3, 6]);
    // First head and end of the heads in each row's subtree.
    const seen = [0, 1, 2, 3, 4, 5, 6].map((m) => [tree.keyRows[4 * m + 3], tree.keyRows[4 * m + 2]]);
    expect(seen).toEqual([
      [0, 2],
      [0, 1],
      [1, 1],
      [1, 2],
      [1, 2],
      [2, 2],
      [2, 3],
    ]);
    expect([0, 1, 2].map((r) => tree.headRows[4 * r])).toEqual([1, 2, 0]);
  });

  it('the heads of every row come with the blocks of the rows', () => {
    const [tree] = prefixTrees(
      [
        [1, 2, 3],
        [1, 2, 4],
      ],
      policySizes.micro,
      100,
    );
    expect(tree.blocks).toBe(3);
    expect(tree.keyRows.subarray(4 * tree.count)).toEqual(tree.rows.subarray(4 * tree.count));
  });

  it('where nothing is needed there is one head all the same', () => {
    const [tree] = prefixTrees([[1, 2], [3]], nano, 100, () => false);
    expect([...tree.heads]).toEqual([0]);
    expect([...tree.targets]).toEqual([2]);
  });

  it('give every row the path that leads to it', () => {
    const random = new Random(4);
    const many = Array.from({ length: 60 }, () =>
      Array.from({ length: 1 + random.int(9) }, () => random.int(3)),
    );
    for (const limit of [1, 20, 1000])
      for (const tree of prefixTrees(many, nano, limit)) {
        tree.members.forEach((s, i) => {
          expect([...tree.places[i]].map((row) => tree.tokens[row])).toEqual(many[s]);
          [...tree.places[i]].forEach((row, t) => {
            const [position, start, end] = tree.rows.subarray(4 * row);
            expect(position).toBe(t);
            expect([...tree.paths.subarray(start, start + t + 1)]).toEqual([
              ...tree.places[i].subarray(0, t + 1),
            ]);
            for (const below of tree.places[i].subarray(t)) expect(below).toBeLessThan(end);
          });
        });
        const places = new Set(tree.places.flatMap((path) => [...path]));
        expect(places.size).toBe(tree.count);
      }
  });

  it('have one row for each distinct prefix, and no more rows than allowed', () => {
    const prefixes = new Set(sequences.flatMap((s) => s.map((_, t) => s.slice(0, t + 1).join(' '))));
    expect(prefixTrees(sequences, nano, 100)[0].count).toBe(prefixes.size);
    const small = prefixTrees(sequences, nano, 5);
    expect(small.map(({ count }) => count)).toEqual([3, 5]);
    expect(small.flatMap(({ members }) => [...members]).sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('score every token that has a successor, and sum what falls on the same target', () => {
    const [tree] = prefixTrees(sequences, nano, 100);
    const first = firstTokens(sequences);
    expect(first).toEqual([0, 3, 4, 6, 10]);
    const scored: number[][] = [];
    const { tokens, heads, targets } = tree;
    forEachScore(tree, first, (at, head, score) => scored.push([at, tokens[heads[head]], targets[score]]));
    expect(scored.sort((a, b) => a[0] - b[0])).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [4, 1, 2],
      [6, 1, 5],
      [7, 5, 3],
      [8, 3, 6],
      [10, 1, 2],
      [11, 2, 3],
    ]);
    const values = Float32Array.from({ length: 13 }, (_, i) => 2 ** i);
    expect([...sumByTarget(tree, first, values)]).toEqual([1 + 16 + 1024, 64, 2 + 2048, 128, 256]);
  });

  it('of nothing are none', () => {
    expect(prefixTrees([], nano, 10)).toEqual([]);
  });
});
