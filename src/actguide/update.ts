import { Random } from '../core/random.ts';
import type { Environment } from '../envs/types.ts';
import { firstTokens } from '../policy/prefixTree.ts';
import type { TrainablePolicy, UpdateSettings } from '../policy/types.ts';
import { ADVANTAGE_FLOOR } from './advantage.ts';
import { under, type Aligned } from './alignment.ts';
import type { Group } from './collect.ts';
import type { RunConfig } from './config.ts';
import { minibatches } from './minibatches.ts';
import {
  mixedObjective,
  scopeOf,
  type ObjectiveRow,
  type ObjectiveScope,
  type RowDetails,
  type Source,
} from './objective.ts';
import type { Rollout } from './rollout.ts';
import { roles } from './streams.ts';

/** Sums over the trained tokens of one source. */
export interface TokenSums {
  tokens: number;
  ratio: number;
  ratioMax: number;
  clipped: number;
  kl: number;
}

export interface UpdateResult {
  /** Optimizer updates made: at most `minibatches`, 0 when no group was trainable. */
  readonly updates: number;
  /** Mean over the updates of the gradient norm before clipping; 0 without updates. */
  readonly gradNorm: number;
  /** Learning rate of the last update, or the one the next would have. */
  readonly learningRate: number;
  readonly bySource: Readonly<Record<Source, TokenSums>>;
  /** Wall time. */
  readonly ms: number;
}

export interface UpdateInput {
  readonly step: number;
  /** Optimizer updates made before this step, for the warm-up. */
  readonly updates: number;
  readonly groups: readonly Group[];
  /** Â per group and rollout. */
  readonly advantages: readonly (readonly number[])[];
}

/**
 * Adam's ε, as is usual in PPO. With 1e-8 the tiny gradients of tokens that the policy never says are scaled up to
 * full steps: pushed off a wrong query, it then drifts to tokens that mean nothing, and stays there.
 */
const ADAM_EPS = 1e-5;

interface Row {
  readonly source: Source;
  readonly advantage: number;
  /** Under the prompt it is trained under. */
  readonly aligned: Aligned;
  /** [T_i] of the tokens the agent sampled, as are those of {@link ObjectiveRow}. */
  readonly oldLogProb: readonly number[];
  referenceLogProb: readonly number[];
}

/** How a rollout was sampled, which decides the denominator of Eq. 12. */
export function sourceOf(rollout: Rollout): Source {
  return rollout.k > 0 ? 'guided' : 'unguided';
}

/** Learning rate of the update after `updates` others: linear warm-up, then constant. */
export function warmup(config: Pick<RunConfig, 'learningRate' | 'warmupUpdates'>, updates: number): number {
  return config.learningRate * Math.min(1, (updates + 1) / Math.max(1, config.warmupUpdates));
}

/**
 * Updates π_θ(· | x) by the mixed objective (Eq. 11, 12): rollouts with a non-zero advantage, dealt by (seed, step)
 * into minibatches that each hold their share of every group, one AdamW update each. Every row is trained under the
 * *unguided* prompt, guided rows with their guided log-probabilities as denominator; with `guidedPrompt: 'guided'`
 * (the paper's −Mixed) guided rows keep their own prompt in the numerator and the reference too.
 */
export async function updatePolicy(
  policy: TrainablePolicy,
  environment: Environment,
  config: RunConfig,
  { step, updates, groups, advantages }: UpdateInput,
): Promise<UpdateResult> {
  const began = performance.now();
  const strata = groups.flatMap((group, b) => trainedRows(environment, config, group, advantages[b]));
  await scoreReference(policy, strata.flat());
  const random = new Random(config.seed).fork(step).fork(roles.shuffle);
  const batches = minibatches(strata, config.minibatches, random);
  const scope = shareOf(groups, batches.length);
  const bySource = { unguided: emptySums(), guided: emptySums() };
  let made = 0;
  let gradNorm = 0;
  let descent: Promise<{ readonly gradNorm: number }> | undefined;
  for (const minibatch of batches) {
    // Laid out and sent off while the GPU is still at the step before.
    const [scored, last] = await both(scoreRows(policy, minibatch), descent);
    gradNorm += last?.gradNorm ?? 0;
    const dLogProb = gradientOf(scored, config, scope, bySource);
    descent = policy.backward(dLogProb, optimizer(config, warmup(config, updates + made)));
    made++;
  }
  gradNorm += (await descent)?.gradNorm ?? 0;
  return {
    updates: made,
    gradNorm: made ? gradNorm / made : 0,
    learningRate: warmup(config, updates + Math.max(0, made - 1)),
    bySource,
    ms: performance.now() - began,
  };
}

