import { meanInterval, mean } from '../core/statistics.ts';
import type { Point } from './figure.ts';
import type { Results, Row } from './item.ts';
import type { TrainingRecord } from './store.ts';
import type { Training } from './units.ts';

/** One setting of an item: the same training from each seed. */
export interface Variant {
  readonly name: string;
  readonly unit: (seed: number) => Training;
}

/** A run that is there. */
export interface Run {
  readonly variant: string;
  readonly seed: number;
  readonly record: TrainingRecord;
}

export const unitsOf = (variants: readonly Variant[], seeds: readonly number[]): Training[] =>
  seeds.flatMap((seed) => variants.map(({ unit }) => unit(seed)));

/** The runs of the variants that have a record, by variant and seed. */
export function runsOf(variants: readonly Variant[], seeds: readonly number[], results: Results): Run[] {
  return variants.flatMap(({ name, unit }) =>
    seeds.flatMap((seed) => {
      const record = results.of(unit(seed));
      return record ? [{ variant: name, seed, record }] : [];
    }),
  );
}

/** Per seed that both variants have: the statistic of `a` minus that of `b`. */
export function differences(
  runs: readonly Run[],
  a: string,
  b: string,
  statistic: (run: Run, other: Run) => number,
): number[] {
  return runs
    .filter((run) => run.variant === a)
    .flatMap((run) => {
      const other = runs.find((candidate) => candidate.variant === b && candidate.seed === run.seed);
      return other ? [statistic(run, other) - statistic(other, run)] : [];
    });
}

/** Environment steps spent up to and with each training step, probes of the search included. */
export function environmentSteps({ steps }: TrainingRecord): number[] {
  let spent = 0;
  return steps.map((step) => (spent += step.environmentSteps));
}

export const totalEnvironmentSteps = (record: TrainingRecord): number => environmentSteps(record).at(-1) ?? 0;

/** Mean unguided success after the last step. */
export const finalSuccess = ({ record }: Run): number => record.success.mean;

/**
 * Mean unguided success at the last evaluation that no more than `budget` environment steps had been spent on;
 * NaN if the first evaluation came later.
 */
export function successWithin(record: TrainingRecord, budget: number): number {
  const spent = environmentSteps(record);
  const within = record.steps.filter((step, i) => step.success !== null && spent[i] <= budget);
  return within.at(-1)?.success?.mean ?? NaN;
}

/** Mean unguided success of a run when both had spent what the thriftier of the two spent in all. */
export const successAtEqualSpending = (run: Run, other: Run): number =>
  successWithin(run.record, Math.min(totalEnvironmentSteps(run.record), totalEnvironmentSteps(other.record)));

/** A line a training step: what the paper's curves show, on both axes. */
export function trainingRows(runs: readonly Run[]): Row[] {
  return runs.flatMap(({ variant, seed, record }) => {
    const spent = environmentSteps(record);
    return record.steps.map((step, i): Row => ({
      variant,
      seed,
      step: step.step + 1,
      environmentSteps: spent[i],
      trainableGroups: step.trainableGroups,
      guidedGroups: step.guidedGroups,
      kStar: step.kStar,
      turns: step.unguided.turns,
      responseLength: step.unguided.responseLength,
      success: step.success?.mean ?? null,
      ...Object.fromEntries(step.success?.levels.map((value, level) => [`success${level}`, value]) ?? []),
    }));
  });
}

/**
 * A column of the rows over another as mean and 95 % interval over seeds, at each step of each variant. x is the
 * mean over seeds too: environment steps differ between seeds at the same training step.
 */
export function seriesOver(rows: readonly Row[], x: string, y: string): Point[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    if (typeof row[y] !== 'number' || typeof row[x] !== 'number') continue;
    const name = `${row.variant} ${row.step}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const values = group.map((row) => row[y] as number);
    const { low, high, ...interval } = meanInterval(values);
    const at = mean(group.map((row) => row[x] as number));
    return { series: String(group[0].variant), x: at, y: interval.mean, low, high };
  });
}

/** Final success of each variant with its 95 % interval over seeds, in the order of the variants. */
export function finalPoints(runs: readonly Run[]): Point[] {
  const names = [...new Set(runs.map(({ variant }) => variant))];
  return names.map((name) => {
    const { mean: y, low, high } = meanInterval(runs.filter((run) => run.variant === name).map(finalSuccess));
    return { series: name, x: name, y, low, high };
  });
}
