import { barrierProfile, type BarrierProfile } from '../../actguide/barrierProfile.ts';
import { evaluationSeed } from '../../envs/seeds.ts';
import type { SearchTask } from '../../envs/search/index.ts';
import type { Probe } from '../units.ts';

/** Figure 3 of one task, in numbers that can be pooled over tasks. */
export interface BarrierTask {
  readonly id: string;
  readonly level: number;
  /** Stale aliases of the task. */
  readonly stale: number;
  /** Whether the guided trajectory followed the plan to the reward, turn by turn. */
  readonly reached: boolean;
  readonly barrier: BarrierProfile['barrier'];
  /** One per step boundary of the guided trajectory. */
  readonly prefixes: readonly {
    readonly turn: number;
    /** Stale aliases that the trajectory still has to open. */
    readonly staleAhead: number;
    /** Unguided success and pass@K from here. */
    readonly success: number;
    readonly passAtK: number;
    readonly psi: number;
  }[];
  /** One per generated token. */
  readonly tokens: readonly {
    readonly turn: number;
    readonly slot: number;
    readonly word: string;
    readonly deltaLogit: number;
    /** The query that opens a stale alias. */
    readonly staleQuery: boolean;
  }[];
}

export interface BarrierArgs {
  readonly seed: number;
  readonly levels: readonly number[];
  readonly tasksPerLevel: number;
  readonly K: number;
  readonly temperature: number;
}

/** Relates a profile to the task's aliases: queries are plan steps gateHop + 1 … gateHop + m. */
function summarise(task: SearchTask, { trajectory, tokens, prefixes, barrier }: BarrierProfile): BarrierTask {
  const first = task.gateHop + 1;
  const isStaleQuery = (turn: number): boolean => task.aliases[turn - first]?.stale ?? false;
  return {
    id: task.id,
    level: task.level,
    stale: task.aliases.filter((alias) => alias.stale).length,
    reached: trajectory.reward > 0 && trajectory.turns === task.plan.length,
    barrier,
    prefixes: prefixes.map(({ turn, psi, samples, successes, passAtK }) => ({
      turn,
      staleAhead: task.aliases.filter((alias, j) => alias.stale && first + j >= turn).length,
      success: successes / samples,
      passAtK,
      psi,
    })),
    tokens: tokens.map(({ turn, slot, word, deltaLogit }) => ({
      turn,
      slot,
      word,
      deltaLogit,
      staleQuery: slot === 2 && isStaleQuery(turn),
    })),
  };
}

/** |ΔLogit| and prefix pass@K (Eq. 5) along the guided rollouts of held-out tasks of the search world. */
export const barrierProbe: Probe<BarrierArgs, readonly BarrierTask[]> = {
  name: 'barrier',
  version: 1,
  work: 8,
  async *run(policy, environment, { seed, levels, tasksPerLevel, K, temperature }, { signal }) {
    const tasks = levels.flatMap((level) =>
      environment.tasks({ seed: evaluationSeed(seed), count: tasksPerLevel, level }),
    );
    const profiled: BarrierTask[] = [];
    for (const task of tasks) {
      signal?.throwIfAborted();
      const profile = await barrierProfile(policy, environment, task, { seed, K, temperature, signal });
      profiled.push(summarise(task as SearchTask, profile));
      yield profiled.length / tasks.length;
    }
    return profiled;
  },
};
