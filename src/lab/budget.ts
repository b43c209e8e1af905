import type { StepMetrics } from '../actguide/config.ts';

export interface SideState {
  /** Rollouts spent so far. */
  readonly rollouts: number;
  /** Paused, waiting for its turn. */
  readonly idle: boolean;
  /** Has made all its steps. */
  readonly done: boolean;
}

/** All rollouts of a run's training steps, probes included. */
export const spent = (metrics: readonly StepMetrics[]): number =>
  metrics.reduce((sum, { rollouts }) => sum + rollouts, 0);

/**
 * Whose turn it is: the side that has spent less and is under the budget; `wait` while one works, `end` when both are
 * done or have spent it. So the two stay within one step's rollouts of each other.
 */
export function nextSide(sides: readonly SideState[], budget: number): number | 'wait' | 'end' {
  if (sides.some(({ idle, done }) => !idle && !done)) return 'wait';
  const open = sides.flatMap(({ rollouts, done }, i) => (!done && rollouts < budget ? [i] : []));
  if (open.length === 0) return 'end';
  return open.reduce((least, i) => (sides[i].rollouts < sides[least].rollouts ? i : least));
}
