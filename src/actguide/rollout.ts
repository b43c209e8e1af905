import type { Action, Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { finished, RolloutPool } from './rolloutPool.ts';

/** One agent step as tokens: tool, thought, argument. */
export type Step = readonly number[];

export interface RolloutRequest {
  readonly task: Task;
  /** The plan in the prompt: g_k by {@link guidance}, or any other; empty samples the unguided policy. */
  readonly plan: readonly Action[];
  /** u32 random stream; a rollout is a function of (seed, stream) alone, whatever it is batched with. */
  readonly stream: number;
  /** Steps replayed through the environment before the policy takes over. */
  readonly prefix?: readonly Step[];
}

export interface RolloutOptions {
  readonly seed: number;
  /** Softmax temperature; 0 is greedy. */
  readonly temperature: number;
  /** Most sequences at once; by default what fits 256 MiB of keys and values, at most 512 turn by turn. */
  readonly capacity?: number;
  /**
   * Whether episodes are sampled whole on the GPU (`LanguageModel.episodes`) or turn by turn by a decoder; by default
   * as the model prefers. Both make the same draws, up to rounding in the logits.
   */
  readonly fused?: boolean;
  readonly signal?: AbortSignal;
  /** Called as rollouts finish. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A finished rollout τ. Arrays are [T], T = tokens.length; entry t belongs to token t itself. */
export interface Rollout {
  readonly task: Task;
  /** The plan it was sampled under. */
  readonly plan: readonly Action[];
  /** k: the number of planned actions; 0 is unguided. */
  readonly k: number;
  /** Tokens of the prompt, plan included. */
  readonly promptLength: number;
  /** Prompt, agent steps and observations. */
  readonly tokens: readonly number[];
  /** 1 where the agent sampled the token; prompt, replayed prefix and observations are 0. */
  readonly sampled: Uint8Array;
  /** log π(token | prefix, plan) of the behaviour policy at temperature 1; 0 where not sampled. */
  readonly logProb: Float32Array;
  /** Entropy of the behaviour policy's distribution, nats; 0 where not sampled. */
  readonly entropy: Float32Array;
  /** First token of each turn: [turns]. */
  readonly turnStarts: readonly number[];
  /** Automaton state before the first turn and after each: [turns + 1]. */
  readonly states: readonly number[];
  /** Automaton action of each turn: [turns]. */
  readonly actions: readonly number[];
  /** Y(τ), 0 or 1. */
  readonly reward: number;
  /** Turns taken, the replayed prefix included. */
  readonly turns: number;
  /** Why it ended without the environment ending it, which is a failure. */
  readonly truncated: 'turns' | 'context' | null;
}

/**
 * Samples a rollout τ ~ π(· | x, plan) for every request, all of them at once ({@link RolloutPool}): turn by turn, or whole
 * with the GPU taking the environment's steps too, see {@link RolloutOptions.fused}.
 * Results are in the order of the requests. An episode that outgrows the context ends as a failure.
 * @throws LabError when the environment stays silent in an unfinished episode, or `fused` is asked of a model that cannot; the signal's reason when aborted.
 */
export async function rollouts(
  model: LanguageModel,
  environment: Environment,
  requests: readonly RolloutRequest[],
  options: RolloutOptions,
): Promise<Rollout[]> {
  const pool = new RolloutPool(model, environment, options);
  const [sampled] = await pool.run([finished(pool.draw(requests))]);
  return sampled;
}
