import type { StoredRun } from '../storage/index.ts';
import type { MarkerSymbol, Point, Series } from './series.ts';

/** What a comparison is drawn over: training steps, or rollouts spent, guided ones and probes counted. */
export type Axis = 'steps' | 'rollouts';

/** What the curves of a run are drawn from. */
export interface Curves {
  readonly run: Pick<StoredRun['run'], 'id' | 'name' | 'start'>;
  readonly steps: StoredRun['steps'];
}

const colors = ['--guided', '--unguided', '--third', '--level-0', '--level-3'];
const symbols: readonly MarkerSymbol[] = ['circle', 'square', 'triangle', 'diamond2', 'star'];

/** Rollouts spent after each step: [steps + 1], from 0. */
export function rolloutsSpent(steps: Curves['steps']): number[] {
  const spent = [0];
  for (const { rollouts } of steps) spent.push(spent[spent.length - 1] + rollouts);
  return spent;
}

/** Evaluations of a run, the base policy's first. */
export function evaluationsOf({
  run,
  steps,
}: Curves): { step: number; mean: number; levels: readonly number[] }[] {
  const start = run.start ? [{ step: 0, ...run.start }] : [];
  return [
    ...start,
    ...steps.flatMap(({ step, success }) => (success ? [{ step: step + 1, ...success }] : [])),
  ];
}

/** One curve a run; `level` null is the mean of the levels. */
export function successCurves(runs: readonly Curves[], level: number | null, axis: Axis): Series[] {
  return runs.map((stored, i) => {
    const spent = rolloutsSpent(stored.steps);
    return curve(
      stored,
      i,
      evaluationsOf(stored).flatMap(({ step, mean, levels }) => {
        const y = level === null ? mean : levels[level];
        return y === undefined ? [] : [{ x: axis === 'steps' ? step : spent[step], y }];
      }),
    );
  });
}

/** One curve a run of the share of trainable groups. */
export function trainableCurves(runs: readonly Curves[], axis: Axis): Series[] {
  return runs.map((stored, i) => {
    const spent = rolloutsSpent(stored.steps);
    return curve(
      stored,
      i,
      stored.steps.map(({ step, trainableGroups }) => ({
        x: axis === 'steps' ? step + 1 : spent[step + 1],
        y: trainableGroups,
      })),
    );
  });
}

function curve({ run }: Curves, i: number, points: readonly Point[]): Series {
  return {
    id: run.id,
    label: run.name,
    color: `var(${colors[i % colors.length]})`,
    symbol: symbols[i % symbols.length],
    strong: true,
    points,
  };
}

/** Last x of the curves, at least 1. */
export const lastX = (series: readonly Series[]): number =>
  Math.max(1, ...series.map(({ points }) => points.at(-1)?.x ?? 0));
