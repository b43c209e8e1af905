import { expect, it } from 'vitest';
import { centred, probabilities, topChanges, topChoices } from './distributions.ts';

it('turns logits into probabilities without overflow', () => {
  const p = probabilities(new Float32Array([1000, 1000 + Math.log(3)]));
  expect(p[0]).toBeCloseTo(0.25, 3);
  expect(p[0] + p[1]).toBeCloseTo(1, 12);
});

it('centres a logit, so that a common shift does not show', () => {
  expect(centred([1, 2, 6], 2)).toBe(3);
  expect(centred([101, 102, 106], 2)).toBe(3);
});

it('lists the most probable words, and those that were or became so', () => {
  const words = ['a', 'b', 'c'];
  const before = Float64Array.of(0.2, 0.7, 0.1);
  const after = Float64Array.of(0.15, 0.05, 0.8);
  expect(topChoices(before, words)[0]).toEqual({ word: 'b', probability: 0.7 });
  expect(topChanges(before, after, words).map(({ word }) => word)).toEqual(['c', 'b', 'a']);
});
