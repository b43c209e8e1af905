import { describe, expect, it } from 'vitest';
import { relativeError } from '../../test/gpu.ts';
import { even, lively, policyOf, sequencesOf, tiny } from '../../test/policies.ts';
import { parameterGradientErrors } from '../../test/parameterGradient.ts';
import { logitsRef } from './forward.ref.ts';
import { initialParameters } from './parameters.ts';
import { policySizes, type PolicyConfig, type UpdateSettings } from './types.ts';

const update: UpdateSettings = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.98,
  eps: 1e-8,
  weightDecay: 0.01,
  gradClip: 1,
};

/** log π(next token) of every position but the last, float64. */
function logProbRef(config: PolicyConfig, parameters: Float32Array, sequence: number[]): number[] {
  const logits = logitsRef(config, parameters, sequence);
  const V = config.vocabulary;
  return sequence.map((_, t) => {
    if (t + 1 === sequence.length) return 0;
    const row = logits.subarray(t * V, (t + 1) * V);
    const top = Math.max(...row);
    return row[sequence[t + 1]] - top - Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  });
}

describe('GpuPolicy', () => {
  it.each([tiny, policySizes.nano, policySizes.micro])(
    '$name: logits and scores agree with the float64 reference',
    async (config) => {
      const parameters = lively(config);
      const policy = await policyOf(config, parameters);
      const sequences = sequencesOf(config, [1, 5, config.context, 7]);
      const expected = sequences.flatMap((s) => [...logitsRef(config, parameters, s)]);
      expect(relativeError(await policy.logits(sequences), expected)).toBeLessThan(1e-4);
      const scored = await policy.score(sequences);
      expect(
        relativeError(
          scored.logProb,
          sequences.flatMap((s) => logProbRef(config, parameters, s)),
        ),
      ).toBeLessThan(1e-4);
    },
  );

  it.each([tiny, even])(
    '$name: gradients of Σ d·logπ agree with central differences of the float64 reference, in every parameter matrix',
    async (config) => {
      const parameters = lively(config);
      const policy = await policyOf(config, parameters);
      const sequences = sequencesOf(config, [6, 1, 9]);
      const d = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * 2.1));
      await policy.forward(sequences);
      const { gradNorm } = await policy.backward(d, update);
      const gradient = await policy.lastGradient();
      const loss = (p: Float32Array): number =>
        sequences
          .flatMap((s) => logProbRef(config, p, s))
          .reduce((sum, logProb, i) => sum + logProb * d[i], 0);
      for (const { name, error } of parameterGradientErrors(config, parameters, gradient, loss))
        expect(error, name).toBeLessThan(2e-3);
      expect(gradNorm).toBeCloseTo(Math.hypot(...gradient), 3);
    },
  );

  it('the gradient of a batch does not depend on the batch before', async () => {
    const config = policySizes.micro;
    const parameters = lively(config);
    const [used, fresh] = [await policyOf(config, parameters), await policyOf(config, parameters)];
    // Groups whose members differ in their last token only: branches that nothing is predicted from.
    const groups = (count: number, length: number, seed: number): number[][] =>
      sequencesOf(config, Array<number>(count).fill(length), seed).flatMap((stem) =>
        [1, 2, 3, 4, 5].map((token) => [...stem, token]),
      );
    const step = async (policy: typeof used, batch: number[][]): Promise<Float32Array> => {
      const { logProb } = await policy.forward(batch);
      await policy.backward(
        logProb.map((_, i) => Math.sin(i)),
        { ...update, learningRate: 0, weightDecay: 0 },
      );
      return policy.lastGradient();
    };
    for (const [count, length] of [
      [24, 40],
      [20, 37],
      [9, 12],
    ])
      await step(used, groups(count, length, count));
    expect(await step(used, groups(5, 9, 2))).toEqual(await step(fresh, groups(5, 9, 2)));
  });

  it.each([tiny, even])(
    '$name: of positions that are listed, scores and gradient are those of all positions',
    async (config) => {
      const policy = await policyOf(config);
      const [stem, a, b, c] = sequencesOf(config, [4, 5, 3, 1], 8);
      // The second position is needed in one of the two sequences that share it; one sequence needs nothing.
      const sequences = [[...stem, ...a], [...stem, ...b], stem, c];
      const at = [[1, 5, 7], [4], [], []];
      const first = [0, 9, 16, 20];
      const d = new Float32Array(21);
      at.forEach((positions, s) => positions.forEach((t) => (d[first[s] + t] = Math.cos(s + t))));
      const some = await policy.forward(sequences, at);
      await policy.backward(d, { ...update, learningRate: 0 });
      const gradient = await policy.lastGradient();
      const all = await policy.forward(sequences);
      await policy.backward(d, { ...update, learningRate: 0 });
      expect(relativeError(gradient, await policy.lastGradient())).toBeLessThan(1e-5);
      at.forEach((positions, s) => {
        for (const i of positions.map((t) => first[s] + t)) {
          expect(some.logProb[i]).toBe(all.logProb[i]);
          expect(some.entropy[i]).toBe(all.entropy[i]);
          expect(some.logProb[i]).toBeLessThan(0);
        }
      });
      // What no head leads to is not computed.
      expect(some.logProb[first[1] + 5]).toBe(0);
      expect(all.logProb[first[1] + 5]).toBeLessThan(0);
    },
  );

  it('sequences that begin alike are computed once, and their gradients add up', async () => {
    const parameters = lively(tiny);
    const [stem, a, b] = sequencesOf(tiny, [4, 5, 3], 8);
    const family = [[...stem, ...a], stem, [...stem, ...b], [...stem, ...a]];
    const d = Float32Array.from({ length: 29 }, (_, i) => Math.sin(i * 2.1));
    const shared = await policyOf(tiny, parameters);
    const scores = await shared.forward(family);
    await shared.backward(d, update);
    // One row a pass keeps the sequences apart.
    const apart = await policyOf(tiny, parameters, 1);
    const expected = await apart.forward(family);
    await apart.backward(d, update);
    expect(scores).toEqual(expected);
    expect(relativeError(await shared.lastGradient(), await apart.lastGradient())).toBeLessThan(1e-5);
  });

  it('backward moves the policy and leaves the frozen reference', async () => {
    const policy = await policyOf(tiny);
    const sequences = sequencesOf(tiny, [8, 8]);
    const before = await policy.forward(sequences);
    const reference = await policy.scoreReference(sequences);
    expect(reference).toEqual(before.logProb);
    await policy.forward(sequences);
    await policy.backward(new Float32Array(16).fill(-1), { ...update, learningRate: 1e-4 });
    const after = await policy.forward(sequences);
    expect(await policy.scoreReference(sequences)).toEqual(before.logProb);
    const sum = (x: Float32Array): number => x.reduce((a, b) => a + b, 0);
    expect(sum(after.logProb)).toBeGreaterThan(sum(before.logProb));
    policy.freezeReference();
    expect(await policy.scoreReference(sequences)).toEqual(after.logProb);
  });

  it('supervised learning memorises a batch', async () => {
    const policy = await policyOf(tiny, initialParameters(tiny, 2));
    const sequences = sequencesOf(tiny, [10, 9, 12]);
    const weights = new Float32Array(31).fill(1);
    const first = await policy.supervised(sequences, weights, update);
    let last = first;
    for (let i = 0; i < 150; i++) last = await policy.supervised(sequences, weights, update);
    expect(first.loss).toBeCloseTo(Math.log(11), 0);
    expect(last.loss).toBeLessThan(0.1);
  });

  it('a batch too large for one pass gives the scores, the loss and the gradient of one pass', async () => {
    const parameters = lively(tiny);
    const whole = await policyOf(tiny, parameters);
    const parts = await policyOf(tiny, parameters, 8);
    const sequences = sequencesOf(tiny, [6, 1, 9, 4, 8]);
    const d = Float32Array.from({ length: 28 }, (_, i) => Math.sin(i * 1.3));
    expect(await parts.forward(sequences)).toEqual(await whole.forward(sequences));
    const norms = [await whole.backward(d, update), await parts.backward(d, update)];
    expect(norms[1].gradNorm).toBeCloseTo(norms[0].gradNorm, 4);
    expect(relativeError(await parts.lastGradient(), await whole.lastGradient())).toBeLessThan(1e-5);
    const weights = d.map(Math.abs);
    const losses = [
      await whole.supervised(sequences, weights, update),
      await parts.supervised(sequences, weights, update),
    ];
    expect(losses[1].loss).toBeCloseTo(losses[0].loss, 4);
  });

  it('says that a run has diverged instead of training on NaN', async () => {
    const policy = await policyOf(tiny, lively(tiny).fill(NaN));
    const [sequence] = sequencesOf(tiny, [6]);
    await expect(policy.supervised([sequence], new Float32Array(6).fill(1), update)).rejects.toThrow(
      /expected a finite gradient norm, got NaN: the run has diverged/,
    );
  });

  it('continues from a checkpoint bit for bit', async () => {
    const policy = await policyOf(tiny);
    const sequences = sequencesOf(tiny, [8, 5]);
    const weights = new Float32Array(13).fill(1);
    for (let i = 0; i < 3; i++) await policy.supervised(sequences, weights, update);
    const checkpoint = await policy.checkpoint();
    for (let i = 0; i < 3; i++) await policy.supervised(sequences, weights, update);
    const expected = await policy.parameters();
    policy.restore(checkpoint);
    for (let i = 0; i < 3; i++) await policy.supervised(sequences, weights, update);
    expect(await policy.parameters()).toEqual(expected);
  });

  it('names an overlong sequence and an unknown token', async () => {
    const policy = await policyOf(tiny);
    await expect(policy.logits([new Array<number>(13).fill(0)])).rejects.toThrow(
      /expected sequences of 1 to 12 tokens, got 13/,
    );
    await expect(policy.logits([[3, 11]])).rejects.toThrow(/expected tokens from 0 to 10, got 11/);
  });
});
