import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { deltaLogit, type TokenInfluence } from './deltaLogit.ts';
import { guidance } from './guidance.ts';
import {
  barrierInterval,
  prefixPassAtK,
  type Barrier,
  type PrefixOptions,
  type PrefixReach,
} from './reachability.ts';
import { rollouts, type Rollout } from './rollout.ts';
import { roles, stream } from './streams.ts';

/** One generated token of the guided trajectory. */
export interface ProfileToken extends TokenInfluence {
  readonly word: string;
  /** 0-based turn it belongs to. */
  readonly turn: number;
  /** Place within the agent's step: 0 tool, 1 thought, 2 argument. */
  readonly slot: number;
}

/** Figure 3 for one task and one policy. */
export interface BarrierProfile {
  /** The greedy rollout under the whole plan, g_K. */
  readonly trajectory: Rollout;
  readonly tokens: readonly ProfileToken[];
  /** One point before each turn and one after the last. */
  readonly prefixes: readonly PrefixReach[];
  /** [b, b + m) in turns, null when the policy needs no help on this trajectory. */
  readonly barrier: Barrier | null;
}

/**
 * Figure 3: follows the whole plan greedily; measures |ΔLogit| at every generated token and, at every step
 * boundary, pass@K of the policy continuing alone (Eq. 5); marks the barrier. `onProgress` counts
 * continuations: `samples` for each prefix.
 */
export async function barrierProfile(
  model: LanguageModel,
  environment: Environment,
  task: Task,
  options: PrefixOptions,
): Promise<BarrierProfile> {
  const { seed, signal, capacity } = options;
  const request = {
    task,
    plan: guidance(task, task.plan.length),
    stream: stream(0, roles.guided, task.key, 0),
  };
  const [trajectory] = await rollouts(model, environment, [request], {
    seed,
    temperature: 0,
    signal,
    capacity,
  });
  const influences = await deltaLogit(model, environment, trajectory);
  signal?.throwIfAborted();
  const prefixes = await prefixPassAtK(model, environment, trajectory, options);
  const { stepTokens, words } = environment;
  return {
    trajectory,
    tokens: influences.map((influence, j) => ({
      ...influence,
      word: words[trajectory.tokens[influence.position]],
      turn: Math.floor(j / stepTokens),
      slot: j % stepTokens,
    })),
    prefixes,
    barrier: barrierInterval(prefixes),
  };
}
