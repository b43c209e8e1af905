import {
  differences,
  finalPoints,
  finalSuccess,
  runsOf,
  seriesOver,
  trainingRows,
  unitsOf,
  type Run,
  type Variant,
} from './curves.ts';
import type { Figure } from './figure.ts';
import type { Item, ItemContext, Row } from './item.ts';
import { searchLevels, successTable } from './tables.ts';
import { verdict, type Investigation } from './verdict.ts';

/** A claim about two variants of a comparison, judged by the seed-wise difference `first` − `second`. */
export interface ComparedClaim {
  readonly claim: string;
  readonly first: string;
  readonly second: string;
  readonly paper: string | null;
  readonly side?: 'above' | 'below';
  readonly threshold?: number;
  /** Unguided success after training, mean of the levels, unless another is named. */
  readonly of?: { readonly name: string; readonly value: (run: Run, other: Run) => number };
  readonly investigation?: Investigation;
}

/** Success and a column of the training rows, on both axes; success after training as bars. */
export function comparisonFigure(runs: readonly Run[], rows: readonly Row[], caption: string): Figure {
  const success = { label: 'unguided success', domain: [0, 1] as const };
  return {
    caption,
    columns: 3,
    panels: [
      {
        title: 'After training',
        mark: 'dot',
        x: { label: '' },
        y: success,
        points: finalPoints(runs),
      },
      {
        title: 'Per training step',
        mark: 'line',
        x: { label: 'training step' },
        y: success,
        points: seriesOver(rows, 'step', 'success'),
      },
      {
        title: 'Per environment step spent',
        mark: 'line',
        x: { label: 'environment steps' },
        y: success,
        points: seriesOver(rows, 'environmentSteps', 'success'),
      },
    ],
  };
}

/** An item that trains some variants from the same base policy, seeds and tasks, and compares where they end. */
export function comparison(
  about: Pick<Item, 'id' | 'title' | 'reference' | 'design' | 'paper'>,
  variants: (context: ItemContext) => readonly Variant[],
  claims: readonly ComparedClaim[],
): Item {
  return {
    ...about,
    units: (context) => unitsOf(variants(context), context.seeds),

    measure(context, results) {
      const runs = runsOf(variants(context), context.seeds, results);
      const rows = trainingRows(runs);
      return {
        rows,
        tables: [successTable(runs, searchLevels)],
        figure: comparisonFigure(
          runs,
          rows,
          `${about.title}: unguided success, mean and 95 % interval over seeds.`,
        ),
        verdicts: claims.map(
          ({ claim, first, second, paper, side = 'above', threshold = 0, of, investigation }) =>
            verdict(
              {
                claim,
                statistic: `${of?.name ?? 'unguided success after training, mean of the levels'}, ${first} − ${second}`,
                per: 'seed',
                side,
                threshold,
                paper,
                investigation,
              },
              differences(runs, first, second, of?.value ?? finalSuccess),
            ),
        ),
      };
    },
  };
}
