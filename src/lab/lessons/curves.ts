import type { RecordedRun } from '../../workers/recording.ts';
import type { Evaluation, Series } from '../series.ts';

/** Evaluations of a recorded run up to a step, the base policy's first. */
export function evaluationsOf(
  { start, steps }: RecordedRun,
  upTo = Infinity,
): { step: number; mean: number; levels: readonly number[] }[] {
  const later = steps.flatMap(({ step, success }) => (success ? [{ step: step + 1, ...success }] : []));
  return [{ step: 0, ...start }, ...later].filter(({ step }) => step <= upTo);
}

/** The same as a live run keeps them. */
export const asEvaluations = (run: RecordedRun, upTo: number): Evaluation[] =>
  evaluationsOf(run, upTo).map(({ step, mean, levels }) => ({ step, success: { mean, levels } }));

/** Mean unguided success of several recorded runs, or that of one level, up to a step. */
export function runCurves(
  runs: readonly { run: RecordedRun; color: string; symbol: Series['symbol'] }[],
  upTo: number,
  level: number | null = null,
): Series[] {
  return runs.map(({ run, color, symbol }) => ({
    id: run.name,
    label: run.name,
    color,
    symbol,
    strong: true,
    points: evaluationsOf(run, upTo).map(({ step, mean, levels }) => ({
      x: step,
      y: level === null ? mean : levels[level],
    })),
  }));
}
