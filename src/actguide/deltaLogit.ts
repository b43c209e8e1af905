import type { Environment } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { unguided } from './alignment.ts';
import type { Rollout } from './rollout.ts';

/** How guidance changes the prediction of one generated token. */
export interface TokenInfluence {
  /** Position in `Rollout.tokens`. */
  readonly position: number;
  /** |ΔLogit| of Eq. 5. */
  readonly deltaLogit: number;
  /** log π(z_j | z_<j, g), nats. */
  readonly guidedLogProb: number;
  /** log π(z_j | z_<j), nats. */
  readonly unguidedLogProb: number;
}

/**
 * Token-level guidance influence |ΔLogit| (Eq. 5) of every token the agent sampled in `rollout`: the mean
 * over the vocabulary of |guided − unguided| logits, each centred by its own mean because a softmax does not
 * see a common shift. Guided is the rollout's own prompt, unguided the prompt without the plan.
 */
export async function deltaLogit(
  model: LanguageModel,
  environment: Environment,
  rollout: Rollout,
): Promise<TokenInfluence[]> {
  const V = model.config.vocabulary;
  const free = unguided(environment, rollout);
  const logits = await model.logits([rollout.tokens, free.tokens]);
  const row = (position: number) => logits.subarray(position * V, (position + 1) * V);
  return free.sampledAt.map((position, j) => {
    const guided = row(position - 1);
    const alone = row(rollout.tokens.length + free.scoredAt[j]);
    const token = rollout.tokens[position];
    return {
      position,
      deltaLogit: meanCentredDifference(guided, alone),
      guidedLogProb: guided[token] - logSumExp(guided),
      unguidedLogProb: alone[token] - logSumExp(alone),
    };
  });
}

/** Mean over v of |(a_v − mean a) − (b_v − mean b)|. a, b: [V]. */
export function meanCentredDifference(a: Float32Array, b: Float32Array): number {
  const V = a.length;
  let shift = 0;
  for (let v = 0; v < V; v++) shift += (a[v] - b[v]) / V;
  let sum = 0;
  for (let v = 0; v < V; v++) sum += Math.abs(a[v] - b[v] - shift);
  return sum / V;
}

function logSumExp(logits: Float32Array): number {
  const largest = logits.reduce((max, value) => Math.max(max, value), -Infinity);
  return largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
