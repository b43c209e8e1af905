import type { Task } from '../envs/types.ts';
import type { Sampler } from './collect.ts';
import type { AlgorithmOptions } from './config.ts';
import { guidance } from './guidance.ts';
import type { Rollout, RolloutRequest } from './rollout.ts';
import { roles, stream } from './streams.ts';

/** One look at one guidance level. */
export interface Probe {
  readonly k: number;
  /** Rollouts with Y ≥ δ, of `size`. */
  readonly successes: number;
  readonly size: number;
  /** Whether some lower level had a higher success rate, against the monotonicity the search assumes. */
  readonly nonMonotone: boolean;
}

/** What the search for k* found for one task, or the fixed level used in its place. */
export interface Search {
  readonly task: Task;
  /** k*, or null when the group stays unguided. */
  readonly k: number | null;
  /** Whether a probe of exactly this level succeeded. */
  readonly verified: boolean;
  /** In the order they were made. */
  readonly probes: readonly Probe[];
  /** 𝒢⁺: the rollouts under g_k to train on; empty when k is null. */
  readonly rollouts: readonly Rollout[];
}

/**
 * Bisection for k* = min{k : max_i Y(τ_i^(k)) ≥ δ} (Eq. 10) over the levels of one task. Assumes that
 * recovery does not fall with k; under noise it returns a level that succeeded, not always the least.
 */
export class Bisection {
  private readonly made: Omit<Probe, 'nonMonotone'>[] = [];
  /** Least level seen to succeed, with the rollouts that did. */
  verified: { readonly k: number; readonly rollouts: readonly Rollout[] } | null = null;
  private low: number;
  private high: number;

  /** levels: K, the length of the plan. */
  constructor(
    private readonly levels: number,
    private readonly options: AlgorithmOptions,
  ) {
    this.low = options.searchFrom;
    this.high = levels;
  }

  /** The level to probe next, or null when the search is over or its budget is spent. */
  get next(): number | null {
    const { probeBudget, probeFullPlan } = this.options;
    if (probeBudget !== null && this.made.length >= probeBudget) return null;
    const open = probeFullPlan ? this.low <= this.high : this.low < this.high;
    return open ? Math.floor((this.low + this.high) / 2) : null;
  }

  /** Takes in the rollouts sampled under g_k. */
  record(k: number, rollouts: readonly Rollout[]): void {
    const successes = rollouts.filter((rollout) => rollout.reward >= this.options.successThreshold).length;
    const size = rollouts.length;
    this.made.push({ k, successes, size });
    if (successes === 0) this.low = k + 1;
    else {
      this.verified = { k, rollouts };
      // Without probing K itself the search closes in on `high`, which may be a level nobody tried.
      this.high = this.options.probeFullPlan ? k - 1 : k;
    }
  }

  /** The probes made so far, in order. */
  get probes(): Probe[] {
    const rate = (probe: { successes: number; size: number }) => probe.successes / probe.size;
    return this.made.map((probe) => ({
      ...probe,
      nonMonotone: this.made.some((other) => other.k < probe.k && rate(other) > rate(probe)),
    }));
  }

  /** The level to use: the least verified one; with 'use', failing that, where the search ended. */
  get level(): { readonly k: number | null; readonly verified: boolean } {
    const end = Math.min(this.low, this.levels);
    const least = this.verified?.k ?? null;
    if (this.options.unverified === 'skip') return { k: least, verified: least !== null };
    const k = this.options.probeFullPlan ? (least ?? end) : end;
    return { k, verified: k === least };
  }
}

/**
 * The least guidance that recovers reward (Eq. 10) for every task, in lock-step: each round samples one
 * probe for all tasks still searching in a single batch. Then the guided rollouts to train on: those of the
 * successful probe, or fresh ones where `guidedRollouts` says so or the level was never verified.
 */
export async function minimalGuidance(sampler: Sampler, tasks: readonly Task[]): Promise<Search[]> {
  const { groupSize, options } = sampler.config;
  const size = options.probeSize === 'group' ? groupSize : options.probeSize;
  const searches = tasks.map((task) => ({ task, bisection: new Bisection(task.plan.length, options) }));

  for (;;) {
    const open = searches.flatMap(({ task, bisection }) => {
      const k = bisection.next;
      return k === null ? [] : [{ task, bisection, k }];
    });
    if (open.length === 0) break;
    const requests = open.flatMap(({ task, k }) => guidedRequests(sampler.step, roles.probe, task, k, size));
    const sampled = await sampler.sample('search', requests);
    open.forEach(({ bisection, k }, i) => bisection.record(k, sampled.slice(i * size, (i + 1) * size)));
  }

  const isFresh = (verified: boolean) => options.guidedRollouts === 'fresh' || !verified;
  const fresh = await sampler.sample(
    'search',
    searches.flatMap(({ task, bisection: { level } }) =>
      level.k !== null && isFresh(level.verified)
        ? guidedRequests(sampler.step, roles.fresh, task, level.k, groupSize)
        : [],
    ),
  );
  let used = 0;
  return searches.map(({ task, bisection: { level, probes, verified } }) => {
    if (level.k === null) return { task, ...level, probes, rollouts: [] };
    const rollouts = isFresh(level.verified)
      ? fresh.slice(used, (used += groupSize))
      : (verified?.rollouts ?? []);
    return { task, ...level, probes, rollouts };
  });
}

/**
 * Guidance of a fixed strength in place of the search: N fresh rollouts under g_k, k = round(share · K), for every
 * task. No level is probed, so none is verified. share: 0..1; 1 is the whole plan.
 */
export async function fixedGuidance(
  sampler: Sampler,
  tasks: readonly Task[],
  share: number,
): Promise<Search[]> {
  const { groupSize } = sampler.config;
  const levels = tasks.map((task) => Math.round(share * task.plan.length));
  const requests = tasks.flatMap((task, b) =>
    guidedRequests(sampler.step, roles.fresh, task, levels[b], groupSize),
  );
  const sampled = await sampler.sample('search', requests);
  return tasks.map((task, b) => ({
    task,
    k: levels[b],
    verified: false,
    probes: [],
    rollouts: sampled.slice(b * groupSize, (b + 1) * groupSize),
  }));
}

/** `size` rollouts of a task under g_k; every (role, k, i) has a random stream of its own. */
function guidedRequests(
  step: number,
  role: typeof roles.probe | typeof roles.fresh,
  task: Task,
  k: number,
  size: number,
): RolloutRequest[] {
  const plan = guidance(task, k);
  return Array.from({ length: size }, (_, i) => ({
    task,
    plan,
    stream: stream(step, role, task.key, (k << 16) | i),
  }));
}
