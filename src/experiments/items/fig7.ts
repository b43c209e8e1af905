import { comparison } from '../comparison.ts';
import { ACTGUIDE, actguideVariant, switched } from '../variants.ts';
import type { Investigation } from '../verdict.ts';

const ratios = [0.25, 0.5, 0.75, 1] as const;
/** What undecided claims are due to, by ratio. */
const findings: Readonly<Partial<Record<(typeof ratios)[number], Investigation>>> = {
  0.5: {
    finding:
      'Seeds differ more than methods: with half of the plan five of the seeds 11–25 end at 0.93 or more, the ' +
      'others near 0.5. Half of a plan leaves one or two aliases open, which a group passes only by a lucky query; some seeds ' +
      'have it early, others do not.',
    tryIt: {
      watch: 'guided groups that still fail, and the level at which a seed gets stuck',
      settings: { options: { level: 0.5 } },
    },
  },
  1: {
    finding:
      'The whole plan as fallback recovers nearly every group without a search: in eight of the seeds 11–25 it ends within 0.05 of ' +
      'the adaptive level, in the others 0.13 to 0.48 below. Few seeds leave that open; over all fifteen the adaptive level is ' +
      'ahead by 0.15 [0.06, 0.25].',
    tryIt: {
      watch: 'the environment steps spent, and which seeds cross without a search',
      settings: { options: { level: 1 } },
    },
  },
};

const fixed = (ratio: number): string => `fixed ${100 * ratio} %`;

export const fig7 = comparison(
  {
    id: 'fig7',
    title: 'Fixed guidance ratios against the adaptive level',
    reference: 'Figure 7',
    design:
      'Where a group fails, the fallback shows a fixed share of the plan, rounded to whole actions, instead of the ' +
      'least level that recovers reward.',
    paper: null,
  },
  (context) => [
    actguideVariant(context),
    ...ratios.map((ratio) => switched(context, fixed(ratio), { level: ratio })),
  ],
  ratios.map((ratio) => ({
    claim: `The adaptive level does better than a fixed ratio of ${100 * ratio} %.`,
    first: ACTGUIDE,
    second: fixed(ratio),
    paper: ratio === 1 ? 'the whole plan: GAIA 27.18 against 35.92 (Table 4)' : null,
    investigation: findings[ratio],
  })),
);
