import type { RunChange } from '../actguide/config.ts';
import type { Variant } from './curves.ts';
import { training, type ItemContext } from './item.ts';

export const ACTGUIDE = 'ActGuide-RL';
export const GRPO = 'GRPO';

/** The method as the paper has it. Items that compare it with something share these runs. */
export const actguideVariant = (context: ItemContext): Variant => ({
  name: ACTGUIDE,
  unit: (seed) => training(context, seed, { method: 'actguide' }),
});

/** Zero RL from the same base policy, seeds and tasks. */
export const grpoVariant = (context: ItemContext): Variant => ({
  name: GRPO,
  unit: (seed) => training(context, seed, { method: 'grpo' }),
});

/** ActGuide-RL with some switches of the algorithm changed. */
export const switched = (context: ItemContext, name: string, options: RunChange['options']): Variant => ({
  name,
  unit: (seed) => training(context, seed, { method: 'actguide', options }),
});
