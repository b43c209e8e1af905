import { presetOptions } from '../../actguide/config.ts';
import { comparison } from '../comparison.ts';
import { training } from '../item.ts';
import { ACTGUIDE, actguideVariant, GRPO, grpoVariant } from '../variants.ts';

const RELEASED = 'released code';

export const releasedCode = comparison(
  {
    id: 'released',
    title: "The paper's Algorithm 1 against the authors' released code",
    reference: 'Algorithm 1',
    design:
      'The two presets differ in what a fallback does to its group, in the range, size and budget of the search, in ' +
      'which guided rollouts are trained on, in the advantage, the aggregation and the clipping; docs/cli.md lists all.',
    paper: null,
  },
  (context) => [
    actguideVariant(context),
    {
      name: RELEASED,
      unit: (seed) =>
        training(context, seed, {
          method: 'actguide',
          preset: 'released-code',
          options: presetOptions['released-code'],
        }),
    },
    grpoVariant(context),
  ],
  [
    {
      claim: 'Ours: Algorithm 1 as printed does as well as the released code: it loses less than 0.05.',
      first: ACTGUIDE,
      second: RELEASED,
      threshold: -0.05,
      paper: null,
    },
    {
      claim: 'Ours: the released code does better than zero RL.',
      first: RELEASED,
      second: GRPO,
      paper: null,
    },
  ],
);
