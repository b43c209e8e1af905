import { evaluationSeed } from '../envs/seeds.ts';
import type { Environment, Task } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import type { RunConfig, Success } from './config.ts';
import { hints, inject, injectedWorld, type Injection } from './injection.ts';
import { rollouts, type RolloutOptions, type RolloutRequest } from './rollout.ts';
import { roles, stream } from './streams.ts';

/** Held-out tasks of a run: `evalTasks` per level, from seeds that no training step uses. */
export function heldOutTasks(
  environment: Environment,
  config: Pick<RunConfig, 'seed' | 'evalTasks'>,
): Task[][] {
  return environment.levels.map((_, level) =>
    environment.tasks({ seed: evaluationSeed(config.seed, level), count: config.evalTasks, level }),
  );
}

export interface EvaluateOptions extends Pick<RolloutOptions, 'signal' | 'onProgress' | 'capacity'> {
  /** Plan in the prompt: none (the default), or the whole reference plan. */
  readonly guided?: 'none' | 'full';
  /** Instead: the plan's actions but the one that ends the episode, injected this way (Table 7). */
  readonly injection?: Injection;
  /** Turn limit in place of the tasks' own (Table 3). */
  readonly turnBudget?: number;
  /** What {@link heldOutTasks} gave, to be kept between evaluations: tasks compile on first use. */
  readonly heldOut?: readonly (readonly Task[])[];
}

/**
 * Success rate per level, unguided unless asked: one rollout for every held-out task. The random streams
 * depend on the tasks alone, so evaluations of one run at different steps differ by the policy only.
 */
export async function evaluate(
  model: LanguageModel,
  environment: Environment,
  config: Pick<RunConfig, 'seed' | 'evalTasks' | 'temperature'>,
  { guided = 'none', injection, turnBudget, heldOut, ...observer }: EvaluateOptions = {},
): Promise<Success> {
  const tasks = heldOut ?? heldOutTasks(environment, config);
  const requests = tasks.flat().map((task, i): RolloutRequest => ({
    task: turnBudget === undefined ? task : { ...task, maxTurns: turnBudget },
    ...(injection
      ? inject(environment, hints(environment, task), injection)
      : { plan: guided === 'full' ? task.plan : [] }),
    stream: stream(0, roles.evaluation, task.key, i),
  }));
  const { seed, temperature } = config;
  const world = injectedWorld(environment, injection ?? 'query');
  const sampled = await rollouts(model, world, requests, { seed, temperature, ...observer });
  let at = 0;
  const levels = tasks.map((level) => {
    const wins = sampled.slice(at, (at += level.length)).reduce((sum, rollout) => sum + rollout.reward, 0);
    return wins / level.length;
  });
  return { mean: levels.reduce((sum, level) => sum + level, 0) / levels.length, levels };
}
