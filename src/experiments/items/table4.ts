import { comparison } from '../comparison.ts';
import { ACTGUIDE, actguideVariant, GRPO, grpoVariant, switched } from '../variants.ts';

const ADAPTIVE = 'no adaptive level';
const FALLBACK = 'no fallback';
const MIXED = 'no mixed objective';
const MIXED_WHOLE = 'no mixed objective, no adaptive level';

export const table4 = comparison(
  {
    id: 'table4',
    title: 'Ablations: adaptive level, fallback, mixed-policy optimization',
    reference: 'Table 4',
    design:
      'One part of the method at a time is taken away: the search for the least level (the whole plan instead), the ' +
      'fallback (the whole plan for every task, no unguided rollouts), the unguided prompt under which guided ' +
      'rollouts are trained (their guided prompt instead). The last is also shown with the whole plan, where every ' +
      'action is copied and nothing is left to chance.',
    paper: {
      caption: 'Paper, Table 4 (Qwen3-4B): accuracy in percent.',
      columns: ['', 'GAIA', 'WebWalker', 'XBench'],
      rows: [
        ['ActGuide-RL', 35.92, 39.85, 37.0],
        ['− Minimal-Intervention (Adaptive)', 27.18, 35.0, 34.0],
        ['− Minimal-Intervention (Fallback)', 24.27, 23.82, 19.0],
        ['− Mixed-Policy Optimization', 22.32, 21.76, 21.0],
      ],
    },
  },
  (context) => [
    actguideVariant(context),
    switched(context, ADAPTIVE, { level: 1 }),
    switched(context, FALLBACK, { guide: 'always', level: 1 }),
    switched(context, MIXED, { guidedPrompt: 'guided' }),
    switched(context, MIXED_WHOLE, { guidedPrompt: 'guided', level: 1 }),
    grpoVariant(context),
  ],
  [
    {
      claim: 'Without the adaptive level the trained policy is worse.',
      first: ACTGUIDE,
      second: ADAPTIVE,
      paper: 'GAIA 35.92 against 27.18, WebWalker 39.85 against 35.00, XBench 37.00 against 34.00',
      investigation: {
        finding:
          'With the whole plan as fallback eight of the seeds 11–25 cross the barrier as well, and the search is not free: it ' +
          'spends 174,000 environment steps where the whole plan spends 134,000. At equal environment steps the whole plan is ' +
          'ahead, 0.65 [0.56, 0.76] against 0.48 [0.42, 0.57].',
        tryIt: {
          watch: 'the environment steps spent, and which seeds cross without a search',
          settings: { options: { level: 1 } },
        },
      },
    },
    {
      claim: 'Without the fallback it is worse.',
      first: ACTGUIDE,
      second: FALLBACK,
      paper: 'GAIA 35.92 against 24.27, WebWalker 39.85 against 23.82, XBench 37.00 against 19.00',
    },
    {
      claim: 'Without mixed-policy optimization it is worse.',
      first: ACTGUIDE,
      second: MIXED,
      paper: 'GAIA 35.92 against 22.32, WebWalker 39.85 against 21.76, XBench 37.00 against 21.00',
      investigation: {
        finding:
          'The least plan leaves the last alias uncovered, a lucky query under it is rewarded, and what is learned there ' +
          'carries over to the bare prompt. With the whole plan nothing is left to luck, and the policy trained under its ' +
          'guided prompt learns nothing: 0.38 [0.37, 0.39] against 0.87 mixed, over seeds 11–15.',
        tryIt: {
          watch: 'success without a plan, which stays where it began',
          settings: { options: { guidedPrompt: 'guided', level: 1 } },
        },
      },
    },
    {
      claim:
        'Ours: with the whole plan as fallback, mixed-policy optimization carries the gain (no lucky query is learned under a partial plan).',
      first: ADAPTIVE,
      second: MIXED_WHOLE,
      paper: null,
    },
    {
      claim: 'Ours: without mixed-policy optimization it is still better than zero RL.',
      first: MIXED,
      second: GRPO,
      paper: 'GAIA 22.32 against 25.24: it is not',
    },
  ],
);
