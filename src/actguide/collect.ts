import { trainingSeed } from '../envs/seeds.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { withActionNoise } from './actionNoise.ts';
import type { AlgorithmOptions, RunConfig } from './config.ts';
import { includedTasks } from './demonstrations.ts';
import type { Search } from './minimalGuidance.ts';
import type { Rollout, RolloutOptions, RolloutRequest } from './rollout.ts';
import { finished, RolloutPool, type Asker, type Draw } from './rolloutPool.ts';
import { roles, stream } from './streams.ts';

/** The rollouts of one task in one step. */
export interface Group {
  readonly task: Task;
  /** 𝒢_b as first sampled: N unguided rollouts; none where every task is guided. */
  readonly unguided: readonly Rollout[];
  /** What the advantages are computed over and the update trains on. */
  readonly rollouts: readonly Rollout[];
  /** The search for the least guidance, or the fixed level, where the task was guided. */
  readonly search: Search | null;
}

/** What a method does to turn the step's tasks into groups. */
export type Collector = (sampler: Sampler, tasks: readonly Task[]) => Promise<Group[]>;

/** What sampling has cost so far. */
export interface SamplingCost {
  rollouts: number;
  environmentSteps: number;
  /** Of the time spent sampling, the share of these rollouts. */
  ms: number;
}

/** What rollouts are on the bill for. */
export type Phase = 'collect' | 'search';

/** Samples the rollouts of one training step from the current policy, and keeps the bill. */
export class Sampler {
  readonly cost: Record<Phase, SamplingCost> = {
    collect: { rollouts: 0, environmentSteps: 0, ms: 0 },
    search: { rollouts: 0, environmentSteps: 0, ms: 0 },
  };
  private readonly pool: RolloutPool;
  private drawn: { readonly phase: Phase; readonly draw: Draw }[] = [];

  constructor(
    readonly model: LanguageModel,
    readonly environment: Environment,
    readonly config: RunConfig,
    /** 0-based training step: part of every random stream. */
    readonly step: number,
    observer: Pick<RolloutOptions, 'signal' | 'onProgress'> = {},
  ) {
    const { seed, temperature } = config;
    this.pool = new RolloutPool(model, environment, { seed, temperature, ...observer });
  }

  /**
   * Asks for rollouts on the bill of `phase`; they are sampled while {@link run} runs. Those sampled `ahead` are on it
   * once they are asked for: what is thrown away unseen costs time, but is no part of the algorithm.
   */
  draw(phase: Phase, requests: readonly RolloutRequest[], standing: 'asked' | 'ahead' = 'asked'): Draw {
    const draw = this.pool.draw(requests, standing);
    this.drawn.push({ phase, draw });
    return draw;
  }

  /** Runs askers side by side (see {@link RolloutPool.run}) and makes the bill. */
  async run<T>(askers: readonly Asker<T>[]): Promise<T[]> {
    const results = await this.pool.run(askers);
    for (const { phase, draw } of this.drawn) {
      const cost = this.cost[phase];
      cost.ms += draw.ms;
      if (draw.standing !== 'asked') continue;
      cost.rollouts += draw.size;
      cost.environmentSteps += draw.rollouts.reduce((sum, { turns }) => sum + turns, 0);
    }
    this.drawn = [];
    return results;
  }

  /** Rollouts in the order of the requests, on the bill of `phase`. */
  async sample(phase: Phase, requests: readonly RolloutRequest[]): Promise<Rollout[]> {
    const [sampled] = await this.run([finished(this.draw(phase, requests))]);
    return sampled;
  }
}

/** The tasks of the step, demonstrated ones last, with the run's action noise in their plans. */
export function trainingTasks({ environment, config, step }: Sampler): Task[] {
  const { seed, tasksPerStep, options } = config;
  const included = includedTasks(environment, config, step);
  const ids = new Set(included.map(({ id }) => id));
  const drawn = environment
    .tasks({ seed: trainingSeed(seed, step), count: tasksPerStep })
    .filter(({ id }) => !ids.has(id))
    .slice(0, tasksPerStep - included.length);
  return [...drawn, ...included].map((task) => withActionNoise(environment, task, options.actionNoise, seed));
}

/** N unguided rollouts of a task: 𝒢_b as Algorithm 1 begins with it. */
export function drawUnguided(sampler: Sampler, task: Task): Draw {
  const requests = Array.from({ length: sampler.config.groupSize }, (_, i): RolloutRequest => ({
    task,
    plan: [],
    stream: stream(sampler.step, roles.unguided, task.key, i),
  }));
  return sampler.draw('collect', requests);
}

/** 𝒢_b ← N unguided rollouts for every task, and nothing else. */
export function unguidedGroups(sampler: Sampler, tasks: readonly Task[]): Promise<Group[]> {
  return sampler.run(
    tasks.map(function* (task): Asker<Group> {
      const unguided = yield* finished(drawUnguided(sampler, task));
      return { task, unguided, rollouts: unguided, search: null };
    }),
  );
}

/**
 * The group of a task that was searched: 𝒢_b ∪ 𝒢_b⁺ ('union') or 𝒢_b⁺ alone ('replace'). A search that found no level
 * leaves it unguided.
 */
export function assemble(
  unguided: readonly Rollout[],
  search: Search,
  assembly: AlgorithmOptions['assembly'],
): Group {
  const kept = assembly === 'union' || search.k === null ? unguided : [];
  return { task: search.task, unguided, rollouts: [...kept, ...search.rollouts], search };
}
