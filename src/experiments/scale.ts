import type { RunConfig } from '../actguide/config.ts';
import type { ItemContext } from './item.ts';

const QUICK_STEPS = 8;
const QUICK_TASKS = 16;

/** A run cut down for a look: at most 8 steps, of which the last evaluates, on at most 16 tasks a level. */
export function quickRun(run: RunConfig): RunConfig {
  return {
    ...run,
    steps: Math.min(run.steps, QUICK_STEPS),
    evalTasks: Math.min(run.evalTasks, QUICK_TASKS),
  };
}

/** The context of items over `count` seeds from the run's own upwards; `base` is the name of the base policy. */
export function itemContext(run: RunConfig, base: string, count: number, quick: boolean): ItemContext {
  const seeds = Array.from({ length: count }, (_, i) => run.seed + i);
  return { base, run: quick ? quickRun(run) : run, seeds, quick };
}
