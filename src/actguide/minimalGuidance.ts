import type { Task } from '../envs/types.ts';
import type { Sampler } from './collect.ts';
import type { AlgorithmOptions } from './config.ts';
import { guidance } from './guidance.ts';
import type { Rollout } from './rollout.ts';
import { finished, recovery, type Asker, type Draw } from './rolloutPool.ts';
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
  private made = 0;
  /** Least level seen to succeed. */
  verified: number | null = null;
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
    if (probeBudget !== null && this.made >= probeBudget) return null;
    const open = probeFullPlan ? this.low <= this.high : this.low < this.high;
    return open ? Math.floor((this.low + this.high) / 2) : null;
  }

  /** The levels that may be among the next `count` probes, whatever their outcomes, the next one first. */
  upcoming(count: number): number[] {
    const k = this.next;
    if (k === null || count === 0) return [];
    const after = [true, false].flatMap((recovered) => {
      const copy = Object.assign(new Bisection(this.levels, this.options), this);
      copy.record(k, recovered);
      return copy.upcoming(count - 1);
    });
    return [k, ...after];
  }

  /** Takes in whether rollouts under g_k recovered reward. */
  record(k: number, recovered: boolean): void {
    this.made++;
    if (!recovered) this.low = k + 1;
    else {
      this.verified = k;
      // Without probing K itself the search closes in on `high`, which may be a level nobody tried.
      this.high = this.options.probeFullPlan ? k - 1 : k;
    }
  }

  /** The level to use: the least verified one; with 'use', failing that, where the search ended. */
  get level(): { readonly k: number | null; readonly verified: boolean } {
    const end = Math.min(this.low, this.levels);
    const least = this.verified;
    if (this.options.unverified === 'skip') return { k: least, verified: least !== null };
    const k = this.options.probeFullPlan ? (least ?? end) : end;
    return { k, verified: k === least };
  }
}

/** Probes whose rollouts are on their way at once: the next level, and the two that may follow it. */
const PROBES_AT_ONCE = 2;

/**
 * The least guidance that recovers reward (Eq. 10) for one task, and the guided rollouts to train on: those of the
 * successful probe, or fresh ones where `guidedRollouts` says so or the level was never verified. The next level is
 * probed as soon as the outcome of the last is certain, while its other rollouts go on. The levels that may come next
 * are sampled ahead, and withdrawn when the outcome rules them out: the search is the same, in fewer turns.
 */
export function* minimalGuidance(sampler: Sampler, task: Task): Asker<Search> {
  const { groupSize, options } = sampler.config;
  const size = options.probeSize === 'group' ? groupSize : options.probeSize;
  const bisection = new Bisection(task.plan.length, options);
  const probes: Draw[] = [];
  const ahead = new Map<number, Draw>();
  for (let k = bisection.next; k !== null; k = bisection.next) {
    const upcoming = bisection.upcoming(PROBES_AT_ONCE);
    for (const level of upcoming)
      if (!ahead.has(level)) ahead.set(level, drawGuided(sampler, roles.probe, task, level, size, 'ahead'));
    withdraw([...ahead].filter(([level]) => !upcoming.includes(level)).map(([, draw]) => draw));
    const probe = ahead.get(k) as Draw;
    probe.standing = 'asked';
    probes.push(probe);
    bisection.record(k, yield* recovery(probe, options.successThreshold));
  }
  withdraw([...ahead.values()]);
  const { k, verified } = bisection.level;
  const fresh = options.guidedRollouts === 'fresh' || !verified;
  const kept = k === null || !fresh ? [] : [drawGuided(sampler, roles.fresh, task, k, groupSize)];
  yield () => [...probes, ...kept].every((draw) => draw.over);
  const probed = probes.map(({ rollouts }) => rollouts);
  const guided = fresh ? kept[0]?.rollouts : probed.find(([rollout]) => rollout.k === k);
  return { task, k, verified, probes: outcomes(probed, options), rollouts: guided ?? [] };
}

/** Gives up those draws that were only sampled ahead. */
function withdraw(draws: readonly Draw[]): void {
  for (const draw of draws) if (draw.standing === 'ahead') draw.standing = 'withdrawn';
}

/** What each probe of a task saw: rollouts under one level each. */
export function outcomes(
  probes: readonly (readonly Rollout[])[],
  { successThreshold }: Pick<AlgorithmOptions, 'successThreshold'>,
): Probe[] {
  const made = probes.map((rollouts) => {
    const successes = rollouts.filter((rollout) => rollout.reward >= successThreshold).length;
    return { k: rollouts[0].k, successes, size: rollouts.length };
  });
  const rate = (probe: { successes: number; size: number }) => probe.successes / probe.size;
  return made.map((probe) => ({
    ...probe,
    nonMonotone: made.some((other) => other.k < probe.k && rate(other) > rate(probe)),
  }));
}

/**
 * Guidance of a fixed strength in place of the search: N fresh rollouts under g_k, k = round(share · K). No level is
 * probed, so none is verified. share: 0..1; 1 is the whole plan.
 */
export function* fixedGuidance(sampler: Sampler, task: Task, share: number): Asker<Search> {
  const k = Math.round(share * task.plan.length);
  const draw = drawGuided(sampler, roles.fresh, task, k, sampler.config.groupSize);
  return { task, k, verified: false, probes: [], rollouts: yield* finished(draw) };
}

/** `size` rollouts of a task under g_k; every (role, k, i) has a random stream of its own. */
function drawGuided(
  sampler: Sampler,
  role: typeof roles.probe | typeof roles.fresh,
  task: Task,
  k: number,
  size: number,
  standing: 'asked' | 'ahead' = 'asked',
): Draw {
  const plan = guidance(task, k);
  const requests = Array.from({ length: size }, (_, i) => ({
    task,
    plan,
    stream: stream(sampler.step, role, task.key, (k << 16) | i),
  }));
  return sampler.draw('search', requests, standing);
}
