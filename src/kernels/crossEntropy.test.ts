import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { crossEntropyBackwardRef, crossEntropyForwardRef } from './crossEntropy.ref.ts';
import { oneTarget } from './logProb.ref.ts';

describe('crossEntropy reference', () => {
  it('weight 2 on a token of probability 1/4, by hand', () => {
    const logits = [5, 5 + Math.log(3)];
    expect(crossEntropyForwardRef(logits, oneTarget([0]), [2], { M: 1, V: 2 })[0]).toBeCloseTo(
      2 * Math.log(4),
      12,
    );
    const gradient = crossEntropyBackwardRef(logits, oneTarget([0]), [2], { M: 1, V: 2, scale: 0.5 });
    expect(gradient[0]).toBeCloseTo(-3 / 4, 12);
    expect(gradient[1]).toBeCloseTo(3 / 4, 12);
  });

  it.each([
    ['one target a row', oneTarget([4, 0, 2])],
    ['three, none and one', { starts: [0, 3, 3, 4], targets: [4, 1, 4, 2] }],
  ])('gradient agrees with central differences: %s', (_, target) => {
    const dims = { M: 3, V: 5, scale: 0.3 };
    const weight = [1, 0, 2.5, 0.5].slice(0, target.targets.length);
    const logits = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i * 1.7) * 2);
    const analytic = crossEntropyBackwardRef(logits, target, weight, dims);
    const loss = (v: Float64Array): Float64Array => crossEntropyForwardRef(v, target, weight, dims);
    expect(
      gradientError(
        loss,
        logits,
        weight.map(() => 0.3),
        analytic,
      ),
    ).toBeLessThan(1e-7);
  });
});
