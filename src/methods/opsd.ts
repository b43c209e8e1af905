import { groupAdvantages } from '../actguide/advantage.ts';
import type { Iterate } from '../actguide/algorithm1.ts';
import { under, unguided } from '../actguide/alignment.ts';
import { trainingTasks, unguidedGroups, type Sampler } from '../actguide/collect.ts';
import { guidance } from '../actguide/guidance.ts';
import { minibatches } from '../actguide/minibatches.ts';
import type { Rollout } from '../actguide/rollout.ts';
import { roles } from '../actguide/streams.ts';
import { emptySums, optimizer, warmup } from '../actguide/update.ts';
import { Random } from '../core/random.ts';
import { firstTokens } from '../policy/prefixTree.ts';
import type { TrainablePolicy } from '../policy/types.ts';

/** A rollout as the student sees it, and what the teacher says at each of its tokens. */
interface Lesson {
  readonly tokens: readonly number[];
  /** [T_i] Positions that predict the agent's tokens. */
  readonly scoredAt: readonly number[];
  /** [T_i, V] Logits of the guided policy there. */
  readonly teacher: Float32Array;
}

/**
 * On-policy self-distillation (Eq. 13): unguided rollouts alone, each token's whole distribution pulled to that of the
 * step's own policy under the guided prompt, which is held fixed (`opsdTeacher: 'reference'`: of the base policy):
 *
 *     L = E_τ [1/T Σ_t KL(sg[π_old(· | z_<t, g)] ‖ π_θ(· | z_<t))]
 *
 * g is the plan, or its share `level`. Rewards are reported and play no part.
 */
export const opsd: Iterate = async (policy, sampler, updates) => {
  const { config, step } = sampler;
  const groups = await unguidedGroups(sampler, trainingTasks(sampler));
  const began = performance.now();
  const all = await lessons(
    policy,
    sampler,
    groups.flatMap(({ rollouts }) => rollouts),
  );
  const random = new Random(config.seed).fork(step).fork(roles.shuffle);
  const batches = minibatches([all], config.minibatches, random);
  const sums = { loss: 0, gradNorm: 0 };
  for (const [made, batch] of batches.entries()) {
    const settings = optimizer(config, warmup(config, updates + made));
    const { loss, gradNorm } = await distil(policy, batch, settings);
    sums.loss += loss;
    sums.gradNorm += gradNorm;
  }
  const made = batches.length;
  const tokens = all.reduce((sum, { scoredAt }) => sum + scoredAt.length, 0);
  return {
    groups,
    advantages: groups.map(({ rollouts }) =>
      groupAdvantages(
        rollouts.map(({ reward }) => reward),
        config.options.advantageStd,
      ),
    ),
    shifts: [],
    loss: sums.loss / Math.max(1, made),
    update: {
      updates: made,
      gradNorm: sums.gradNorm / Math.max(1, made),
      learningRate: warmup(config, updates + Math.max(0, made - 1)),
      bySource: { unguided: { ...emptySums(), tokens }, guided: emptySums() },
      ms: performance.now() - began,
    },
  };
};

/** The teacher's logits on the rollouts. */
async function lessons(
  policy: TrainablePolicy,
  { environment, config }: Sampler,
  sampled: readonly Rollout[],
): Promise<Lesson[]> {
  const { level, opsdTeacher } = config.options;
  const V = policy.config.vocabulary;
  const rollouts = sampled.filter((rollout) => rollout.sampled.includes(1));
  const guided = rollouts.map((rollout) => {
    const { plan } = rollout.task;
    const k = level === 'minimal' ? plan.length : Math.round(level * plan.length);
    return under(environment, rollout, guidance(rollout.task, k));
  });
  const sequences = guided.map(({ tokens }) => tokens);
  const first = firstTokens(sequences);
  const logits = await (opsdTeacher === 'policy'
    ? policy.logits(sequences)
    : policy.referenceLogits(sequences));
  return rollouts.map((rollout, i) => {
    const { tokens, scoredAt } = unguided(environment, rollout);
    const teacher = new Float32Array(scoredAt.length * V);
    guided[i].scoredAt.forEach((t, j) => {
      const at = (first[i] + t) * V;
      teacher.set(logits.subarray(at, at + V), j * V);
    });
    return { tokens, scoredAt, teacher };
  });
}

/** One update on the mean over lessons of their mean KL a token. */
function distil(
  policy: TrainablePolicy,
  batch: readonly Lesson[],
  settings: Parameters<TrainablePolicy['distill']>[3],
): ReturnType<TrainablePolicy['distill']> {
  const V = policy.config.vocabulary;
  const sequences = batch.map(({ tokens }) => tokens);
  const first = firstTokens(sequences);
  const total = sequences.reduce((sum, { length }) => sum + length, 0);
  const weights = new Float32Array(total);
  const teacher = new Float32Array(total * V);
  batch.forEach((lesson, i) =>
    lesson.scoredAt.forEach((t, j) => {
      weights[first[i] + t] = 1 / lesson.scoredAt.length;
      teacher.set(lesson.teacher.subarray(j * V, (j + 1) * V), (first[i] + t) * V);
    }),
  );
  return policy.distill(sequences, weights, teacher, settings);
}
