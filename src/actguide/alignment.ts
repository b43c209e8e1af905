import type { Action, Environment } from '../envs/types.ts';
import type { Rollout } from './rollout.ts';

/** A rollout's generated tokens behind a prompt of our choice. */
export interface Aligned {
  /** The prompt, then everything that followed the rollout's own prompt. */
  readonly tokens: readonly number[];
  /** [T_i] For each token the agent sampled: its position in `Rollout.tokens`. */
  readonly sampledAt: readonly number[];
  /** [T_i] For each of them: the position in `tokens` whose prediction scores it, one before its own. */
  readonly scoredAt: readonly number[];
}

/**
 * Moves a rollout from the prompt it was sampled under (x, g_k) to the unguided prompt x, as training and
 * inference see it: the numerator of Eq. 12.
 */
export function unguided(environment: Environment, rollout: Rollout): Aligned {
  return under(environment, rollout, []);
}

/** Moves a rollout to the prompt with `plan`: every generated token moves by the prompts' difference in length. */
export function under(environment: Environment, rollout: Rollout, plan: readonly Action[]): Aligned {
  const prompt = environment.prompt(rollout.task, plan);
  const shift = prompt.length - rollout.promptLength;
  const sampledAt: number[] = [];
  rollout.sampled.forEach((bit, position) => {
    if (bit) sampledAt.push(position);
  });
  return {
    tokens: [...prompt, ...rollout.tokens.slice(rollout.promptLength)],
    sampledAt,
    scoredAt: sampledAt.map((position) => position + shift - 1),
  };
}
