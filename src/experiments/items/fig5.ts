import { mean } from '../../core/statistics.ts';
import {
  differences,
  finalSuccess,
  runsOf,
  seriesOver,
  successWithin,
  totalEnvironmentSteps,
  trainingRows,
  unitsOf,
  type Run,
  type Variant,
} from '../curves.ts';
import { training, type Item, type ItemContext } from '../item.ts';
import { searchLevels, successTable } from '../tables.ts';
import { ACTGUIDE, actguideVariant, GRPO, grpoVariant } from '../variants.ts';
import { verdict } from '../verdict.ts';

/** Enough for as many environment steps as ActGuide-RL spends, search included. */
const LONGER = 'GRPO, twice the steps';

const variants = (context: ItemContext): Variant[] => [
  actguideVariant(context),
  grpoVariant(context),
  {
    name: LONGER,
    unit: (seed) => training(context, seed, { method: 'grpo', steps: 2 * context.run.steps }),
  },
];

/** Mean over training of the share of groups that teach. */
const meanTrainable = ({ record }: Run): number => mean(record.steps.map((step) => step.trainableGroups));

/** Success of GRPO when it had spent as many environment steps as ActGuide in all, or at its own end. */
const atBudgetOf = (run: Run, other: Run): number =>
  run.variant === ACTGUIDE
    ? finalSuccess(run)
    : successWithin(run.record, totalEnvironmentSteps(other.record));

export const fig5: Item = {
  id: 'fig5',
  title: 'Trainable groups over training',
  reference: 'Figure 5',
  design:
    'ActGuide-RL and GRPO from the same base policy, seeds and tasks. Guidance costs environment steps, so GRPO ' +
    'also runs for twice the training steps and is compared where it has spent as many.',
  paper: null,
  units: (context) => unitsOf(variants(context), context.seeds),

  measure(context, results) {
    const runs = runsOf(variants(context), context.seeds, results);
    const rows = trainingRows(runs);
    const curve = (x: string, xLabel: string, y: string, yLabel: string) => ({
      title: `${yLabel}, per ${xLabel}`,
      mark: 'line' as const,
      x: { label: xLabel },
      y: { label: yLabel, domain: [0, 1] as const },
      points: seriesOver(
        y === 'trainableGroups' && x === 'step' ? rows.filter((row) => row.variant !== LONGER) : rows,
        x,
        y,
      ),
    });
    const claim = { per: 'seed', side: 'above', threshold: 0, paper: null } as const;
    return {
      rows,
      tables: [successTable(runs, searchLevels)],
      figure: {
        caption:
          'Share of trainable groups and unguided success over training: mean and 95 % interval over seeds.',
        columns: 2,
        panels: [
          curve('step', 'training step', 'trainableGroups', 'trainable groups'),
          curve('environmentSteps', 'environment step', 'trainableGroups', 'trainable groups'),
          curve('step', 'training step', 'success', 'unguided success'),
          curve('environmentSteps', 'environment step', 'success', 'unguided success'),
        ],
      },
      verdicts: [
        verdict(
          {
            ...claim,
            claim: 'ActGuide-RL finds learning signal in more groups than zero RL.',
            statistic: 'share of trainable groups, mean over training, ActGuide-RL − GRPO',
          },
          differences(runs, ACTGUIDE, GRPO, meanTrainable),
        ),
        verdict(
          {
            ...claim,
            claim: 'ActGuide-RL ends with the better unguided policy, at equal training steps.',
            statistic: 'unguided success after training, mean of the five levels, ActGuide-RL − GRPO',
            paper: 'GAIA 35.92 against 25.24 (+10.68 points, Qwen3-4B, Table 1)',
          },
          differences(runs, ACTGUIDE, GRPO, finalSuccess),
        ),
        verdict(
          {
            ...claim,
            claim: 'It does so at equal environment steps too.',
            statistic:
              'unguided success, ActGuide-RL after training − GRPO at the last evaluation within as many environment steps',
          },
          differences(runs, ACTGUIDE, LONGER, atBudgetOf),
        ),
      ],
    };
  },
};
