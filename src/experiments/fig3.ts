import { barrierProfile, type BarrierProfile } from '../actguide/barrierProfile.ts';
import { releaseDecoders } from '../actguide/decoders.ts';
import { mean } from '../core/statistics.ts';
import { evaluationSeed } from '../envs/seeds.ts';
import type { SearchTask } from '../envs/search/index.ts';
import { verdict, type Experiment } from './experiment.ts';

/** Figure 3 of one task, in numbers that can be pooled over tasks. */
export interface Fig3Task {
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
    /** Unguided success and pass@32 from here. */
    readonly success: number;
    readonly passAt32: number;
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

export interface Fig3Result {
  readonly tasks: readonly Fig3Task[];
}

/** No alias, and three and four stale ones. */
const levels = [0, 3, 4];
const isHard = (task: Fig3Task): boolean => task.stale >= 3;

/** Relates a profile to the task's aliases: queries are plan steps gateHop + 1 … gateHop + m. */
function summarise(task: SearchTask, { trajectory, tokens, prefixes, barrier }: BarrierProfile): Fig3Task {
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
      passAt32: passAtK,
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

/** Mean over a task's prefixes that satisfy `where` (the finished end left out); NaN if none does. */
const meanPrefix = (
  task: Fig3Task,
  of: 'success' | 'passAt32',
  where: (staleAhead: number) => boolean,
): number =>
  mean(
    task.prefixes
      .slice(0, -1)
      .filter((p) => where(p.staleAhead))
      .map((p) => p[of]),
  );

const meanDelta = (task: Fig3Task, staleQuery: boolean): number =>
  mean(task.tokens.filter((t) => t.staleQuery === staleQuery).map((t) => t.deltaLogit));

/** Figure 3: |ΔLogit| and prefix pass@32 along guided rollouts of easy and hard tasks, untrained base policy. */
export const fig3: Experiment<Fig3Result> = {
  name: 'fig3',
  title: 'Action guidance repairs reachability barriers along guided rollouts',

  async *run({ environment, policy: base, run, seeds, quick, signal }) {
    const count = quick ? 2 : 16;
    const plan = seeds.flatMap((seed) =>
      levels.flatMap((level) =>
        environment
          .tasks({ seed: evaluationSeed(seed), count, level })
          .map((task) => ({ seed, task: task as SearchTask })),
      ),
    );
    const policy = await base();
    const tasks: Fig3Task[] = [];
    try {
      for (const { seed, task } of plan) {
        signal?.throwIfAborted();
        const profile = await barrierProfile(policy, environment, task, {
          seed,
          K: 32,
          temperature: run.temperature,
          signal,
        });
        const summary = summarise(task, profile);
        tasks.push(summary);
        yield { done: tasks.length, total: plan.length, note: `${task.id}`, record: summary };
      }
    } finally {
      releaseDecoders(policy);
      policy.destroy();
    }
    return { tasks };
  },

  judge({ tasks }) {
    const hard = tasks.filter((task) => isHard(task) && task.reached);
    const easy = tasks.filter((task) => task.stale === 0);
    const overHard = (statistic: (task: Fig3Task) => number) =>
      hard.map(statistic).filter((v) => !Number.isNaN(v));
    return [
      verdict(
        'On hard tasks unguided pass@32 is zero until the guided trajectory has crossed the barrier.',
        'pass@32 while two or more stale aliases are ahead, mean per task',
        overHard((task) => meanPrefix(task, 'passAt32', (ahead) => ahead >= 2)),
        'below',
        0.05,
      ),
      verdict(
        'After the barrier unguided success recovers.',
        'unguided success once the last stale alias is passed, mean per task',
        overHard((task) => meanPrefix(task, 'success', (ahead) => ahead === 0)),
        'above',
        0.9,
      ),
      verdict(
        '|ΔLogit| spikes inside the barrier.',
        'mean |ΔLogit| at the stale queries over the mean elsewhere, per task',
        overHard((task) => meanDelta(task, true) / meanDelta(task, false)),
        'above',
        5,
      ),
      verdict(
        'On easy tasks pass@32 is above zero from the start.',
        'pass@32 from the question alone, per task without aliases',
        easy.map((task) => task.prefixes[0].passAt32),
        'above',
        0,
      ),
    ];
  },
};
