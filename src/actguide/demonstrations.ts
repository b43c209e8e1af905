import { InputError } from '../core/errors.ts';
import type { Action, Environment, Task } from '../envs/types.ts';
import { demonstratedPlan, taskById, type ActionLine } from './actionData.ts';
import type { RunConfig } from './config.ts';
import { heldOutTasks } from './evaluate.ts';

/**
 * The world with the plans of `demonstrations` in place of the reference plans, wherever their tasks are drawn. Action
 * data carries no reasoning: the expert's thoughts of such a task are silence.
 * context: tokens that the policy to be guided can read.
 * @throws InputError for a demonstration that does not earn the reward or does not fit.
 */
export function withDemonstrations<E extends Environment>(
  environment: E,
  demonstrations: readonly ActionLine[],
  context: number,
): E {
  if (demonstrations.length === 0) return environment;
  const plans = new Map<string, Action[]>();
  for (const line of demonstrations)
    try {
      plans.set(line.task, demonstratedPlan(environment, line, context).plan);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`demonstrations: ${line.task}: ${error.message} Leave it out.`, { cause: error });
    }
  const demonstrated = <T extends Task>(task: T): T => {
    const plan = plans.get(task.id);
    if (!plan) return task;
    const expertThoughts = plan.map((action) => environment.silentStep(action).slice(1, -1));
    return { ...task, plan, expertThoughts };
  };
  return { ...environment, tasks: (request) => environment.tasks(request).map(demonstrated) };
}

/**
 * The world that a run trains in: with its demonstrations, but for `sft`, whose expert thinks aloud.
 * @throws InputError as {@link withDemonstrations} does, and when a task that every step would include is held out.
 */
export function runWorld<E extends Environment>(environment: E, config: RunConfig, context: number): E {
  const { method, demonstrations = [], demonstratedTasks = 0 } = config;
  if (method === 'sft' || demonstrations.length === 0) return environment;
  if (demonstratedTasks > 0) {
    const heldOut = new Set(heldOutTasks(environment, config).flatMap((tasks) => tasks.map(({ id }) => id)));
    const shared = demonstrations.find(({ task }) => heldOut.has(task));
    if (shared)
      throw new InputError(
        `demonstrations: expected tasks that the run does not evaluate on, got ${shared.task}, which seed ${config.seed} ` +
          'holds out. Take another seed, or do not include demonstrated tasks in the steps.',
      );
  }
  return withDemonstrations(environment, demonstrations, context);
}

/**
 * Demonstrated tasks that step `step` includes: `demonstratedTasks` of them, in turn, each at most once a step.
 * environment: of {@link runWorld}.
 */
export function includedTasks(
  environment: Environment,
  { demonstrations = [], demonstratedTasks = 0, tasksPerStep }: RunConfig,
  step: number,
): Task[] {
  const count = Math.min(demonstratedTasks, tasksPerStep, demonstrations.length);
  return Array.from({ length: count }, (_, i) => {
    const { task } = demonstrations[(step * count + i) % demonstrations.length];
    return taskById(environment, task);
  });
}
