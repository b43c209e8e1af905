import { describe, expect, it } from 'vitest';
import { guidance } from './guidance.ts';
import {
  guidanceLevelsOf,
  guidanceUtility,
  massWithoutSlack,
  repairBenefits,
  type LevelMeasure,
} from './guidanceUtility.ts';
import { rollouts } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

const level = (k: number, mass: readonly number[], samples = 99): LevelMeasure => ({
  k,
  samples,
  successes: 0,
  recovery: 0,
  shift: 0,
  risk: 0,
  riskError: 0,
  tokenRisk: 0,
  covarianceRisk: 0,
  entropy: 0,
  mass,
  tightMass: mass.map((value) => value / 3),
});

describe('B_k and J_k', () => {
  // Behind a barrier of turns 1 and 2 the masses are 0, 1/3 and 1 of 99 rollouts.
  const levels = [level(0, [1, 1, 0, 0]), level(1, [1, 1, 1, 1 / 3]), level(2, [1, 1, 1, 1])];

  it('Eq. 7: log-ratio of the masses behind the barrier, half a rollout added to each', () => {
    const benefits = repairBenefits(levels, { start: 1, length: 2 });
    expect(benefits[0]).toBe(0);
    expect(benefits[1]).toBeCloseTo(Math.log(33.5 / 0.5), 10);
    expect(benefits[2]).toBeCloseTo(Math.log(99.5 / 0.5), 10);
    const tight = repairBenefits(levels, { start: 1, length: 2 }, 'tightMass');
    expect(tight[2]).toBeCloseTo(Math.log(33.5 / 0.5), 10);
    // A barrier up to the end: the last mass there is.
    expect(repairBenefits(levels, { start: 2, length: 5 })[2]).toBeCloseTo(Math.log(99.5 / 0.5), 10);
  });

  it('J_k = B_k − λ R_k: λ decides which level is best', () => {
    const benefits = [0, 4, 5];
    const risks = [0, 2, 8];
    expect(guidanceUtility(benefits, risks, 0)).toEqual([0, 4, 5]);
    expect(guidanceUtility(benefits, risks, 0.5)).toEqual([0, 3, 1]);
    expect(guidanceUtility(benefits, risks, 3)).toEqual([0, -2, -19]);
  });
});

describe('mass without slack', () => {
  const task = { ...gatesTask(2, 6), maxTurns: 5 };
  const sample = (k: number, n: number) =>
    rollouts(
      new GatePolicy(),
      gates,
      Array.from({ length: n }, (_, stream) => ({ task, plan: guidance(task, k), stream })),
      { seed: 2, temperature: 1 },
    );

  it('falls with every wrong turn although two turns are to spare: by the odds of the gates', async () => {
    const n = 4000;
    const mass = massWithoutSlack(await sample(2, n));
    // Two planned gates at 0.97 each, then a stale one at 0.02; who needed longer counts 0.
    const exact = [1, 0.97, 0.97 ** 2, 0.97 ** 2 * 0.02, 0.97 ** 2 * 0.02, 0.97 ** 2 * 0.02];
    mass.forEach((value, t) =>
      expect(Math.abs(value - exact[t])).toBeLessThan(4 * Math.sqrt((exact[t] * (1 - exact[t])) / n) + 1e-3),
    );
  });

  it('Fig. 4, Eq. 7: on the gates world benefit jumps where the last stale gate is planned', async () => {
    const options = { seed: 4, temperature: 1, samples: 400, groupSize: 8 };
    const levels = await guidanceLevelsOf(new GatePolicy(), gates, task, options);
    const benefits = repairBenefits(levels, { start: 1, length: 2 }, 'tightMass');
    expect(benefits[3]).toBeGreaterThan(Math.log(0.85 / 0.01));
    expect(benefits[2]).toBeLessThan(benefits[3] - 2);
    expect(levels.map(({ recovery }) => recovery)[3]).toBeGreaterThan(0.99);
    levels.forEach(({ risk, tokenRisk, covarianceRisk }) =>
      expect(tokenRisk + covarianceRisk).toBeCloseTo(risk, 8),
    );
    // Two thoughts that are equally likely, and an argument whose odds depend on the plan.
    const entropy = (p: number, rest: number) => Math.LN2 - p * Math.log(p) - 3 * rest * Math.log(rest);
    expect(levels[3].entropy).toBeCloseTo(entropy(0.97, 0.01), 2);
    expect(levels[0].entropy).toBeCloseTo(entropy(0.94, 0.02), 2);
  });
});
