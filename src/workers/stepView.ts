import type { Iteration } from '../actguide/algorithm1.ts';
import { ADVANTAGE_FLOOR } from '../actguide/advantage.ts';
import type { Rollout } from '../actguide/rollout.ts';
import { sourceOf } from '../actguide/update.ts';
import type { SearchTask, SearchWorld } from '../envs/search/world.ts';
import { InputError } from '../core/errors.ts';
import type { GroupRef, GroupView, StepView } from './inspection.ts';
import { questionInWords, actionsInWords } from './words.ts';

/** One iteration as plain data; `step` counts the steps done. */
export function stepView(world: SearchWorld, { groups, advantages }: Iteration, step: number): StepView {
  return {
    step,
    groups: groups.map(({ task, rollouts, search }, b): GroupView => ({
      taskId: task.id,
      level: task.level,
      question: questionInWords(task as SearchTask),
      plan: actionsInWords(world, task.plan),
      outcome: outcomeOf(rollouts, advantages[b]),
      rollouts: rollouts.map((rollout, i) => ({
        source: sourceOf(rollout),
        k: rollout.k,
        reward: rollout.reward,
        advantage: advantages[b][i],
        turns: rollout.turns,
        actions: rollout.turnStarts.map((at) =>
          world.text([rollout.tokens[at], rollout.tokens[at + world.stepTokens - 1]]),
        ),
      })),
      search: search && { k: search.k, verified: search.verified, probes: search.probes },
    })),
  };
}

function outcomeOf(rollouts: readonly Rollout[], advantages: readonly number[]): GroupView['outcome'] {
  if (advantages.some((advantage) => Math.abs(advantage) > ADVANTAGE_FLOOR)) return 'trainable';
  return rollouts.every(({ reward }) => reward > 0) ? 'allPass' : 'allFail';
}

/** A rollout of the last step with what its update knew of it. */
export interface Inspected {
  readonly rollout: Rollout;
  readonly advantage: number;
  readonly groupRewards: readonly number[];
}

/** @throws InputError when the reference names no rollout of the last step. */
export function inspected(iteration: Iteration | null, stepsDone: number, ref: GroupRef): Inspected {
  const group = iteration?.groups[ref.group];
  const rollout = group?.rollouts[ref.rollout];
  if (!iteration || !group || !rollout || ref.step !== stepsDone)
    throw new InputError(
      `inspect: expected a rollout of step ${stepsDone}, got rollout ${ref.rollout} of group ${ref.group} of step ` +
        `${ref.step}. The run has gone on; choose a rollout of its latest step.`,
    );
  return {
    rollout,
    advantage: iteration.advantages[ref.group][ref.rollout],
    groupRewards: group.rollouts.map(({ reward }) => reward),
  };
}
