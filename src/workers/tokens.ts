import { under, unguided } from '../actguide/alignment.ts';
import { meanCentredDifference } from '../actguide/deltaLogit.ts';
import type { Rollout } from '../actguide/rollout.ts';
import type { Action, Environment } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { probabilities, topChoices } from './distributions.ts';
import type { TokenView } from './inspection.ts';

/** A step is its tool, its thoughts, its argument. */
export function roleOf(slot: number, stepTokens: number): TokenView['role'] {
  return slot === 0 ? 'tool' : slot === stepTokens - 1 ? 'argument' : 'thought';
}

/** Logits before every generated token of a rollout, behind the prompt with `plan` and without it. */
export async function logitsUnderBoth(
  model: LanguageModel,
  environment: Environment,
  rollout: Rollout,
  plan: readonly Action[],
): Promise<{ guided: Float32Array[]; unguided: Float32Array[] }> {
  const V = model.config.vocabulary;
  const [led, free] = [under(environment, rollout, plan), unguided(environment, rollout)];
  const logits = await model.logits([led.tokens, free.tokens]);
  const row = (position: number) => logits.subarray(position * V, (position + 1) * V);
  return {
    guided: led.scoredAt.map((position) => row(position)),
    unguided: free.scoredAt.map((position) => row(led.tokens.length + position)),
  };
}

/**
 * Every generated token of a rollout as `model` sees it with a plan in the prompt and without. The plan is the
 * rollout's own, or the whole reference plan for a rollout that had none.
 */
export async function tokenViews(
  model: LanguageModel,
  environment: Environment,
  rollout: Rollout,
): Promise<TokenView[]> {
  const { words, stepTokens } = environment;
  const plan = planFor(rollout);
  const { guided, unguided: free } = await logitsUnderBoth(model, environment, rollout, plan);
  const sampled = rollout.tokens.filter((_, position) => rollout.sampled[position] === 1);
  return sampled.map((token, j) => {
    const [p, q] = [probabilities(guided[j]), probabilities(free[j])];
    return {
      word: words[token],
      role: roleOf(j % stepTokens, stepTokens),
      turn: Math.floor(j / stepTokens),
      deltaLogit: meanCentredDifference(guided[j], free[j]),
      guided: p[token],
      unguided: q[token],
      guidedChoices: topChoices(p, words),
      unguidedChoices: topChoices(q, words),
    };
  });
}

/** The plan a rollout is compared under. */
export const planFor = ({ plan, task }: Rollout): readonly Action[] => (plan.length > 0 ? plan : task.plan);
