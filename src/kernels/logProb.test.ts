import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { logProbBackwardRef, logProbForwardRef, oneTarget } from './logProb.ref.ts';

describe('logProb reference', () => {
  it('probabilities 1/4 and 3/4, by hand', () => {
    const { logProb, entropy, lse } = logProbForwardRef([5, 5 + Math.log(3)], oneTarget([1]), { M: 1, V: 2 });
    expect(logProb[0]).toBeCloseTo(Math.log(3 / 4), 12);
    expect(entropy[0]).toBeCloseTo(Math.log(4) - (3 / 4) * Math.log(3), 12);
    expect(lse[0]).toBeCloseTo(5 + Math.log(4), 12);
  });

  it('a uniform row has entropy log V, and no gradient of it', () => {
    const dims = { M: 1, V: 8 };
    expect(logProbForwardRef(new Float64Array(8), oneTarget([3]), dims).entropy[0]).toBeCloseTo(
      Math.log(8),
      12,
    );
    const d = { dLogProb: [0], dEntropy: [1] };
    const gradient = logProbBackwardRef(new Float64Array(8), oneTarget([3]), d, dims);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-12);
  });

  it.each([
    ['one target a row', oneTarget([4, 0, 2])],
    ['three, none and one', { starts: [0, 3, 3, 4], targets: [4, 1, 4, 2] }],
  ])('gradient agrees with central differences: %s', (_, target) => {
    const dims = { M: 3, V: 5 };
    const logits = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i * 1.7) * 2);
    const dLogProb = [0.7, -1.2, 0.4, -0.8].slice(0, target.targets.length);
    const d = { dLogProb, dEntropy: [-0.5, 0.9, 1.1] };
    const both = (v: Float64Array): number[] => {
      const { logProb, entropy } = logProbForwardRef(v, target, dims);
      return [...logProb, ...entropy];
    };
    const analytic = logProbBackwardRef(logits, target, d, dims);
    expect(gradientError(both, logits, [...d.dLogProb, ...d.dEntropy], analytic)).toBeLessThan(1e-7);
  });
});
