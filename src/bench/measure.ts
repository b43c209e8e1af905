/** Times of one task, in milliseconds. */
export interface Timing {
  readonly medianMs: number;
  /** Quartiles: half of the turns lie between them. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly turns: number;
}

export interface Task {
  run(): Promise<unknown>;
}

/** Linear between the two nearest values. `sorted` is ascending and not empty. */
function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Median and quartiles of times. */
export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const [lowMs, medianMs, highMs] = [0.25, 0.5, 0.75].map((q) => quantile(sorted, q));
  return { medianMs, lowMs, highMs, turns: times.length };
}

/** Milliseconds that `run` takes. */
export async function time(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Times tasks in turns, one run of each a turn and each turn starting with another task: what else the machine does
 * meets all of them alike, so their ratio holds where their times do not. `watch` hears of every turn before it begins.
 */
export async function interleave(
  tasks: readonly Task[],
  turns: number,
  watch?: (turn: number) => void,
): Promise<Timing[]> {
  const times = tasks.map((): number[] => []);
  for (let turn = 0; turn < turns; turn++) {
    watch?.(turn);
    for (let i = 0; i < tasks.length; i++) {
      const at = (i + turn) % tasks.length;
      times[at].push(await time(() => tasks[at].run()));
    }
  }
  return times.map(timingOf);
}
