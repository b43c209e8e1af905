import { describe, expect, it } from 'vitest';
import { groupRecovery, recoveryProbability } from './groupRecovery.ts';
import { guidance } from './guidance.ts';
import { guidanceLevelsOf } from './guidanceUtility.ts';
import { effectiveMass, prefixPassAtK } from './reachability.ts';
import { rollouts } from './rollout.ts';
import { enumeratePaths, expectation, type Path } from './testing/enumerate.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

/**
 * The estimators against sums over every trajectory of tasks small enough: each must lie within four of its own
 * standard errors, which are exact too.
 */
const policy = new GatePolicy();
// One stale gate without and with a turn to spare, and two of them.
const tasks = [gatesTask(1, 1), { ...gatesTask(1, 2), maxTurns: 4 }, gatesTask(2, 3)];
const pathsOf = (task: (typeof tasks)[number], k: number): Path[] =>
  enumeratePaths((prefix) => policy.distribution(prefix), gates, task, guidance(task, k));

const shift = (path: Path) => path.logRatios.reduce((a, b) => a + b, 0);
const rate = (paths: readonly Path[]) => expectation(paths, ({ reward }) => reward);
const near = (estimate: number, exact: number, error: number, what: string) =>
  expect(Math.abs(estimate - exact), `${what}: ${estimate} for ${exact}`).toBeLessThan(4 * error + 2e-4);

describe.each(tasks.map((task) => [`${task.id}, ${task.maxTurns} turns`, task] as const))('%s', (_, task) => {
  const exact = Array.from({ length: task.plan.length + 1 }, (_, k) => pathsOf(task, k));

  it('the enumeration is complete', () => {
    exact.forEach((paths) => expect(expectation(paths, () => 1)).toBeCloseTo(1, 3));
  });

  it('Eq. 9, 18: shift, risk and its split', async () => {
    const n = 2500;
    const levels = await guidanceLevelsOf(policy, gates, task, {
      seed: 5,
      temperature: 1,
      samples: n,
      groupSize: 8,
    });
    levels.forEach((level, k) => {
      const paths = exact[k];
      const mean = expectation(paths, shift);
      const central = (power: number) => expectation(paths, (path) => (shift(path) - mean) ** power);
      const risk = central(2);
      const riskError = Math.sqrt((central(4) - risk ** 2) / n);
      near(level.shift, mean, Math.sqrt(risk / n), `E[L_${k}]`);
      near(level.risk, risk, riskError, `R_${k}`);
      if (riskError > 0.01) expect(level.riskError / riskError).toBeCloseTo(1, 0);
      // Token by token: a trajectory that has ended counts 0.
      const longest = Math.max(...paths.map(({ logRatios }) => logRatios.length));
      let tokenRisk = 0;
      let tokenError = 0;
      for (let j = 0; j < longest; j++) {
        const at = (path: Path) => path.logRatios[j] ?? 0;
        const m = expectation(paths, at);
        const variance = expectation(paths, (path) => (at(path) - m) ** 2);
        tokenRisk += variance;
        tokenError += Math.sqrt(
          Math.max(0, expectation(paths, (path) => (at(path) - m) ** 4) - variance ** 2) / n,
        );
      }
      near(level.tokenRisk, tokenRisk, tokenError, `Σ Var, k = ${k}`);
      near(level.covarianceRisk, risk - tokenRisk, riskError + tokenError, `covariance, k = ${k}`);
    });
  });

  it('Eq. 19: group recovery, by groups and from single rollouts', async () => {
    const m = 300;
    const options = { seed: 6, temperature: 1, groupSize: 4 };
    const byGroups = await groupRecovery(policy, gates, task, { ...options, groups: m });
    const single = await guidanceLevelsOf(policy, gates, task, { ...options, samples: 4 * m });
    exact.forEach((paths, k) => {
      const p = rate(paths);
      const q = recoveryProbability(p, 4);
      near(byGroups[k], q, Math.sqrt((q * (1 - q)) / m), `Q_${k}`);
      // dQ/dp = N (1 − p)^(N−1)
      near(single[k].recovery, q, 4 * (1 - p) ** 3 * Math.sqrt((p * (1 - p)) / (4 * m)), `pass@4, k = ${k}`);
    });
  });

  it('Eq. 2: mass M_t', async () => {
    const n = 1500;
    for (const [k, paths] of exact.entries()) {
      const requests = Array.from({ length: n }, (_, stream) => ({ task, plan: guidance(task, k), stream }));
      const mass = effectiveMass(await rollouts(policy, gates, requests, { seed: 8, temperature: 1 }));
      mass.forEach((estimate, t) => {
        const q = expectation(paths, ({ psi }) => psi[Math.min(t, psi.length - 1)]);
        near(estimate, q, Math.sqrt((q * (1 - q)) / n), `M_${t}, k = ${k}`);
      });
    }
  });

  it('Eq. 5: pass@K from every prefix of the guided trajectory', async () => {
    const n = 1000;
    const K = 3;
    const [trajectory] = await rollouts(policy, gates, [{ task, plan: task.plan, stream: 1 }], {
      seed: 1,
      temperature: 0,
    });
    const reach = await prefixPassAtK(policy, gates, trajectory, { seed: 9, K, samples: n });
    for (const { turn, passAtK, samples } of reach.slice(0, -1)) {
      const p = continuation(task, turn);
      const q = 1 - (1 - p) ** K;
      near(passAtK, q, K * (1 - p) ** (K - 1) * Math.sqrt((p * (1 - p)) / samples), `pass@3 at ${turn}`);
    }
  });
});

/** Unguided success from behind `done` opened gates, by the gates' own odds: 0.94 for the prior's, 0.02 for a stale one. */
function continuation(task: (typeof tasks)[number], done: number): number {
  const odds = task.plan.map(({ argument }) => (argument === task.plan[0].argument ? 0.94 : 0.02));
  const from = (gate: number, turns: number): number => {
    if (gate === odds.length) return 1;
    if (turns === 0) return 0;
    return odds[gate] * from(gate + 1, turns - 1) + (1 - odds[gate]) * from(gate, turns - 1);
  };
  return from(done, task.maxTurns - done);
}
