import type { Iterate } from '../actguide/algorithm1.ts';
import { minibatches } from '../actguide/minibatches.ts';
import { roles } from '../actguide/streams.ts';
import { emptySums, optimizer, warmup } from '../actguide/update.ts';
import { Random } from '../core/random.ts';
import type { Demonstration } from '../envs/demonstration.ts';
import { demonstrationSeed } from '../envs/seeds.ts';
import { expertEpisode } from './expert.ts';

/**
 * Supervised fine-tuning on an expert's demonstrations with their thoughts, rejection-sampled as in the paper
 * (Appendix A.1): M tasks a step, apart from those of reinforcement learning; N expert episodes a task, of which
 * the successful ones are kept; cross-entropy on the agent's own tokens behind the unguided prompt, in `minibatches`
 * updates. The expert's episodes are on the step's bill as rollouts and environment steps.
 */
export const sft: Iterate = async (policy, sampler, updates) => {
  const { environment, config, step } = sampler;
  const random = new Random(config.seed).fork(roles.expert).fork(step);
  const seed = demonstrationSeed(config.seed, step);
  const sampled = environment
    .tasks({ seed, count: config.tasksPerStep })
    .flatMap((task) =>
      Array.from({ length: config.groupSize }, () =>
        expertEpisode(environment, task, random, config.options.expertSkill),
      ),
    );
  sampler.cost.collect.rollouts += sampled.length;
  sampler.cost.collect.environmentSteps += sampled.reduce((sum, { turns }) => sum + turns, 0);

  const began = performance.now();
  const kept = sampled.filter(({ reward }) => reward > 0);
  const batches = minibatches([kept], config.minibatches, random);
  const sums = { loss: 0, gradNorm: 0 };
  for (const [made, batch] of batches.entries()) {
    const settings = optimizer(config, warmup(config, updates + made));
    const { loss, gradNorm } = await policy.supervised(
      batch.map(({ tokens }) => tokens),
      joined(batch),
      settings,
    );
    sums.loss += loss;
    sums.gradNorm += gradNorm;
  }
  const made = batches.length;
  return {
    groups: [],
    advantages: [],
    shifts: [],
    ...(made > 0 && { loss: sums.loss / made }),
    update: {
      updates: made,
      gradNorm: sums.gradNorm / Math.max(1, made),
      learningRate: warmup(config, updates + Math.max(0, made - 1)),
      bySource: { unguided: emptySums(), guided: emptySums() },
      ms: performance.now() - began,
    },
  };
};

/** The weights of all demonstrations, one after another. */
function joined(demonstrations: readonly Demonstration[]): Float32Array {
  return Float32Array.from(demonstrations.flatMap(({ weights }) => Array.from(weights)));
}
