import type { RunConfig, Success } from '../../actguide/config.ts';
import { evaluate, type EvaluateOptions } from '../../actguide/evaluate.ts';
import type { ItemContext } from '../item.ts';
import {
  plainWorld,
  probing,
  type PolicySource,
  type Probe,
  type Probing,
  type WorldSpec,
} from '../units.ts';

export interface EvaluationArgs
  extends
    Pick<RunConfig, 'seed' | 'evalTasks' | 'temperature'>,
    Pick<EvaluateOptions, 'guided' | 'injection' | 'turnBudget'> {}

/** Success on held-out tasks of a world, level by level: one rollout a task. */
export const evaluationProbe: Probe<EvaluationArgs, Success> = {
  name: 'evaluation',
  version: 1,
  work: 0.5,
  async *run(policy, environment, { guided, injection, turnBudget, ...held }, { signal }) {
    yield 0;
    return evaluate(policy, environment, held, { guided, injection, turnBudget, signal });
  },
};

/** Evaluates a policy with the context's number of tasks and temperature. */
export function evaluation(
  { run }: ItemContext,
  on: PolicySource,
  seed: number,
  options: Pick<EvaluationArgs, 'guided' | 'injection' | 'turnBudget'> = {},
  world: WorldSpec = plainWorld,
): Probing<Success> {
  const { evalTasks, temperature } = run;
  return probing(evaluationProbe, on, world, { seed, evalTasks, temperature, ...options });
}
