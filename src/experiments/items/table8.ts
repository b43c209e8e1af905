import { comparison } from '../comparison.ts';
import { training } from '../item.ts';
import { ACTGUIDE, actguideVariant, GRPO, grpoVariant } from '../variants.ts';

const OPSD = 'OPSD';

export const table8 = comparison(
  {
    id: 'table8',
    title: 'Guidance for state visitation against on-policy self-distillation',
    reference: 'Table 8',
    design:
      'OPSD samples unguided rollouts alone and pulls each token’s distribution to that of the same policy under the ' +
      'whole plan (Eq. 13, KL over the whole vocabulary). It spends what GRPO spends.',
    paper: {
      caption: 'Paper, Table 8 (Qwen3-4B): accuracy in percent.',
      columns: ['', 'GAIA', 'WebWalker', 'XBench'],
      rows: [
        ['ActGuide-RL', 35.92, 39.85, 37.0],
        ['OPSD', 36.89, 30.29, 26.0],
      ],
    },
  },
  (context) => [
    actguideVariant(context),
    { name: OPSD, unit: (seed) => training(context, seed, { method: 'opsd' }) },
    grpoVariant(context),
  ],
  [
    {
      claim: 'ActGuide-RL does better than OPSD.',
      first: ACTGUIDE,
      second: OPSD,
      paper: 'GAIA 35.92 against 36.89, WebWalker 39.85 against 30.29, XBench 37.00 against 26.00',
    },
    {
      claim: 'Ours: OPSD does better than zero RL.',
      first: OPSD,
      second: GRPO,
      paper: null,
      investigation: {
        finding:
          'The teacher shares the weights and falls with the student: in a run that was looked into, success with the whole ' +
          'plan went from 0.99 to 0.16 or less by step 12. Where a wrong query ends the episode (dead ends), one run ' +
          'stood at 0.63 at step 16.',
        tryIt: {
          watch: 'success, and the full-plan success of any task, which falls with it',
          settings: { method: 'opsd', steps: 16, evalEvery: 4 },
        },
      },
    },
  ],
);