/** The rows of a group that teach: first the unguided ones, then the guided ones. */
function trainedRows(
  environment: Environment,
  { options }: RunConfig,
  group: Group,
  advantages: readonly number[],
): Row[][] {
  const rows = group.rollouts.flatMap((rollout, i): Row[] => {
    if (Math.abs(advantages[i]) <= ADVANTAGE_FLOOR || !rollout.sampled.includes(1)) return [];
    const aligned = under(environment, rollout, options.guidedPrompt === 'guided' ? rollout.plan : []);
    const oldLogProb = aligned.sampledAt.map((t) => rollout.logProb[t]);
    return [
      { source: sourceOf(rollout), advantage: advantages[i], aligned, oldLogProb, referenceLogProb: [] },
    ];
  });
  return (['unguided', 'guided'] as const).map((source) => rows.filter((row) => row.source === source));
}

/**
 * What each of `parts` minibatches takes its means over: its part of all rollouts of the step, those without
 * advantage included. So a step with little to learn from moves the policy little.
 */
function shareOf(groups: readonly Group[], parts: number): ObjectiveScope {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const whole = scopeOf(
    rollouts.map((rollout) => ({
      source: sourceOf(rollout),
      T: rollout.sampled.reduce((count, bit) => count + bit, 0),
    })),
  );
  return {
    tokens: whole.tokens / parts,
    rollouts: whole.rollouts / parts,
    unguided: whole.unguided / parts,
  };
}

/** Fills in log π_ref of every row: once a step, for the reference does not move. */
async function scoreReference(policy: TrainablePolicy, rows: readonly Row[]): Promise<void> {
  const sequences = rows.map(({ aligned }) => aligned.tokens);
  const first = firstTokens(sequences);
  const at = rows.map(({ aligned }) => aligned.scoredAt);
  const scores = await policy.scoreReference(sequences, at);
  rows.forEach((row, i) => (row.referenceLogProb = row.aligned.scoredAt.map((t) => scores[first[i] + t])));
}

/** Both values; if one fails, once the other is over too, so that no work on the GPU outlives the failure. */
async function both<A, B>(a: Promise<A>, b: Promise<B> | undefined): Promise<[A, B | undefined]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

interface Scored {
  readonly minibatch: readonly Row[];
  /** Index of each sequence's first token in `logProb`. */
  readonly first: readonly number[];
  /** [ΣT_i] of the whole sequences. */
  readonly logProb: Float32Array;
}

/** Forward for one minibatch. */
async function scoreRows(policy: TrainablePolicy, minibatch: readonly Row[]): Promise<Scored> {
  const sequences = minibatch.map(({ aligned }) => aligned.tokens);
  const at = minibatch.map(({ aligned }) => aligned.scoredAt);
  const { logProb } = await policy.forward(sequences, at);
  return { minibatch, first: firstTokens(sequences), logProb };
}

/** dL/dlogProb [ΣT_i] of the objective over one minibatch; adds to the sums. */
function gradientOf(
  { minibatch, first, logProb }: Scored,
  { options }: RunConfig,
  scope: ObjectiveScope,
  bySource: Record<Source, TokenSums>,
): Float32Array {
  const objectiveRows = minibatch.map((row, i): ObjectiveRow => ({
    ...row,
    logProb: row.aligned.scoredAt.map((t) => logProb[first[i] + t]),
  }));
  const { rows } = mixedObjective(objectiveRows, options, scope);
  const dLogProb = new Float32Array(logProb.length);
  rows.forEach((details, i) => {
    minibatch[i].aligned.scoredAt.forEach((t, j) => (dLogProb[first[i] + t] = details.gradient[j]));
    addTokens(bySource[minibatch[i].source], details);
  });
  return dLogProb;
}

/** AdamW as all methods train with it. */
export function optimizer({ gradClip }: Pick<RunConfig, 'gradClip'>, learningRate: number): UpdateSettings {
  return { learningRate, beta1: 0.9, beta2: 0.999, eps: ADAM_EPS, weightDecay: 0, gradClip };
}

export function emptySums(): TokenSums {
  return { tokens: 0, ratio: 0, ratioMax: 0, clipped: 0, kl: 0 };
}

function addTokens(sums: TokenSums, { ratio, clipped, kl }: RowDetails): void {
  for (let t = 0; t < ratio.length; t++) {
    sums.tokens++;
    sums.ratio += ratio[t];
    sums.ratioMax = Math.max(sums.ratioMax, ratio[t]);
    sums.clipped += clipped[t];
    sums.kl += kl[t];
  }
}
