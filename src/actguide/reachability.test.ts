import { describe, expect, it } from 'vitest';
import { barrierProfile } from './barrierProfile.ts';
import { deltaLogit, meanCentredDifference } from './deltaLogit.ts';
import { guidance } from './guidance.ts';
import {
  barrierInterval,
  benefit,
  effectiveMass,
  neededActions,
  passAtK,
  prefixPassAtK,
  psiAlong,
  retention,
  type PrefixReach,
} from './reachability.ts';
import { rollouts, type RolloutRequest } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

const easy = gatesTask(0, 5);
const hard = gatesTask(2, 6);
const spare = { ...hard, maxTurns: 4 };
const greedy = { seed: 1, temperature: 0 };
const follow = (request: Omit<RolloutRequest, 'stream'>) =>
  rollouts(new GatePolicy(), gates, [{ ...request, stream: 1 }], greedy).then(([rollout]) => rollout);

describe('passAtK', () => {
  it('equals the share of k-subsets that hold a success, by enumeration', () => {
    for (const n of [1, 3, 5, 6])
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) {
          let subsets = 0;
          let withSuccess = 0;
          for (let bits = 0; bits < 1 << n; bits++) {
            const size = [...bits.toString(2)].filter((bit) => bit === '1').length;
            if (size !== k) continue;
            subsets++;
            if (bits & ((1 << c) - 1)) withSuccess++;
          }
          expect(passAtK(n, c, k)).toBeCloseTo(withSuccess / subsets, 12);
        }
  });

  it('is 1 − (1 − p)^k in expectation over samples', () => {
    // n = 6 flips of a coin with p = 0.3: Σ_c Binomial(c) · passAtK(6, c, 4)
    const choose = [1, 6, 15, 20, 15, 6, 1];
    const expectation = choose.reduce(
      (sum, ways, c) => sum + ways * 0.3 ** c * 0.7 ** (6 - c) * passAtK(6, c, 4),
      0,
    );
    expect(expectation).toBeCloseTo(1 - 0.7 ** 4, 12);
  });
});

describe('mass and retention', () => {
  it('Definition 2.1: Ψ stays 1 on the right way and falls with the first wasted turn', async () => {
    expect(psiAlong(await follow({ task: hard, plan: hard.plan }))).toEqual([1, 1, 1, 1]);
    // Alone, the greedy policy says a0 at the stale second gate: no turn is left for the rest.
    expect(psiAlong(await follow({ task: hard, plan: [] }))).toEqual([1, 1, 0, 0]);
    // With one turn to spare it takes a second mistake.
    expect(psiAlong(await follow({ task: spare, plan: [] }))).toEqual([1, 1, 1, 0, 0]);
  });

  it('Eq. 2, 3: mass of a mixture of rollouts, and its retention telescopes', async () => {
    const led = await follow({ task: hard, plan: hard.plan });
    const lost = await follow({ task: hard, plan: [] });
    const won = await follow({ task: easy, plan: [] });
    const mass = effectiveMass([led, lost, lost, won]);
    // The easy one ends after two turns and keeps its reward.
    expect(mass).toEqual([1, 1, 0.5, 0.5]);
    expect(retention(mass)).toEqual([1, 0.5, 1]);
    expect(mass[0] * retention(mass).reduce((a, b) => a * b, 1)).toBe(mass[3]);
    expect(retention([1, 0, 0])).toEqual([0, NaN]);
    expect(effectiveMass([])).toEqual([]);
  });

  it('Eq. 2: sampled mass agrees with the exact probability of passing the gates', async () => {
    const requests = Array.from({ length: 800 }, (_, stream) => ({
      task: hard,
      plan: guidance(hard, 2),
      stream,
    }));
    const mass = effectiveMass(
      await rollouts(new GatePolicy(), gates, requests, { seed: 5, temperature: 1 }),
    );
    // 0.97 twice by the plan, then 0.02 by the prior; a tolerance of four standard errors.
    [0.97, 0.97 ** 2, 0.97 ** 2 * 0.02].forEach((exact, t) =>
      expect(Math.abs(mass[t + 1] - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 800)),
    );
  });

  it('Eq. 7: the benefit is the log-ratio of masses', () => {
    expect(benefit(0.8, 0.1)).toBeCloseTo(Math.log(8), 12);
    expect(benefit(0.5, 0)).toBe(Infinity);
    expect(benefit(0, 0)).toBeNaN();
  });

  it('needed actions are those on a shortest way', () => {
    const path = [0, 2, 3];
    return follow({ task: hard, plan: hard.plan }).then(({ states }) => {
      path.forEach((action, t) => expect(neededActions(hard, states[t])).toEqual([action]));
      expect(neededActions(hard, states[3])).toEqual([]);
    });
  });
});

