import { barrierProfile } from '../../actguide/barrierProfile.ts';
import { guidanceLevelsOf, repairBenefits, type LevelMeasure } from '../../actguide/guidanceUtility.ts';
import {
  groupRecovery,
  groupsToIdentify,
  leastSufficient,
  recoveryMargin,
  recoveryProbability,
} from '../../actguide/groupRecovery.ts';
import { evaluationSeed } from '../../envs/seeds.ts';
import type { Environment, Task } from '../../envs/types.ts';
import type { Probe } from '../units.ts';

/** One guidance level of a task, without the mass over time that B_k is made of. */
export type GuidanceLevel = Omit<LevelMeasure, 'mass' | 'tightMass'> & {
  /** B_k (Eq. 7) at the end of the barrier, nats, from the mass with no turn to spare; null without a barrier. */
  readonly benefit: number | null;
};

export interface GuidanceTask {
  readonly id: string;
  readonly level: number;
  /** [K + 1] */
  readonly levels: readonly GuidanceLevel[];
}

export interface GuidanceArgs {
  readonly seed: number;
  readonly levels: readonly number[];
  readonly tasksPerLevel: number;
  /** Rollouts a guidance level. */
  readonly samples: number;
  readonly groupSize: number;
  readonly temperature: number;
}

/** Continuations at each step boundary of the guided rollout that marks the barrier. */
const K = 32;

const heldOut = (environment: Environment, { seed, levels, tasksPerLevel }: GuidanceArgs): Task[] =>
  levels.flatMap((level) => environment.tasks({ seed: evaluationSeed(seed), count: tasksPerLevel, level }));

/** Q_k, E[L_k], R_k with its split (Eq. 18), entropy and B_k at every guidance level of held-out tasks. */
export const guidanceProbe: Probe<GuidanceArgs, readonly GuidanceTask[]> = {
  name: 'guidanceLevels',
  version: 2,
  work: 20,
  async *run(policy, environment, args, { signal }) {
    const { seed, temperature, samples, groupSize } = args;
    const tasks = heldOut(environment, args);
    const measured: GuidanceTask[] = [];
    for (const task of tasks) {
      const options = { seed, temperature, signal };
      const { barrier } = await barrierProfile(policy, environment, task, { ...options, K });
      const levels = await guidanceLevelsOf(policy, environment, task, { ...options, samples, groupSize });
      const benefits = barrier && repairBenefits(levels, barrier, 'tightMass');
      measured.push({
        id: task.id,
        level: task.level,
        levels: levels.map(({ mass: _mass, tightMass: _tight, ...level }, k) => ({
          ...level,
          benefit: benefits?.[k] ?? null,
        })),
      });
      yield measured.length / tasks.length;
    }
    return measured;
  },
};

export interface IdentificationArgs extends GuidanceArgs {
  readonly rho: number;
  readonly xi: number;
  /** Tasks that Corollary C.1 asks for more groups than this are left out. */
  readonly mostGroups: number;
}

export interface IdentificationTask {
  readonly id: string;
  readonly level: number;
  /** k*_ρ and Δ from many samples; null where no level reaches ρ or Q_k falls below it again. */
  readonly least: number | null;
  readonly margin: number | null;
  /** m of Eq. 24, null where there is no margin. */
  readonly groups: number | null;
  /** k̂_ρ from m fresh groups a level; null where none was drawn, or none reached ρ. */
  readonly identified: number | null;
  /** Whether fresh groups were drawn. */
  readonly tried: boolean;
}

/** Corollary C.1: k*_ρ from many samples, m from its margin, and k̂_ρ from m fresh groups. */
export const identificationProbe: Probe<IdentificationArgs, readonly IdentificationTask[]> = {
  name: 'identification',
  version: 1,
  work: 30,
  async *run(policy, environment, args, { signal }) {
    const { seed, temperature, samples, groupSize, rho, xi, mostGroups } = args;
    const options = { seed, temperature, signal };
    const tasks = heldOut(environment, args);
    const done: IdentificationTask[] = [];
    for (const task of tasks) {
      const levels = await guidanceLevelsOf(policy, environment, task, { ...options, samples, groupSize });
      const recovery = levels.map((level) => recoveryProbability(level.successes / level.samples, groupSize));
      const least = leastSufficient(recovery, rho);
      const margin = recoveryMargin(recovery, rho);
      const groups = margin !== null && margin > 0 ? groupsToIdentify(margin, task.plan.length, xi) : null;
      const tried = groups !== null && groups <= mostGroups;
      const identified = tried
        ? leastSufficient(
            await groupRecovery(policy, environment, task, { ...options, groups, groupSize }),
            rho,
          )
        : null;
      done.push({ id: task.id, level: task.level, least, margin, groups, identified, tried });
      yield done.length / tasks.length;
    }
    return done;
  },
};
