import { describe, expect, it } from 'vitest';
import { forwardRef, logitsRef } from './forward.ref.ts';
import { initialParameters, parameterLayout } from './parameters.ts';
import { policySizes, type PolicyConfig } from './types.ts';

describe('logitsRef', () => {
  it('by hand: with zero matrices the logits are rmsnorm(embedding·√C) · embeddingᵀ', () => {
    const config: PolicyConfig = {
      name: 'tiny',
      vocabulary: 2,
      width: 2,
      layers: 1,
      heads: 1,
      feedForward: 1,
      context: 4,
    };
    const parameters = new Float32Array(parameterLayout(config).length);
    for (const { name, start, length } of parameterLayout(config).views)
      if (name.includes('norm')) parameters.fill(1, start, start + length);
    parameters.set([3, 4, 1, 0]); // embedding rows (3, 4) and (1, 0)
    const logits = logitsRef(config, parameters, [0]);
    // (3, 4)·√2 has mean square 25, so it is normed to (3, 4)·√2/5.
    expect(logits[0]).toBeCloseTo(5 * Math.SQRT2, 6);
    expect(logits[1]).toBeCloseTo((3 / 5) * Math.SQRT2, 6);
  });

  it('is causal and knows positions', () => {
    const config = { ...policySizes.nano, context: 16 };
    const parameters = initialParameters(config, 3);
    const V = config.vocabulary;
    const base = logitsRef(config, parameters, [5, 9, 11, 2]);
    const changedEnd = logitsRef(config, parameters, [5, 9, 11, 40]);
    expect(changedEnd.subarray(0, 3 * V)).toEqual(base.subarray(0, 3 * V));
    expect(changedEnd.subarray(3 * V)).not.toEqual(base.subarray(3 * V));
    const swapped = logitsRef(config, parameters, [9, 5, 11, 2]);
    expect(Math.abs(swapped[3 * V] - base[3 * V])).toBeGreaterThan(1e-6);
  });

  it('attends to positions up to its own, with weights that sum to one', () => {
    const config = { ...policySizes.nano, context: 16 };
    const { layers: L, heads: H } = config;
    const tokens = [5, 9, 11, 2];
    const T = tokens.length;
    const { attention, logits } = forwardRef(config, initialParameters(config, 3), tokens);
    expect(logits).toEqual(logitsRef(config, initialParameters(config, 3), tokens));
    expect(attention).toHaveLength(L * H * T * T);
    for (let row = 0; row < L * H * T; row++) {
      const weights = attention.subarray(row * T, (row + 1) * T);
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      expect(Math.max(0, ...weights.subarray((row % T) + 1))).toBe(0);
    }
    // The first position has only itself to look at.
    expect(attention[0]).toBe(1);
  });

  it('by hand: attention between equal tokens of layer 0 depends on their distance alone', () => {
    const config = { ...policySizes.nano, context: 16 };
    const { attention } = forwardRef(config, initialParameters(config, 3), [7, 7, 7]);
    const T = 3;
    const logOdds = (t: number, s: number, r: number) =>
      Math.log(attention[t * T + s] / attention[t * T + r]);
    expect(logOdds(2, 1, 2)).toBeCloseTo(logOdds(1, 0, 1), 4);
  });
});
