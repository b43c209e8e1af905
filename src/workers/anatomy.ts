import { mixedObjective } from '../actguide/objective.ts';
import type { RunConfig } from '../actguide/config.ts';
import { sourceOf } from '../actguide/update.ts';
import { InputError } from '../core/errors.ts';
import type { Environment } from '../envs/types.ts';
import type { LanguageModel } from '../policy/types.ts';
import { centred, probabilities, topChanges } from './distributions.ts';
import type { TokenAnatomy } from './inspection.ts';
import type { Inspected } from './stepView.ts';
import { logitsUnderBoth, planFor } from './tokens.ts';

/** The same policy at three moments. */
export interface Moments {
  /** As it was frozen when the run began. */
  readonly reference: LanguageModel;
  readonly before: LanguageModel;
  readonly after: LanguageModel;
}

/**
 * The path of generated token `index` of a rollout through Eq. 11 and 12, with the rollout alone in the batch and
 * the weights of before the step, as its first minibatch saw them; and what the whole step made of the token.
 * @throws InputError when the rollout has no such token.
 */
export async function tokenAnatomy(
  { reference, before, after }: Moments,
  environment: Environment,
  { options }: RunConfig,
  { rollout, advantage, groupRewards }: Inspected,
  index: number,
): Promise<TokenAnatomy> {
  const positions = rollout.tokens.flatMap((_, position) => (rollout.sampled[position] ? [position] : []));
  if (!(index in positions))
    throw new InputError(
      `inspect: expected a token from 0 to ${positions.length - 1}, got ${index}. Choose one of the rollout.`,
    );
  const token = rollout.tokens[positions[index]];
  const plan = planFor(rollout);
  const was = await logitsUnderBoth(before, environment, rollout, plan);
  const is = await logitsUnderBoth(after, environment, rollout, plan);
  const base = await logitsUnderBoth(reference, environment, rollout, plan);

  const logProbs = (rows: Float32Array[]): number[] =>
    rows.map((row, j) => Math.log(probabilities(row)[rollout.tokens[positions[j]]]));
  // Under `guidedPrompt: guided` a guided row is trained behind the prompt it was sampled under.
  const trained = sourceOf(rollout) === 'guided' && options.guidedPrompt === 'guided' ? 'guided' : 'unguided';
  const logProb = logProbs(was[trained]);
  const oldLogProb = positions.map((position) => rollout.logProb[position]);
  const { rows } = mixedObjective(
    [
      {
        source: sourceOf(rollout),
        advantage,
        logProb,
        oldLogProb,
        referenceLogProb: logProbs(base[trained]),
      },
    ],
    options,
  );
  const change = (side: 'guided' | 'unguided') => {
    const [p, q] = [probabilities(was[side][index]), probabilities(is[side][index])];
    return {
      probabilities: { before: p[token], after: q[token] },
      logit: centred(is[side][index], token) - centred(was[side][index], token),
      choices: topChanges(p, q, environment.words),
    };
  };
  const [free, led] = [change('unguided'), change('guided')];
  return {
    word: environment.words[token],
    source: sourceOf(rollout),
    reward: rollout.reward,
    groupRewards,
    advantage,
    oldLogProb: oldLogProb[index],
    logProb: logProb[index],
    ratio: rows[0].ratio[index],
    clipEps: options.clipEps,
    clipped: rows[0].clipped[index] === 1,
    kl: rows[0].kl[index],
    gradient: rows[0].gradient[index],
    unguided: free.probabilities,
    guided: led.probabilities,
    logitChange: { unguided: free.logit, guided: led.logit },
    choices: free.choices,
  };
}
