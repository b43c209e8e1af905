import { Random } from '../core/random.ts';
import type { Demonstration } from '../envs/demonstration.ts';
import { demonstration as gridDemonstration } from '../envs/grid/index.ts';
import { demonstration, pretrainingMixture, type DemonstrationMixture } from '../envs/search/index.ts';
import type { TrainablePolicy, UpdateSettings } from '../policy/types.ts';

/** Everything that determines a base policy. */
export interface PretrainSettings {
  readonly seed: number;
  readonly updates: number;
  /** Demonstrations per update. */
  readonly batch: number;
  readonly learningRate: number;
  /** Updates of linear warm-up; then the rate falls on a cosine to 2 % of its peak. */
  readonly warmupUpdates: number;
  readonly mixture: DemonstrationMixture;
  /** Share of demonstrations from the key-door grid, for a policy that knows both worlds; none if left out. */
  readonly gridShare?: number;
}

export const defaultPretraining: PretrainSettings = {
  seed: 0,
  updates: 1800,
  batch: 64,
  learningRate: 2e-3,
  warmupUpdates: 100,
  mixture: pretrainingMixture,
};

export interface PretrainProgress {
  /** 1-based. */
  readonly update: number;
  /** Mean cross-entropy of the agent's tokens, nats. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
}

/** AdamW as the base policies are trained with it. */
const adamw: Omit<UpdateSettings, 'learningRate'> = {
  beta1: 0.9,
  beta2: 0.98,
  eps: 1e-8,
  weightDecay: 0.01,
  gradClip: 1,
};

/** Learning rate of an update (0-based): warm-up, then cosine to 2 %. */
export function pretrainLearningRate(
  update: number,
  { learningRate, warmupUpdates, updates }: PretrainSettings,
): number {
  const rise = Math.min(1, (update + 1) / warmupUpdates);
  return learningRate * rise * (0.49 * (1 + Math.cos((Math.PI * update) / updates)) + 0.02);
}

/** The demonstrations of an update (0-based), a function of the settings. */
export function pretrainingBatch(
  update: number,
  { seed, batch, mixture, gridShare = 0 }: PretrainSettings,
): Demonstration[] {
  const random = new Random(seed).fork(update);
  return Array.from({ length: batch }, () =>
    gridShare > 0 && random.next() < gridShare ? gridDemonstration(random) : demonstration(random, mixture),
  );
}

/**
 * Trains `policy` on demonstrations of the search world and, if told to, of the grid: supervised cross-entropy on the agent's own tokens
 * (tool, thought, argument), never on prompts or replies. Yields after every update; stop iterating to stop.
 */
export async function* pretrain(
  policy: TrainablePolicy,
  settings: PretrainSettings,
): AsyncGenerator<PretrainProgress> {
  for (let update = 0; update < settings.updates; update++) {
    const batch = pretrainingBatch(update, settings);
    const weights = new Float32Array(batch.reduce((sum, d) => sum + d.tokens.length, 0));
    let at = 0;
    for (const d of batch) {
      weights.set(d.weights, at);
      at += d.tokens.length;
    }
    const learningRate = pretrainLearningRate(update, settings);
    const { loss, gradNorm } = await policy.supervised(
      batch.map((d) => d.tokens),
      weights,
      { ...adamw, learningRate },
    );
    yield { update: update + 1, loss, gradNorm, learningRate };
  }
}
