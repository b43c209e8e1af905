import { bootstrapMean, mean } from '../core/statistics.ts';
import { finalSuccess, totalEnvironmentSteps, type Run } from './curves.ts';
import type { Table } from './item.ts';

/** `0.97 [0.95, 0.98]`: mean and 95 % bootstrap interval; a dash for nothing, the value alone for one. */
export function withInterval(values: readonly number[], digits = 2): string {
  if (values.length === 0) return '–';
  const { mean: center, low, high } = bootstrapMean(values);
  const text = (x: number): string => x.toFixed(digits);
  return values.length === 1 ? text(center) : `${text(center)} [${text(low)}, ${text(high)}]`;
}

/** Unguided success after training by variant and level, with what it cost. */
export function successTable(runs: readonly Run[], levels: readonly string[]): Table {
  const variants = [...new Set(runs.map(({ variant }) => variant))];
  return {
    caption:
      'Unguided success after training on held-out tasks: mean [95 % interval] over seeds, ' +
      'with the environment steps spent (probes of the search included).',
    columns: ['', 'seeds', 'mean', ...levels, 'environment steps'],
    rows: variants.map((variant) => {
      const own = runs.filter((run) => run.variant === variant);
      return [
        variant,
        own.length,
        withInterval(own.map(finalSuccess)),
        ...levels.map((_, level) => mean(own.map(({ record }) => record.success.levels[level])).toFixed(2)),
        Math.round(mean(own.map(({ record }) => totalEnvironmentSteps(record)))),
      ];
    }),
  };
}

/** The levels of the search world, as tables head them. */
export const searchLevels = ['no alias', 'known', '2 stale', '3 stale', '4 stale'] as const;
