import type { Collector } from '../actguide/collect.ts';
import type { Method, RunConfig } from '../actguide/config.ts';
import { Trainer } from '../actguide/trainer.ts';
import type { Environment } from '../envs/types.ts';
import type { TrainablePolicy } from '../policy/types.ts';
import { actguide } from './actguide.ts';
import { grpo } from './grpo.ts';

/** A method is how it collects the groups of a step; advantages, objective and update are shared. */
export const collectors: Readonly<Record<Method, Collector>> = { actguide, grpo };

/** A trainer for `config.method`. The policy's parameters at this moment become the KL reference. */
export function createTrainer(policy: TrainablePolicy, environment: Environment, config: RunConfig): Trainer {
  return new Trainer({ policy, environment, config, collect: collectors[config.method] });
}