describe('prefixPassAtK', () => {
  it('Eq. 5: agrees with the exact success probability from every prefix', async () => {
    const trajectory = await follow({ task: hard, plan: hard.plan });
    const prefixes = await prefixPassAtK(new GatePolicy(), gates, trajectory, {
      K: 4,
      samples: 600,
      seed: 9,
    });
    const exact = [0.94 * 0.02 * 0.02, 0.02 * 0.02, 0.02, 1];
    expect(prefixes.map(({ turn, psi }) => [turn, psi])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    prefixes.forEach(({ successes, passAtK: estimate }, t) => {
      const p = exact[t];
      expect(Math.abs(successes / 600 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 600) + 1e-9);
      expect(Math.abs(estimate - (1 - (1 - p) ** 4))).toBeLessThan(0.1);
    });
    // κ_t: the prior opens the first gate, and seldom the stale two.
    expect(prefixes[0].retention).toBeGreaterThan(0.9);
    expect(prefixes[1].retention).toBeLessThan(0.06);
    expect(prefixes[3]).toMatchObject({ successes: 600, passAtK: 1, retention: null });
  });

  it('does not depend on batching, and stops when aborted', async () => {
    const trajectory = await follow({ task: hard, plan: hard.plan });
    const whole = await prefixPassAtK(new GatePolicy(), gates, trajectory, { K: 8, seed: 2 });
    const split = await prefixPassAtK(new GatePolicy(), gates, trajectory, { K: 8, seed: 2, capacity: 3 });
    expect(split).toEqual(whole);
    const aborted = prefixPassAtK(new GatePolicy(), gates, trajectory, {
      seed: 2,
      signal: AbortSignal.abort(),
    });
    await expect(aborted).rejects.toThrow('aborted');
  });

  it('a failed trajectory keeps its failure at the end', async () => {
    const prefixes = await prefixPassAtK(new GatePolicy(), gates, await follow({ task: hard, plan: [] }), {
      seed: 2,
    });
    expect(prefixes[2]).toMatchObject({ psi: 0, successes: 0, retention: null });
    expect(prefixes[3]).toMatchObject({ psi: 0, successes: 0, passAtK: 0, retention: null });
  });
});

describe('barrierInterval', () => {
  const at = (values: (number | null)[]): PrefixReach[] =>
    values.map((value, turn) => ({ turn, psi: 1, samples: 32, successes: 0, passAtK: 0, retention: value }));

  it('spans the first to the last step the policy seldom takes', () => {
    expect(barrierInterval(at([1, 0.03, 0.9, 0, 1, null]))).toEqual({ start: 1, length: 3 });
    expect(barrierInterval(at([1, 0.25, 0.26, null]))).toEqual({ start: 1, length: 1 });
    expect(barrierInterval(at([1, 0.9, null]))).toBeNull();
    expect(barrierInterval([])).toBeNull();
  });
});

describe('deltaLogit', () => {
  it('Eq. 5: a common shift of all logits is no influence', () => {
    expect(meanCentredDifference(Float32Array.of(3, 4, 5), Float32Array.of(1, 2, 3))).toBe(0);
    // Differences 4, 0, −1 about their mean 1: (3 + 1 + 2) / 3
    expect(meanCentredDifference(Float32Array.of(4, 0, 0), Float32Array.of(0, 0, 1))).toBeCloseTo(2, 6);
  });

  it('Eq. 5: stands out at the stale gates alone, with both probabilities beside it', async () => {
    const policy = new GatePolicy();
    const influences = await deltaLogit(policy, gates, await follow({ task: hard, plan: hard.plan }));
    expect(influences.map(({ position }) => position)).toEqual([11, 12, 13, 15, 16, 17, 19, 20, 21]);
    // Differences of the four argument logits; the other twelve words do not move.
    const centred = (differences: number[]) => {
      const all = [...differences, ...Array<number>(12).fill(0)];
      const mean = all.reduce((a, b) => a + b, 0) / 16;
      return all.reduce((sum, x) => sum + Math.abs(x - mean), 0) / 16;
    };
    const known = centred([Math.log(0.97 / 0.94), ...Array<number>(3).fill(Math.log(0.01 / 0.02))]);
    const stale = centred([Math.log(0.97 / 0.02), Math.log(0.01 / 0.94), Math.log(0.5), Math.log(0.5)]);
    const expected = [0, 0, known, 0, 0, stale, 0, 0, stale];
    influences.forEach(({ deltaLogit: value }, j) => expect(value).toBeCloseTo(expected[j], 4));
    expect(influences[5].guidedLogProb).toBeCloseTo(Math.log(0.97), 3);
    expect(influences[5].unguidedLogProb).toBeCloseTo(Math.log(0.02), 3);
  });
});

describe('barrierProfile', () => {
  it('Figure 3: shows the barrier of a stale task, and none on an easy one', async () => {
    const progress: number[] = [];
    const options = { seed: 4, onProgress: (done: number) => progress.push(done) };
    const profile = await barrierProfile(new GatePolicy(), gates, hard, options);
    expect(profile.trajectory.reward).toBe(1);
    expect(profile.tokens.map(({ word }) => word).join(' ')).toBe('try hm a0 try hm a2 try hm a3');
    expect(profile.tokens[5]).toMatchObject({ word: 'a2', turn: 1, slot: 2 });
    expect(profile.barrier).toEqual({ start: 1, length: 2 });
    expect(profile.prefixes.map(({ samples }) => samples)).toEqual([32, 32, 32, 32]);
    expect(progress.at(-1)).toBe(96);
    const open = await barrierProfile(new GatePolicy(), gates, easy, { seed: 4 });
    expect(open.barrier).toBeNull();
    expect(open.prefixes.every((prefix) => prefix.passAtK === 1)).toBe(true);
  });
});
