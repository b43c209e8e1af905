import { under, unguided } from '../actguide/alignment.ts';
import type { Rollout } from '../actguide/rollout.ts';
import { InputError } from '../core/errors.ts';
import type { Environment } from '../envs/types.ts';
import { forwardRef } from '../policy/forward.ref.ts';
import type { PolicyConfig } from '../policy/types.ts';
import { probabilities, topChoices } from './distributions.ts';
import type { Choice } from './inspection.ts';
import { planFor } from './tokens.ts';

/** A trajectory as the policy reads it behind one prompt. */
export interface SequenceView {
  /** [T] Token ids: the prompt, then everything after it. */
  readonly tokens: readonly number[];
  /** [T] The same in words. */
  readonly words: readonly string[];
  readonly promptLength: number;
  /** For each token the agent said: the position that predicts it, one before its own. */
  readonly saidAt: readonly number[];
}

/** A trajectory behind the prompt with a plan and behind the one without. */
export type BothSequences = Readonly<Record<'guided' | 'unguided', SequenceView>>;

/** What a policy attends to and would say next, at every position of one sequence. */
export interface PolicyLook {
  /** Training steps behind the weights. */
  readonly step: number;
  /** L and H. */
  readonly layers: number;
  readonly heads: number;
  /** [L, H, T, T] Attention probabilities: a row is a position, its columns what it looks at. */
  readonly attention: Float32Array;
  /** [T] The most probable next words, most probable first. */
  readonly choices: readonly (readonly Choice[])[];
}

/** Both under the same weights. */
export type BothLooks = Readonly<Record<keyof BothSequences, PolicyLook>>;

/** The plan behind the guided prompt is the rollout's own, or the whole one for a rollout that had none. */
export function bothSequences(environment: Environment, rollout: Rollout): BothSequences {
  const view = ({ tokens, scoredAt }: ReturnType<typeof under>): SequenceView => ({
    tokens,
    words: tokens.map((token) => environment.words[token]),
    promptLength: tokens.length - (rollout.tokens.length - rollout.promptLength),
    saidAt: scoredAt,
  });
  return {
    guided: view(under(environment, rollout, planFor(rollout))),
    unguided: view(unguided(environment, rollout)),
  };
}

/**
 * Runs the float64 reference forward pass on `parameters`, which the GPU's kernels are tested against: it keeps the
 * attention probabilities, which the kernels never write to memory.
 * @throws InputError for tokens that the policy does not have, or more than fit its context.
 */
export function policyLook(
  config: PolicyConfig,
  parameters: ArrayLike<number>,
  tokens: readonly number[],
  words: readonly string[],
  step: number,
): PolicyLook {
  const { vocabulary: V, context, layers, heads } = config;
  if (tokens.length < 1 || tokens.length > context)
    throw new InputError(
      `look: expected 1 to ${context} tokens, got ${tokens.length}. Shorten the sequence.`,
    );
  const foreign = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= V);
  if (foreign !== undefined)
    throw new InputError(`look: expected tokens from 0 to ${V - 1}, got ${foreign}. Sample the task again.`);
  const { logits, attention } = forwardRef(config, parameters, tokens);
  const choices = tokens.map((_, t) => topChoices(probabilities(logits.subarray(t * V, (t + 1) * V)), words));
  return { step, layers, heads, attention, choices };
}
