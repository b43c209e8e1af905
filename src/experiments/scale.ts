import type { RunConfig } from '../actguide/config.ts';

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
