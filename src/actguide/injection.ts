import type { Action, Environment, Task } from '../envs/types.ts';
import type { RolloutRequest } from './rollout.ts';

/**
 * Ways of injecting action guidance (the paper's Table 7): none; behind `go`, as a prefix that the agent seems to
 * have generated; carried out beforehand, as turns without thoughts in the history; a plan in the query, which is
 * ActGuide's way.
 */
export const injections = ['none', 'assistant', 'messages', 'query'] as const;
export type Injection = (typeof injections)[number];

/** The actions of the plan before the one that ends the episode: what every way of injecting can hold. */
export function hints(environment: Environment, task: Task): readonly Action[] {
  const automaton = task.automaton();
  let state = automaton.start;
  const end = task.plan.findIndex(({ tool, argument }) => {
    state = automaton.next[state * automaton.actions + environment.actionIndex([tool, argument])];
    return automaton.done[state] === 1;
  });
  return end < 0 ? task.plan : task.plan.slice(0, end);
}

/** The part of a request that injects `actions` into a rollout of the task in {@link injectedWorld}. */
export function inject(
  environment: Environment,
  actions: readonly Action[],
  injection: Injection,
): Pick<RolloutRequest, 'plan' | 'prefix'> {
  if (injection === 'none') return { plan: [] };
  if (injection === 'messages')
    return { plan: [], prefix: actions.map((action) => environment.silentStep(action)) };
  return { plan: actions };
}

/** The environment with plans where `injection` wants them. */
export function injectedWorld(environment: Environment, injection: Injection): Environment {
  if (injection !== 'assistant') return environment;
  return { ...environment, prompt: (task, plan) => environment.prompt(task, plan, 'assistant') };
}
