import { algorithm1, type Iterate } from '../actguide/algorithm1.ts';
import { trainingTasks, type Collector } from '../actguide/collect.ts';
import type { Method, RunConfig } from '../actguide/config.ts';
import { runWorld } from '../actguide/demonstrations.ts';
import { Trainer } from '../actguide/trainer.ts';
import type { Environment } from '../envs/types.ts';
import type { TrainablePolicy } from '../policy/types.ts';
import { actguide } from './actguide.ts';
import { grpo } from './grpo.ts';
import { opsd } from './opsd.ts';
import { sft } from './sft.ts';

/** Reinforcement learning: a method is how it collects the groups of a step; the rest of Algorithm 1 is shared. */
const reinforce =
  (collect: Collector): Iterate =>
  (policy, sampler, updates) =>
    algorithm1(policy, sampler, trainingTasks(sampler), updates, collect);

/** A training step of every method. */
export const iterations: Readonly<Record<Method, Iterate>> = {
  actguide: reinforce(actguide),
  grpo: reinforce(grpo),
  sft,
  opsd,
};

/**
 * A trainer for `config.method`, guided by the run's demonstrations where it has some. The policy's parameters at this
 * moment become the KL reference.
 * @throws InputError for a demonstration that cannot guide.
 */
export function createTrainer(policy: TrainablePolicy, environment: Environment, config: RunConfig): Trainer {
  const world = runWorld(environment, config, policy.config.context);
  return new Trainer({ policy, environment: world, config, iterate: iterations[config.method] });
}
