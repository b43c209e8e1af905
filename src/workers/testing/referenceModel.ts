import type { SearchWorld } from '../../envs/search/world.ts';
import { logitsRef } from '../../policy/forward.ref.ts';
import { initialParameters } from '../../policy/parameters.ts';
import { policySizes, type LanguageModel } from '../../policy/types.ts';
import { uniformModel } from './uniformModel.ts';

/** A policy of random weights in float64: what it would say is the reference's, what it does is drawn uniformly. */
export function referenceModel(world: SearchWorld, seed: number): LanguageModel {
  const config = policySizes.nano;
  const parameters = initialParameters(config, seed);
  return {
    ...uniformModel(world),
    config,
    logits: (sequences) => {
      const rows = sequences.flatMap((tokens) => [...logitsRef(config, parameters, tokens)]);
      return Promise.resolve(Float32Array.from(rows));
    },
  };
}

/** log softmax of the logits [T, V] of a sequence at a position, in float64. */
export function logProbRef(seed: number, tokens: readonly number[], position: number, token: number): number {
  const { vocabulary: V } = policySizes.nano;
  const logits = logitsRef(policySizes.nano, initialParameters(policySizes.nano, seed), tokens);
  const row = logits.subarray(position * V, (position + 1) * V);
  return row[token] - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
}
