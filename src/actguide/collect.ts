import { trainingSeed } from '../envs/seeds.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { withActionNoise } from './actionNoise.ts';
import type { AlgorithmOptions, RunConfig } from './config.ts';
import type { Search } from './minimalGuidance.ts';
import { rollouts, type Rollout, type RolloutOptions, type RolloutRequest } from './rollout.ts';
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
  ms: number;
}

/** Samples the rollouts of one training step from the current policy, and keeps the bill. */
export class Sampler {
  readonly cost: Record<'collect' | 'search', SamplingCost> = {
    collect: { rollouts: 0, environmentSteps: 0, ms: 0 },
    search: { rollouts: 0, environmentSteps: 0, ms: 0 },
  };

  constructor(
    readonly model: LanguageModel,
    readonly environment: Environment,
    readonly config: RunConfig,
    /** 0-based training step: part of every random stream. */
    readonly step: number,
    private readonly observer: Pick<RolloutOptions, 'signal' | 'onProgress'> = {},
  ) {}

  /** Rollouts in the order of the requests, on the bill of `phase`. */
  async sample(phase: 'collect' | 'search', requests: readonly RolloutRequest[]): Promise<Rollout[]> {
    const { seed, temperature } = this.config;
    const began = performance.now();
    const sampled = await rollouts(this.model, this.environment, requests, {
      seed,
      temperature,
      ...this.observer,
    });
    const cost = this.cost[phase];
    cost.rollouts += sampled.length;
    cost.environmentSteps += sampled.reduce((sum, rollout) => sum + rollout.turns, 0);
    cost.ms += performance.now() - began;
    return sampled;
  }
}

/** The tasks of the step, with the run's action noise in their plans. */
export function trainingTasks({ environment, config, step }: Sampler): Task[] {
  const { seed, tasksPerStep, options } = config;
  return environment
    .tasks({ seed: trainingSeed(seed, step), count: tasksPerStep })
    .map((task) => withActionNoise(environment, task, options.actionNoise, seed));
}

/** A task before anything was sampled. */
export function emptyGroup(task: Task): Group {
  return { task, unguided: [], rollouts: [], search: null };
}

/** Whether max_i Y(τ_i) ≥ δ. */
export function recovered(group: readonly Rollout[], threshold: number): boolean {
  return group.some((rollout) => rollout.reward >= threshold);
}

/** 𝒢_b ← N unguided rollouts for every task (Algorithm 1, first half), sampled together. */
export async function unguidedGroups(sampler: Sampler, tasks: readonly Task[]): Promise<Group[]> {
  const N = sampler.config.groupSize;
  const requests = tasks.flatMap((task) =>
    Array.from({ length: N }, (_, i): RolloutRequest => ({
      task,
      plan: [],
      stream: stream(sampler.step, roles.unguided, task.key, i),
    })),
  );
  const sampled = await sampler.sample('collect', requests);
  return tasks.map((task, b) => {
    const unguided = sampled.slice(b * N, (b + 1) * N);
    return { task, unguided, rollouts: unguided, search: null };
  });
}

/**
 * Puts the guided rollouts of the searches into their groups: 𝒢_b ∪ 𝒢_b⁺ ('union') or 𝒢_b⁺ alone ('replace').
 * A search that found no level leaves its group unguided.
 */
export function assemble(
  groups: readonly Group[],
  searches: readonly Search[],
  assembly: AlgorithmOptions['assembly'],
): Group[] {
  const byTask = new Map(searches.map((search) => [search.task, search]));
  return groups.map((group) => {
    const search = byTask.get(group.task) ?? null;
    if (!search || search.k === null) return { ...group, search };
    const kept = assembly === 'union' ? group.unguided : [];
    return { ...group, rollouts: [...kept, ...search.rollouts], search };
  });
}
