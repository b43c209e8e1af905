import { psiOf, turnsToReward } from '../envs/reachability.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { guidance } from './guidance.ts';
import { logRatios, logRatioShift, offPolicyRisk, riskSplit } from './offPolicyRisk.ts';
import { effectiveMass, passAtK, type Barrier } from './reachability.ts';
import { rollouts, type Rollout, type RolloutOptions, type RolloutRequest } from './rollout.ts';
import { roles, stream } from './streams.ts';

/** One guidance level of one task, measured on rollouts under g_k. */
export interface LevelMeasure {
  readonly k: number;
  readonly samples: number;
  readonly successes: number;
  /** Q_k (Eq. 19), unbiased: pass@N of the samples. */
  readonly recovery: number;
  /** E[L_k], nats (Eq. 8). */
  readonly shift: number;
  /** R_k = Var[L_k] (Eq. 9, 16), nats², and its standard error. */
  readonly risk: number;
  readonly riskError: number;
  /** Eq. 18: Σ_j Var(log r_j), and the covariances that make up the rest of R_k. */
  readonly tokenRisk: number;
  readonly covarianceRisk: number;
  /** Entropy of what the policy said, nats a turn: what is left of it under a plan is what R_k can come from. */
  readonly entropy: number;
  /** M_t (Eq. 2): [longest + 1] */
  readonly mass: readonly number[];
  /** M_t with no turn to spare, see {@link massWithoutSlack}: [longest + 1] */
  readonly tightMass: readonly number[];
}

export interface UtilityOptions extends RolloutOptions {
  /** Rollouts a level, at least N. */
  readonly samples: number;
  /** N of Q_k. */
  readonly groupSize: number;
}

/**
 * What every level of guidance does to one task: recovery Q_k, shift and risk R_k, and the mass that B_k compares
 * (Eq. 2, 7–9, 14–19). All levels are sampled as one batch and scored by the same policy. Returns [K + 1].
 */
export async function guidanceLevelsOf(
  model: LanguageModel,
  environment: Environment,
  task: Task,
  { samples, groupSize, ...options }: UtilityOptions,
): Promise<LevelMeasure[]> {
  const requests = Array.from({ length: task.plan.length + 1 }, (_, k) =>
    Array.from({ length: samples }, (_, i): RolloutRequest => ({
      task,
      plan: guidance(task, k),
      stream: stream(k, roles.utility, task.key, i),
    })),
  );
  const sampled = await rollouts(model, environment, requests.flat(), options);
  const ratios = await logRatios(model, environment, sampled);
  return requests.map((_, k): LevelMeasure => {
    const range = [k * samples, (k + 1) * samples] as const;
    const own = sampled.slice(...range);
    const rows = ratios.slice(...range);
    const shifts = rows.map(logRatioShift);
    const { mean, risk } = offPolicyRisk(shifts);
    const split = riskSplit(rows);
    const successes = own.filter(({ reward }) => reward > 0).length;
    return {
      k,
      samples,
      successes,
      recovery: passAtK(samples, successes, groupSize),
      shift: mean,
      risk,
      riskError: varianceError(shifts, mean, risk),
      tokenRisk: split.tokens,
      covarianceRisk: split.covariance,
      entropy: entropyPerTurn(own),
      mass: effectiveMass(own),
      tightMass: massWithoutSlack(own),
    };
  });
}

/** Entropy of the sampled tokens over the turns that the policy took, nats. */
function entropyPerTurn(sampled: readonly Rollout[]): number {
  const total = (of: (rollout: Rollout) => number): number => sampled.reduce((sum, one) => sum + of(one), 0);
  const entropy = total((rollout) => rollout.entropy.reduce((sum, value) => sum + value, 0));
  return entropy / total(({ turnStarts }) => turnStarts.length);
}

/** Standard error of a sample variance: √((μ₄ − σ⁴) / n). */
function varianceError(values: readonly number[], mean: number, variance: number): number {
  const n = values.length;
  const fourth = values.reduce((sum, value) => sum + (value - mean) ** 4, 0) / n;
  return Math.sqrt(Math.max(0, fourth - variance ** 2) / n);
}

/**
 * M_t had the task only the turns of its shortest way: the share of rollouts that are still on such a way. With turns
 * to spare Ψ stays 1 after a wrong action, and M_t of Eq. 2 hardly tells one policy from another. A rollout off the
 * shortest way counts 0 from there on, one that won on it counts 1. Rollouts of one task → [longest + 1].
 */
export function massWithoutSlack(sampled: readonly Rollout[]): number[] {
  const [{ task }] = sampled;
  const automaton = task.automaton();
  const fewest = turnsToReward(automaton)[automaton.start];
  const table = psiOf({ ...task, maxTurns: fewest });
  const longest = Math.max(...sampled.map(({ states }) => states.length));
  const onTheWay = (rollout: Rollout, t: number): number => {
    const { states, turns, reward } = rollout;
    if (t >= turns && reward > 0) return turns <= fewest ? 1 : 0;
    if (t > fewest || t > turns) return 0;
    return table[(fewest - t) * automaton.states + states[t]];
  };
  return Array.from(
    { length: longest },
    (_, t) => sampled.reduce((sum, rollout) => sum + onTheWay(rollout, t), 0) / sampled.length,
  );
}

/**
 * B_k (Eq. 7) of every level at the end b + m of the barrier, nats: log M_k − log M_0 with half a rollout added to each
 * side, so that it is finite where the unguided policy has no mass left. `mass` says which M_t. → [K + 1]
 */
export function repairBenefits(
  levels: readonly LevelMeasure[],
  { start, length }: Barrier,
  mass: 'mass' | 'tightMass' = 'mass',
): number[] {
  const logMass = levels.map((level) => {
    const values = level[mass];
    const at = values[Math.min(start + length, values.length - 1)];
    return Math.log((at * level.samples + 0.5) / (level.samples + 1));
  });
  return logMass.map((value) => value - logMass[0]);
}

/** J_k(λ) = B_k − λ R_k of every level. benefits, risks: [K + 1]; lambda in 1/nats. */
export function guidanceUtility(
  benefits: readonly number[],
  risks: readonly number[],
  lambda: number,
): number[] {
  return benefits.map((benefit, k) => benefit - lambda * risks[k]);
}
