import type { Task } from '../envs/types.ts';
import type { TrainablePolicy } from '../policy/types.ts';
import { groupAdvantages } from './advantage.ts';
import { assemble, drawUnguided, type Collector, type Group, type Sampler } from './collect.ts';
import { fixedGuidance, minimalGuidance } from './minimalGuidance.ts';
import { finished, recovery, type Asker } from './rolloutPool.ts';
import { logRatios, logRatioShift } from './offPolicyRisk.ts';
import { sourceOf, updatePolicy, type UpdateResult } from './update.ts';

/**
 * Algorithm 1, the group of one task: N unguided rollouts; where all of them fail, guided rollouts at the least level
 * k* that recovers reward join them (Eq. 6, 10). Two ablations are switches: guidance for every task instead of the
 * unguided rollouts, and a fixed level instead of the search.
 */
function* intervention(sampler: Sampler, task: Task): Asker<Group> {
  const { guide, level, assembly, successThreshold } = sampler.config.options;
  const own = guide === 'failed' ? drawUnguided(sampler, task) : null;
  if (own && (yield* recovery(own, successThreshold))) {
    const unguided = yield* finished(own);
    return { task, unguided, rollouts: unguided, search: null };
  }
  const search =
    level === 'minimal' ? yield* minimalGuidance(sampler, task) : yield* fixedGuidance(sampler, task, level);
  return assemble(own ? yield* finished(own) : [], search, assembly);
}

/** Algorithm 1, the groups of one step, all tasks side by side. */
export function minimalIntervention(sampler: Sampler, tasks: readonly Task[]): Promise<Group[]> {
  return sampler.run(tasks.map((task) => intervention(sampler, task)));
}

/** What one iteration leaves behind for metrics and panels. */
export interface Iteration {
  readonly groups: readonly Group[];
  /** Â per group and rollout. */
  readonly advantages: readonly (readonly number[])[];
  /** L_k(τ) of the guided rollouts in the groups (Eq. 8), before the update. */
  readonly shifts: readonly number[];
  readonly update: UpdateResult;
  /** Mean loss of the updates, where the method has one that is comparable between steps. */
  readonly loss?: number;
}

/** One training step of a method on the policy of `sampler`; `updates` is the number of optimizer updates before. */
export type Iterate = (policy: TrainablePolicy, sampler: Sampler, updates: number) => Promise<Iteration>;

/**
 * Algorithm 1, one iteration: collect groups for the tasks, compute advantages within each, update the
 * unguided policy π_θ(· | x) on all of them by the mixed objective (Eq. 11, 12).
 * `updates` is the number of optimizer updates made before.
 */
export async function algorithm1(
  policy: TrainablePolicy,
  sampler: Sampler,
  tasks: readonly Task[],
  updates: number,
  collect: Collector = minimalIntervention,
): Promise<Iteration> {
  const { environment, config, step } = sampler;
  const groups = await collect(sampler, tasks);
  const rewards = groups.map((group) => group.rollouts.map((rollout) => rollout.reward));
  const advantages = rewards.map((group) => groupAdvantages(group, config.options.advantageStd));

  const guided = groups.flatMap((group) =>
    group.rollouts.filter((rollout) => sourceOf(rollout) === 'guided'),
  );
  const shifts = (await logRatios(policy, environment, guided)).map(logRatioShift);

  const update = await updatePolicy(policy, environment, config, { step, updates, groups, advantages });
  return { groups, advantages, shifts, update };
}
