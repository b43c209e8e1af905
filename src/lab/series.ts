import type { SourceMetrics, StepMetrics, Success } from '../actguide/config.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type MarkerSymbol = 'circle' | 'square' | 'triangle' | 'diamond2' | 'star';

/** One curve: plain data for a chart. A measurement that does not exist has no point. */
export interface Series {
  readonly id: string;
  readonly label: string;
  /** A CSS colour, as a rule `var(--…)`. */
  readonly color: string;
  readonly symbol?: MarkerSymbol;
  readonly dashed?: boolean;
  readonly strong?: boolean;
  readonly points: readonly Point[];
}

export interface Evaluation {
  readonly step: number;
  readonly success: Success;
}

const levelSymbols: readonly MarkerSymbol[] = ['circle', 'square', 'triangle', 'diamond2', 'star'];

/** Colour and symbol of a level, the same wherever the level appears. */
export function levelStyle(level: number): { color: string; symbol: MarkerSymbol } {
  return { color: `var(--level-${level % 5})`, symbol: levelSymbols[level % levelSymbols.length] };
}

/** Unguided success of each level and their mean, over training steps. */
export function successSeries(evaluations: readonly Evaluation[], levelNames: readonly string[]): Series[] {
  const mean: Series = {
    id: 'mean',
    label: 'mean',
    color: 'var(--ink)',
    strong: true,
    points: evaluations.map(({ step, success }) => ({ x: step, y: success.mean })),
  };
  const levels = levelNames.map((label, level) => ({
    id: `level-${level}`,
    label,
    ...levelStyle(level),
    points: evaluations.map(({ step, success }) => ({ x: step, y: success.levels[level] })),
  }));
  return [...levels, mean];
}

/** A curve of one number of each step, the first at x = 1; null leaves a gap. */
export function metricSeries(
  metrics: readonly StepMetrics[],
  style: Omit<Series, 'points'>,
  value: (metrics: StepMetrics) => number | null | undefined,
): Series {
  const points = metrics.flatMap((m, i) => {
    const y = value(m);
    return y === null || y === undefined || !Number.isFinite(y) ? [] : [{ x: i + 1, y }];
  });
  return { ...style, points };
}

/** The same quantity for unguided and guided rollouts. */
export function bySource(
  metrics: readonly StepMetrics[],
  value: (source: SourceMetrics) => number,
): [unguided: Series, guided: Series] {
  const of = (source: 'unguided' | 'guided', symbol: MarkerSymbol): Series =>
    metricSeries(metrics, { id: source, label: source, color: `var(--${source})`, symbol }, (m) => {
      const rollouts = m[source];
      return rollouts && rollouts.trainedTokens > 0 ? value(rollouts) : null;
    });
  return [of('unguided', 'circle'), of('guided', 'square')];
}

/** Top of a y axis that starts at zero: the largest value rounded up to few digits. */
export function niceTop(series: readonly Series[], least = 0): number {
  let top = least;
  for (const { points } of series) for (const { y } of points) top = Math.max(top, y);
  if (top <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(top));
  return ([1, 2, 2.5, 3, 4, 5, 6, 8, 10].find((m) => m * power >= top * (1 - 1e-9)) ?? 10) * power;
}

/** Ticks of a y axis from 0 to `top`: quarters where there is room, halves where there is not. */
export function axisTicks(top: number, height: number): number[] {
  const parts = height > 160 ? 4 : 2;
  return Array.from({ length: parts + 1 }, (_, i) => (top * i) / parts);
}

/** Whole steps for an x axis from 0 to `max`, at most eight intervals. */
export function stepTicks(max: number): number[] {
  const rough = Math.max(1, max / 8);
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(max / interval) + 1 }, (_, i) => i * interval);
}

/** A point with the style of its curve: x, y, id, color, symbol, dashed, strong. */
export type ChartRow = Record<string, string | number | boolean>;

/** All points of all curves in one list, for a single mark to draw. */
export function rowsOf(series: readonly Series[]): ChartRow[] {
  return series.flatMap(({ points, id, color, symbol = 'circle', dashed = false, strong = false }) =>
    points.map(({ x, y }) => ({ x, y, id, color, symbol, dashed, strong })),
  );
}

/** Rows of a chart's table: the union of x values in order, a column a series. */
export function tableRows(series: readonly Series[]): { x: number; values: (number | undefined)[] }[] {
  const columns = series.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  const steps = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  return steps.map((x) => ({ x, values: columns.map((column) => column.get(x)) }));
}

/** Milliseconds until the last step, from the median of the latest steps; null before the first. */
export function remainingMs(metrics: readonly StepMetrics[], steps: number): number | null {
  if (metrics.length === 0) return null;
  const recent = metrics.slice(-8).map((m) => m.timing.stepMs);
  recent.sort((a, b) => a - b);
  return recent[recent.length >> 1] * Math.max(0, steps - metrics.length);
}
