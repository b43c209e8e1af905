import { LabError } from '../core/errors.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { guidance } from './guidance.ts';
import { rollouts, type RolloutOptions, type RolloutRequest } from './rollout.ts';
import { roles, stream } from './streams.ts';

/**
 * Appendix C.2: how likely a group recovers reward under each guidance level, and how many groups it takes to find
 * the least level that does often enough.
 */

export interface RecoveryOptions extends RolloutOptions {
  /** m: groups a level. */
  readonly groups: number;
  /** N */
  readonly groupSize: number;
  /** δ */
  readonly successThreshold?: number;
}

/**
 * Q̂_k (Eq. 19) of every level 0..K: the share of m independent groups of N rollouts under g_k of which one has Y ≥ δ.
 */
export async function groupRecovery(
  model: LanguageModel,
  environment: Environment,
  task: Task,
  { groups, groupSize, successThreshold = 1, ...options }: RecoveryOptions,
): Promise<number[]> {
  const size = groups * groupSize;
  const levels = task.plan.length + 1;
  const requests = Array.from({ length: levels }, (_, k) =>
    Array.from({ length: size }, (_, i): RolloutRequest => ({
      task,
      plan: guidance(task, k),
      stream: stream(k, roles.recovery, task.key, i),
    })),
  );
  const sampled = await rollouts(model, environment, requests.flat(), options);
  return requests.map((_, k) => {
    const recovered = Array.from({ length: groups }, (_, g) => {
      const start = k * size + g * groupSize;
      return sampled.slice(start, start + groupSize).some(({ reward }) => reward >= successThreshold);
    });
    return recovered.filter(Boolean).length / groups;
  });
}

/** Q_k of a level whose single rollout succeeds with probability p: 1 − (1 − p)^N (Eq. 19). */
export function recoveryProbability(p: number, groupSize: number): number {
  return 1 - (1 - p) ** groupSize;
}

/** k*_ρ, or k̂_ρ from estimates: the least level with Q_k ≥ ρ (Eq. 22, 25); null where none has. recovery: [K + 1]. */
export function leastSufficient(recovery: readonly number[], rho: number): number | null {
  const k = recovery.findIndex((q) => q >= rho);
  return k < 0 ? null : k;
}

/**
 * Δ of Eq. 23: the widest margin by which every level below k*_ρ misses ρ and every level from it on exceeds it;
 * null where no level reaches ρ, or one beyond k*_ρ falls below it again. recovery: [K + 1].
 */
export function recoveryMargin(recovery: readonly number[], rho: number): number | null {
  const least = leastSufficient(recovery, rho);
  if (least === null || recovery.slice(least).some((q) => q < rho)) return null;
  return Math.min(...recovery.map((q) => Math.abs(q - rho)));
}

/**
 * m of Corollary C.1 (Eq. 24): groups a level after which k̂_ρ = k*_ρ with probability at least 1 − ξ,
 * ⌈log(2(K + 1)/ξ) / (2Δ²)⌉.
 * @throws LabError unless 0 < margin ≤ 1 and 0 < ξ < 1.
 */
export function groupsToIdentify(margin: number, levels: number, xi: number): number {
  if (!(margin > 0 && margin <= 1) || !(xi > 0 && xi < 1))
    throw new LabError(
      `groupsToIdentify: expected a margin in (0, 1] and ξ in (0, 1), got ${margin} and ${xi}. ` +
        'Choose ρ between the recovery probabilities of two levels.',
    );
  return Math.ceil(Math.log((2 * (levels + 1)) / xi) / (2 * margin ** 2));
}

/** A level that does worse than the one below it. */
export interface Violation {
  readonly k: number;
  /** value_{k−1} − value_k, above 0. */
  readonly drop: number;
  /** The drop in standard errors of the difference; Infinity where both errors are 0. */
  readonly sigmas: number;
}

/**
 * Where Assumption C.1 (Eq. 21) fails: levels whose Q_k, or R_k, is below the one before by more than `sigmas`
 * standard errors. values, errors: [K + 1].
 */
export function monotonicityViolations(
  values: readonly number[],
  errors: readonly number[] = values.map(() => 0),
  sigmas = 2,
): Violation[] {
  return values.flatMap((value, k) => {
    const drop = k === 0 ? 0 : values[k - 1] - value;
    if (drop <= 0) return [];
    const ratio = drop / Math.hypot(errors[k - 1], errors[k]);
    return ratio > sigmas ? [{ k, drop, sigmas: ratio }] : [];
  });
}
