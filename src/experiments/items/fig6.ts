import { mean } from '../../core/statistics.ts';
import type { StepMetrics } from '../../actguide/config.ts';
import { pretrainingMixture } from '../../envs/search/index.ts';
import { defaultPretraining } from '../../methods/pretrain.ts';
import { runsOf, seriesOver, trainingRows, unitsOf, type Run, type Variant } from '../curves.ts';
import type { Panel } from '../figure.ts';
import { training, type Item, type ItemContext } from '../item.ts';
import { withInterval } from '../tables.ts';
import type { PolicySource } from '../units.ts';
import { ACTGUIDE, actguideVariant, grpoVariant } from '../variants.ts';
import { verdict, type Investigation } from '../verdict.ts';

const QUITTER = 'ActGuide-RL, base policy that gives up';

/** Share of uncovered aliases at which the expert of that pretraining gives up, and its updates. */
const QUITS = 0.6;
const UPDATES = 1200;
/** Updates in a quick look: the skills are then barely there. */
const QUICK_UPDATES = 40;

/** A base policy that answers anything as soon as a query finds nothing, as the paper's gives up early. */
const givingUp = ({ run, quick }: ItemContext): PolicySource => ({
  kind: 'pretrain',
  policy: run.policy,
  settings: {
    ...defaultPretraining,
    updates: quick ? QUICK_UPDATES : UPDATES,
    mixture: { ...pretrainingMixture, quits: QUITS },
  },
});

const variants = (context: ItemContext): Variant[] => [
  actguideVariant(context),
  grpoVariant(context),
  {
    name: QUITTER,
    unit: (seed) => training(context, seed, { method: 'actguide' }, { start: givingUp(context) }),
  },
];

const turns = (step: StepMetrics): number => step.unguided.turns;
const length = (step: StepMetrics): number => step.unguided.responseLength;

/** Mean over the first and over the last quarter of training. */
function ends(
  { record: { steps } }: Run,
  of: (step: StepMetrics) => number,
): { first: number; last: number } {
  const quarter = Math.max(1, Math.floor(steps.length / 4));
  return { first: mean(steps.slice(0, quarter).map(of)), last: mean(steps.slice(-quarter).map(of)) };
}

/** Why turns and length do not grow here. */
const investigation: Investigation = {
  finding:
    'The paper’s base policy gives up early and learns to go on. Ours asks the wrong query until its turns are over, and ' +
    'learns to stop needing them: where success rises, turns fall (5.9 to 5.4 over seeds 11–20), and under GRPO, which ' +
    'stays at the barrier, they do not. From a base policy that was taught to give up, with nothing else changed, both ' +
    'grow: 3.9 to 5.4 turns from the first to the last quarter of training.',
  tryIt: { watch: 'turns of the unguided rollouts while the stale levels rise', settings: {} },
};

const growth = (run: Run, of: (step: StepMetrics) => number): number =>
  ends(run, of).last - ends(run, of).first;

export const fig6: Item = {
  id: 'fig6',
  title: 'Interaction turns and response length over training',
  reference: 'Figure 6',
  design:
    'Unguided rollouts of the training groups, from the runs of Figure 5, and ActGuide-RL once more from a base policy ' +
    'that was taught to answer anything as soon as a query finds nothing. Generated tokens only.',
  paper: null,
  units: (context) => unitsOf(variants(context), context.seeds),

  measure(context, results) {
    const runs = runsOf(variants(context), context.seeds, results);
    const rows = trainingRows(runs);
    const actguide = runs.filter(({ variant }) => variant === ACTGUIDE);
    const quitter = runs.filter(({ variant }) => variant === QUITTER);
    const panel = (title: string, y: string, label: string): Panel => ({
      title,
      mark: 'line',
      x: { label: 'training step' },
      y: { label },
      points: seriesOver(rows, 'step', y),
    });
    const claim = { per: 'seed', side: 'above', threshold: 0, investigation } as const;
    return {
      rows,
      tables: [
        {
          caption:
            'Unguided rollouts: mean over the first and the last quarter of training [95 % interval over seeds].',
          columns: ['', 'turns, first', 'turns, last', 'tokens, first', 'tokens, last'],
          rows: variants(context).map(({ name }) => {
            const own = runs.filter(({ variant }) => variant === name);
            return [
              name,
              ...[turns, length].flatMap((of) => [
                withInterval(own.map((run) => ends(run, of).first)),
                withInterval(own.map((run) => ends(run, of).last)),
              ]),
            ];
          }),
        },
      ],
      figure: {
        caption:
          'Turns and generated tokens of unguided rollouts over training: mean and 95 % interval over seeds.',
        columns: 2,
        panels: [panel('Turns', 'turns', 'turns'), panel('Response length', 'responseLength', 'tokens')],
      },
      verdicts: [
        verdict(
          {
            ...claim,
            claim: 'The number of interaction turns grows over training.',
            statistic: 'turns of unguided rollouts, last − first quarter of training, ActGuide-RL',
            paper: 'a steady increase (Figure 6)',
          },
          actguide.map((run) => growth(run, turns)),
        ),
        verdict(
          {
            ...claim,
            claim: 'So does the response length.',
            statistic: 'generated tokens of unguided rollouts, last − first quarter of training, ActGuide-RL',
            paper: 'a steady increase (Figure 6)',
          },
          actguide.map((run) => growth(run, length)),
        ),
        verdict(
          {
            ...claim,
            investigation: undefined,
            claim: 'Ours: from a base policy that gives up early, the number of turns grows.',
            statistic:
              'turns of unguided rollouts, last − first quarter of training, base policy that gives up',
            paper: 'a steady increase (Figure 6)',
          },
          quitter.map((run) => growth(run, turns)),
        ),
        verdict(
          {
            ...claim,
            investigation: undefined,
            claim: 'Ours: from a base policy that gives up early, so does the response length.',
            statistic:
              'generated tokens of unguided rollouts, last − first quarter of training, base policy that gives up',
            paper: 'a steady increase (Figure 6)',
          },
          quitter.map((run) => growth(run, length)),
        ),
      ],
    };
  },
};
