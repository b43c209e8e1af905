import type { Environment } from '../envs/types.ts';
import { ADVANTAGE_FLOOR } from './advantage.ts';
import type { Iteration } from './algorithm1.ts';
import type { Group, SamplingCost } from './collect.ts';
import type { SourceMetrics, StepMetrics, Success } from './config.ts';
import type { Source } from './objective.ts';
import { offPolicyRisk } from './offPolicyRisk.ts';
import type { Rollout } from './rollout.ts';
import { sourceOf, type TokenSums } from './update.ts';

/** An iteration and what else its metrics tell. */
export interface StepRecord extends Iteration {
  readonly step: number;
  readonly cost: Readonly<Record<'collect' | 'search', SamplingCost>>;
  readonly success: Success | null;
  readonly stepMs: number;
}

const mean = (values: readonly number[]): number =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
const meanOrNull = (values: readonly number[]): number | null => (values.length ? mean(values) : null);

/** Everything the step did as plain numbers; `docs/metrics.md` defines each field. */
export function stepMetrics(environment: Environment, record: StepRecord): StepMetrics {
  const { groups, advantages, update, cost } = record;
  const share = (holds: (group: Group, b: number) => boolean) =>
    groups.filter(holds).length / (groups.length || 1);
  const guided = groups.flatMap(({ search, task }) =>
    search?.k ? [{ k: search.k, fraction: search.k / task.plan.length }] : [],
  );
  const { unguided: free, guided: led } = update.bySource;
  const unguidedRollouts = groups.flatMap((group) => group.unguided);
  const guidedRollouts = groups.flatMap((group) => group.rollouts.filter((r) => sourceOf(r) === 'guided'));
  return {
    step: record.step,
    trainableGroups: share((_, b) => advantages[b].some((a) => Math.abs(a) > ADVANTAGE_FLOOR)),
    allFailGroups: share((group) => group.rollouts.every((rollout) => rollout.reward === 0)),
    // A group without rollouts, whose search found no level, counts as failed.
    allPassGroups: share(
      ({ rollouts }) => rollouts.length > 0 && rollouts.every((rollout) => rollout.reward > 0),
    ),
    guidedGroups: guided.length,
    kStar: meanOrNull(guided.map(({ k }) => k)),
    kStarFraction: meanOrNull(guided.map(({ fraction }) => fraction)),
    probes: groups.reduce((sum, { search }) => sum + (search?.probes.length ?? 0), 0),
    probeRollouts: groups.reduce(
      (sum, { search }) => sum + (search?.probes.reduce((size, probe) => size + probe.size, 0) ?? 0),
      0,
    ),
    rollouts: cost.collect.rollouts + cost.search.rollouts,
    environmentSteps: cost.collect.environmentSteps + cost.search.environmentSteps,
    gradNorm: update.gradNorm,
    learningRate: update.learningRate,
    kl: (free.kl + led.kl) / (free.tokens + led.tokens || 1),
    loss: record.loss ?? null,
    unguided: sourceMetrics('unguided', unguidedRollouts, free, []),
    guided: guidedRollouts.length ? sourceMetrics('guided', guidedRollouts, led, record.shifts) : null,
    rewardByLevel: environment.levels.map((_, level) =>
      meanOrNull(unguidedRollouts.filter((r) => r.task.level === level).map((r) => r.reward)),
    ),
    success: record.success,
    timing: {
      rolloutMs: cost.collect.ms,
      searchMs: cost.search.ms,
      updateMs: update.ms,
      stepMs: record.stepMs,
    },
  };
}

/** Metrics of the rollouts of one source; token sums come from the update. */
export function sourceMetrics(
  source: Source,
  rollouts: readonly Rollout[],
  sums: TokenSums,
  shifts: readonly number[],
): SourceMetrics {
  const lengths = rollouts.map((rollout) => rollout.sampled.reduce((count, bit) => count + bit, 0));
  const entropy = rollouts.reduce((sum, rollout) => sum + rollout.entropy.reduce((a, b) => a + b, 0), 0);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const perTrained = (sum: number) => sum / (sums.tokens || 1);
  const shift = source === 'guided' ? offPolicyRisk(shifts) : { mean: 0, risk: 0 };
  return {
    rollouts: rollouts.length,
    trainedTokens: sums.tokens,
    reward: mean(rollouts.map((rollout) => rollout.reward)),
    ratio: perTrained(sums.ratio),
    ratioMax: sums.ratioMax,
    clipFraction: perTrained(sums.clipped),
    kl: perTrained(sums.kl),
    entropy: entropy / (tokens || 1),
    turns: mean(rollouts.map((rollout) => rollout.turns)),
    responseLength: mean(lengths),
    logRatioShift: shift.mean,
    offPolicyRisk: shift.risk,
  };
}
