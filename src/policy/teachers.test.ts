import { describe, expect, it } from 'vitest';
import { firstTokens, prefixTrees } from './prefixTree.ts';
import { rowTeachers, totalWeight } from './teachers.ts';
import type { PolicyConfig } from './types.ts';

const config = { name: 't', vocabulary: 3, context: 8 } as PolicyConfig;

describe('rowTeachers', () => {
  // Both sequences begin with 0: their first tokens share a row.
  const sequences = [
    [0, 1, 2],
    [0, 2],
  ];
  const [tree] = prefixTrees(sequences, config, 100);
  const first = firstTokens(sequences);
  const ln = Math.log;
  const logits = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat().map((p) => ln(p)));

  it('one teacher a row: its distribution, its weight, and no spread', () => {
    const teachers = logits([
      [0.5, 0.25, 0.25],
      [0.2, 0.2, 0.6],
      [1 / 3, 1 / 3, 1 / 3],
      [0.5, 0.25, 0.25],
      [1 / 3, 1 / 3, 1 / 3],
    ]);
    const { weight, teacher, spread } = rowTeachers(tree, first, Float32Array.of(1, 2, 9, 3, 9), teachers, 3);
    // The last token of a sequence predicts nothing, whatever its weight.
    expect([...weight]).toEqual([4, 2]);
    [0.5, 0.25, 0.25, 0.2, 0.2, 0.6].forEach((q, i) => expect(teacher[i]).toBeCloseTo(q, 6));
    expect(spread).toBeCloseTo(0, 6);
  });

  it('two teachers of one row: their mean by weight, and Σ w KL from it', () => {
    const teachers = logits([
      [0.8, 0.1, 0.1],
      [1, 1, 1],
      [1, 1, 1],
      [0.2, 0.7, 0.1],
      [1, 1, 1],
    ]);
    const { weight, teacher, spread } = rowTeachers(tree, first, Float32Array.of(1, 0, 0, 3, 0), teachers, 3);
    expect(weight[0]).toBe(4);
    const mean = [0.35, 0.55, 0.1];
    mean.forEach((q, v) => expect(teacher[v]).toBeCloseTo(q, 6));
    const kl = (q: number[]) => q.reduce((sum, p, v) => sum + p * ln(p / mean[v]), 0);
    expect(spread).toBeCloseTo(kl([0.8, 0.1, 0.1]) + 3 * kl([0.2, 0.7, 0.1]), 5);
  });

  it('asks for a weight somewhere', () => {
    expect(totalWeight('distill', [Float32Array.of(1, 0), Float32Array.of(2)])).toBe(3);
    expect(() => totalWeight('distill', [Float32Array.of(0)])).toThrow(
      'policy.distill: expected a positive weight somewhere, got none. Weight the tokens to learn.',
    );
  });
});
