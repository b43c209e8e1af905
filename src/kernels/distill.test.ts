import { describe, expect, it } from 'vitest';
import { gradientError } from '../../test/gradcheck.ts';
import { distillBackwardRef, distillForwardRef } from './distill.ref.ts';

describe('distill reference', () => {
  it('Eq. 13: KL of (1/2, 1/2) from (1/4, 3/4), weight 2, by hand', () => {
    const logits = [5, 5 + Math.log(3)];
    const teacher = [0.5, 0.5];
    const dims = { M: 1, V: 2 };
    const kl = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3);
    expect(distillForwardRef(logits, teacher, [2], dims)[0]).toBeCloseTo(2 * kl, 12);
    const gradient = distillBackwardRef(logits, teacher, [2], { ...dims, scale: 0.5 });
    expect(gradient[0]).toBeCloseTo(1 / 4 - 1 / 2, 12);
    expect(gradient[1]).toBeCloseTo(3 / 4 - 1 / 2, 12);
  });

  it('is nothing where the student agrees, and finite where the teacher never says a word', () => {
    const logits = [Math.log(0.2), Math.log(0.8), 0, 0];
    const loss = distillForwardRef(logits, [0.2, 0.8, 1, 0], [1, 1], { M: 2, V: 2 });
    expect(loss[0]).toBeCloseTo(0, 12);
    expect(loss[1]).toBeCloseTo(Math.LN2, 12);
  });

  it('gradient agrees with central differences', () => {
    const dims = { M: 3, V: 5, scale: 0.3 };
    const weight = [1, 0, 2.5];
    const logits = Float64Array.from({ length: 15 }, (_, i) => Math.sin(i * 1.7) * 2);
    const raw = Array.from({ length: 15 }, (_, i) => (i === 7 ? 0 : 1 + Math.cos(i * 2.3)));
    const teacher = raw.map((value, i) => {
      const row = Math.floor(i / 5) * 5;
      return value / raw.slice(row, row + 5).reduce((a, b) => a + b, 0);
    });
    const analytic = distillBackwardRef(logits, teacher, weight, dims);
    const loss = (v: Float64Array): Float64Array => distillForwardRef(v, teacher, weight, dims);
    expect(gradientError(loss, logits, [0.3, 0.3, 0.3], analytic)).toBeLessThan(1e-7);
  });
});
