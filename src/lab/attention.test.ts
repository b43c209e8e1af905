import { describe, expect, it } from 'vitest';
import type { PolicyLook } from '../workers/policyLook.ts';
import { attentionFrom, headName, headsOf, headMap, mapPixels, mostAttended } from './attention.ts';

/** Two layers of one head over two positions. */
const look: PolicyLook = {
  step: 3,
  layers: 2,
  heads: 1,
  attention: Float32Array.from([1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5]),
  choices: [[], []],
};

describe('attention as it is drawn', () => {
  it('takes the row of a head, or the mean of all', () => {
    expect(headsOf(look)).toEqual([
      { layer: 0, head: 0 },
      { layer: 1, head: 0 },
    ]);
    expect([...attentionFrom(look, { layer: 0, head: 0 }, 1)]).toEqual([0.25, 0.75]);
    expect([...attentionFrom(look, 'mean', 1)]).toEqual([0.375, 0.625]);
    expect([...attentionFrom(look, 'mean', 0)]).toEqual([1]);
    expect([...headMap(look, { layer: 1, head: 0 })]).toEqual([1, 0, 0.5, 0.5]);
    expect(headName({ layer: 1, head: 0 })).toBe('layer 2, head 1');
  });

  it('names the positions looked at most', () => {
    expect(mostAttended(Float64Array.of(0.1, 0.6, 0.3), 2)).toEqual([1, 2]);
    expect(mostAttended(Float64Array.of(1), 5)).toEqual([0]);
  });

  it('is as opaque as the cube root of the probability', () => {
    expect([...mapPixels(Float32Array.of(0.125), 1, [1, 2, 3])]).toEqual([1, 2, 3, 128]);
  });
});
