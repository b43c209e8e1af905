import { describe, expect, it } from 'vitest';
import { Random } from '../core/random.ts';
import {
  groupRecovery,
  groupsToIdentify,
  leastSufficient,
  monotonicityViolations,
  recoveryMargin,
  recoveryProbability,
} from './groupRecovery.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

describe('group recovery', () => {
  it('Eq. 19: 1 − (1 − p)^N', () => {
    expect(recoveryProbability(0.5, 3)).toBeCloseTo(7 / 8, 12);
    expect([recoveryProbability(0, 8), recoveryProbability(1, 8)]).toEqual([0, 1]);
  });

  it('Eq. 22, 25: the least level that suffices', () => {
    expect(leastSufficient([0.1, 0.4, 0.6, 0.9], 0.5)).toBe(2);
    expect(leastSufficient([0.5, 0.4], 0.5)).toBe(0);
    expect(leastSufficient([0.1, 0.2], 0.5)).toBeNull();
  });

  it('Eq. 23: the margin is the nearest that any level comes to ρ; none where a later level falls below', () => {
    expect(recoveryMargin([0.1, 0.45, 0.8, 0.9], 0.5)).toBeCloseTo(0.05, 12);
    expect(recoveryMargin([0.1, 0.3, 0.8, 0.9], 0.5)).toBeCloseTo(0.2, 12);
    expect(recoveryMargin([0.1, 0.8, 0.4, 0.9], 0.5)).toBeNull();
    expect(recoveryMargin([0.1, 0.2], 0.5)).toBeNull();
  });

  it('Eq. 24: m by hand', () => {
    // log(2 · 4 / 0.05) / (2 · 0.04) = 5.0752 / 0.08 = 63.44
    expect(groupsToIdentify(0.2, 3, 0.05)).toBe(64);
    expect(groupsToIdentify(1, 1, 0.5)).toBe(2);
    expect(() => groupsToIdentify(0, 3, 0.05)).toThrow(
      'expected a margin in (0, 1] and ξ in (0, 1), got 0 and 0.05.',
    );
  });

  it('Eq. 21: a drop counts beyond two standard errors', () => {
    expect(monotonicityViolations([0, 0.5, 0.5, 1])).toEqual([]);
    expect(monotonicityViolations([0, 0.5, 0.25])).toEqual([{ k: 2, drop: 0.25, sigmas: Infinity }]);
    expect(monotonicityViolations([0.5, 0.4], [0.03, 0.04])).toEqual([]);
    const [found] = monotonicityViolations([0.5, 0.35], [0.03, 0.04]);
    expect(found.k).toBe(1);
    expect(found.sigmas).toBeCloseTo(3, 10);
  });
});

describe('Corollary C.1: with m groups k̂ recovers k*', () => {
  const recovery = [0.05, 0.3, 0.62, 0.7, 0.97];
  const rho = 0.5;
  const xi = 0.1;
  const estimate = (random: Random, m: number) =>
    recovery.map((q) => Array.from({ length: m }, () => random.next() < q).filter(Boolean).length / m);

  it('in at least 1 − ξ of all draws from recovery probabilities with that margin', () => {
    const margin = recoveryMargin(recovery, rho) ?? 0;
    expect(margin).toBeCloseTo(0.12, 12);
    const m = groupsToIdentify(margin, recovery.length - 1, xi);
    const right = Array.from({ length: 1000 }, (_, i) => estimate(new Random(3, i), m)).filter(
      (q) => leastSufficient(q, rho) === 2,
    ).length;
    expect(right / 1000).toBeGreaterThanOrEqual(1 - xi);
    // A fortieth of the groups is not enough for this margin: the bound is no tautology.
    const few = Array.from({ length: 1000 }, (_, i) => estimate(new Random(4, i), Math.ceil(m / 40)));
    expect(few.filter((q) => leastSufficient(q, rho) === 2).length / 1000).toBeLessThan(1 - xi);
  });

  it('with rollouts of a policy: the stale last gate needs the whole plan', async () => {
    const task = gatesTask(1, 4);
    // By hand: 0.94 · 0.02, 0.97 · 0.02 and 0.97² for k = 0, 1, 2.
    const exact = [0.94 * 0.02, 0.97 * 0.02, 0.97 ** 2].map((p) => recoveryProbability(p, 8));
    const groups = groupsToIdentify(recoveryMargin(exact, 0.5) ?? 0, 2, 0.05);
    expect(groups).toBe(20);
    for (let seed = 0; seed < 10; seed++) {
      const options = { seed, temperature: 1, groups, groupSize: 8 };
      const estimated = await groupRecovery(new GatePolicy(), gates, task, options);
      expect(leastSufficient(estimated, 0.5)).toBe(2);
    }
  });
});
