import { describe, expect, it } from 'vitest';
import { relativeError, testData } from '../../test/gpu.ts';
import { lively, policyOf, tiny } from '../../test/policies.ts';
import { parameterGradientErrors } from '../../test/parameterGradient.ts';
import { logitsRef } from './forward.ref.ts';
import { initialParameters } from './parameters.ts';
import type { UpdateSettings } from './types.ts';

const V = tiny.vocabulary;
const update: UpdateSettings = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.98,
  eps: 1e-8,
  weightDecay: 0,
  gradClip: 1,
};
const parameters = lively(tiny);
// Two begin alike, with teachers of their own for what they share.
const sequences = [
  [1, 4, 2, 8, 5, 7],
  [1, 4, 2, 3, 3],
  [9, 10, 0, 6],
];
const total = 15;
const weights = Float32Array.from({ length: total }, (_, i) => (i % 4 === 3 ? 0 : 0.5 + (i % 3)));
const teachers = testData(total * V, 5).map((value) => 3 * value);

const softmaxOf = (logits: ArrayLike<number>, at: number): number[] => {
  const row = Array.from({ length: V }, (_, v) => Math.exp(logits[at * V + v]));
  const sum = row.reduce((a, b) => a + b, 0);
  return row.map((value) => value / sum);
};

/** Eq. 13 with weights in float64: Σ w KL(teacher ‖ π) / Σ w over the positions that have a successor. */
function lossRef(theta: Float32Array): number {
  let sum = 0;
  let weight = 0;
  let at = 0;
  for (const sequence of sequences) {
    const logits = logitsRef(tiny, theta, sequence);
    sequence.forEach((_, t) => {
      if (t + 1 < sequence.length) {
        const p = softmaxOf(logits, t);
        const kl = softmaxOf(teachers, at).reduce((a, q, v) => a + q * Math.log(q / p[v]), 0);
        sum += weights[at] * kl;
        weight += weights[at];
      }
      at++;
    });
  }
  return sum / weight;
}

describe('GpuPolicy.distill', () => {
  it('Eq. 13: loss and gradient agree with the float64 reference, in every parameter matrix', async () => {
    const policy = await policyOf(tiny, parameters);
    const { loss, gradNorm } = await policy.distill(sequences, weights, teachers, update);
    expect(loss).toBeCloseTo(lossRef(parameters), 4);
    const gradient = await policy.lastGradient();
    expect(gradNorm).toBeCloseTo(Math.hypot(...gradient), 3);
    for (const { name, error } of parameterGradientErrors(tiny, parameters, gradient, lossRef))
      expect(error, name).toBeLessThan(2e-3);
  });

  it('gives the same in several passes, which keep the sequences apart', async () => {
    const [whole, apart] = [await policyOf(tiny, parameters), await policyOf(tiny, parameters, 1)];
    const one = await whole.distill(sequences, weights, teachers, update);
    const many = await apart.distill(sequences, weights, teachers, update);
    expect(many.loss).toBeCloseTo(one.loss, 4);
    expect(relativeError(await apart.lastGradient(), await whole.lastGradient())).toBeLessThan(1e-5);
  });

  it('learns the teacher, and has nothing to learn from itself', async () => {
    const policy = await policyOf(tiny, parameters);
    const own = await policy.distill(sequences, weights, await policy.logits(sequences), update);
    expect(Math.abs(own.loss)).toBeLessThan(1e-5);
    expect(own.gradNorm).toBeLessThan(1e-4);
    const student = await policyOf(tiny, parameters);
    // A teacher that a policy can be: another one of the same shape.
    const other = await policyOf(tiny, initialParameters(tiny, 9));
    const target = await other.logits(sequences);
    const first = await student.distill(sequences, weights, target, update);
    let last = first;
    for (let i = 0; i < 150; i++) last = await student.distill(sequences, weights, target, update);
    expect(last.loss).toBeLessThan(first.loss / 50);
  });

  it('the frozen reference is a teacher that stays', async () => {
    const policy = await policyOf(tiny, parameters);
    const before = await policy.logits(sequences);
    await policy.distill(sequences, weights, teachers, update);
    expect(relativeError(await policy.referenceLogits(sequences), before)).toBeLessThan(1e-6);
    expect(relativeError(await policy.logits(sequences), before)).toBeGreaterThan(1e-3);
  });

  it('refuses weights and teachers that do not fit', async () => {
    const policy = await policyOf(tiny, parameters);
    await expect(policy.distill(sequences, weights.subarray(1), teachers, update)).rejects.toThrow(
      'policy.distill: expected 15 weights, one a token, got 14. Give those of the same sequences.',
    );
    await expect(policy.distill(sequences, weights, teachers.subarray(V), update)).rejects.toThrow(
      'policy.distill: expected 165 teacher logits, V a token, got 154. Give those of the same sequences.',
    );
    await expect(policy.distill(sequences, new Float32Array(total), teachers, update)).rejects.toThrow(
      'policy.distill: expected a positive weight somewhere, got none.',
    );
  });
});
