import type { Work } from '../policy/memoryPlan.ts';
import type { PolicyConfig } from '../policy/types.ts';
import type { RunConfig } from './config.ts';
import { defaultCapacity } from './decoders.ts';

/**
 * The most that a run asks of the GPU at once, for `policy/memoryPlan.ts`: every group is a union of N unguided and N guided
 * rollouts, each as long as the context; a decoder holds as many sequences as its pool ever gives it.
 */
export function runWork(
  { method, tasksPerStep, groupSize, minibatches }: RunConfig,
  policy: PolicyConfig,
): Work {
  const sequences = defaultCapacity(policy);
  const rollouts = 2 * tasksPerStep * groupSize;
  return {
    trained: Math.ceil(rollouts / minibatches) * policy.context,
    scored: rollouts * policy.context,
    distilled: method === 'opsd',
    sampled: { sequences, tokens: sequences * policy.context },
  };
}
