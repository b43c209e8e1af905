import { InputError, LabError } from '../core/errors.ts';
import type { Action, Environment, Task } from '../envs/types.ts';

/**
 * Guidance g_k = (α̃_1, …, α̃_k), the first k actions of the task's reference plan (Eq. 6); g_0 = ∅.
 * @throws LabError when k is not an integer in 0..K, K the length of the plan.
 */
export function guidance(task: Task, k: number): readonly Action[] {
  if (!Number.isInteger(k) || k < 0 || k > task.plan.length)
    throw new LabError(
      `guidance: expected a level from 0 to ${task.plan.length} for ${task.id}, got ${k}. ` +
        'The highest level is the length of the plan.',
    );
  return task.plan.slice(0, k);
}

/** The ordered family g_0 ≺ g_1 ≺ … ≺ g_K of a task (Eq. 6): K + 1 plans. */
export function guidanceLevels(task: Task): (readonly Action[])[] {
  return Array.from({ length: task.plan.length + 1 }, (_, k) => guidance(task, k));
}

/** Prompt tokens that condition the policy on (x, g_k). */
export function guidedPrompt(environment: Environment, task: Task, k: number): number[] {
  return environment.prompt(task, guidance(task, k));
}

/**
 * A plan that a person wrote: actions such as `visit Ada`, separated by commas, semicolons or line ends.
 * @throws InputError naming the action that is unknown and those that are known, or a plan longer than the task.
 */
export function parsePlan(environment: Environment, task: Task, text: string): Action[] {
  const parts = text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > task.maxTurns)
    throw new InputError(
      `plan: expected at most ${task.maxTurns} actions, the turns of the task, got ${parts.length}. Shorten it.`,
    );
  return parts.map((part) => environment.parseAction(part));
}
