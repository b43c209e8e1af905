import { meanInterval, mean } from '../core/statistics.ts';
import { finalSuccess, successWithin, totalEnvironmentSteps, type Run } from './curves.ts';
import type { Table } from './item.ts';

/** `0.97 [0.95, 0.98]`: mean and 95 % interval; a dash for nothing, the value alone for one. */
export function withInterval(values: readonly number[], digits = 2): string {
  if (values.length === 0) return '–';
  const { mean: center, low, high } = meanInterval(values);
  const text = (x: number): string => x.toFixed(digits);
  return values.length === 1 ? text(center) : `${text(center)} [${text(low)}, ${text(high)}]`;
}

/** Success of a run where it had spent no more environment steps than the thriftiest run of its seed in all. */
function atEqualSpending(run: Run, runs: readonly Run[]): number {
  const spent = runs
    .filter(({ seed }) => seed === run.seed)
    .map(({ record }) => totalEnvironmentSteps(record));
  return successWithin(run.record, Math.min(...spent));
}

/** Unguided success after training by variant and level, with what it cost. */
export function successTable(runs: readonly Run[], levels: readonly string[]): Table {
  const variants = [...new Set(runs.map(({ variant }) => variant))];
  return {
    caption:
      'Unguided success after training on held-out tasks: mean [95 % interval] over seeds, ' +
      'with the environment steps spent (probes of the search included), and the success at the last evaluation ' +
      'within as many as the thriftiest of the runs spent.',
    columns: ['', 'seeds', 'mean', ...levels, 'environment steps', 'at equal environment steps'],
    rows: variants.map((variant) => {
      const own = runs.filter((run) => run.variant === variant);
      return [
        variant,
        own.length,
        withInterval(own.map(finalSuccess)),
        ...levels.map((_, level) => mean(own.map(({ record }) => record.success.levels[level])).toFixed(2)),
        own.length === 0 ? null : Math.round(mean(own.map(({ record }) => totalEnvironmentSteps(record)))),
        withInterval(own.map((run) => atEqualSpending(run, runs)).filter(Number.isFinite)),
      ];
    }),
  };
}

/** The levels of the search world, as tables head them. */
export const searchLevels = ['no alias', 'known', '2 stale', '3 stale', '4 stale'] as const;
