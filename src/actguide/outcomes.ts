import type { Rollout } from './rollout.ts';

/**
 * How a rollout ended: with the reward; by an action that ends the episode without it, such as a wrong answer; by a
 * malformed action; out of turns; out of context.
 */
export const outcomes = ['right', 'wrong', 'malformed', 'turns', 'context'] as const;
export type Outcome = (typeof outcomes)[number];

export function outcomeOf({ task, actions, reward, truncated }: Rollout): Outcome {
  if (reward > 0) return 'right';
  if (truncated !== null) return truncated;
  return actions.at(-1) === task.automaton().actions - 1 ? 'malformed' : 'wrong';
}
