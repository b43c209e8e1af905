import { comparison } from '../comparison.ts';
import { ACTGUIDE, actguideVariant, switched } from '../variants.ts';

const ratios = [0.25, 0.5, 0.75, 1] as const;
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
  })),
);
