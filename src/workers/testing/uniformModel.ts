import { hash3 } from '../../core/random.ts';
import type { SearchWorld } from '../../envs/search/world.ts';
import { token } from '../../envs/search/vocabulary.ts';
import { policySizes, type LanguageModel } from '../../policy/types.ts';

const refuse = (): never => {
  throw new Error('uniformModel: expected to be sampled from, got asked for scores.');
};

/** A model that draws well-formed actions uniformly, whatever it reads: what the tables know the success of. */
export function uniformModel({ actions, stepTokens }: SearchWorld): LanguageModel {
  return {
    config: { ...policySizes.nano, name: 'uniform' },
    logits: refuse,
    score: refuse,
    destroy: () => undefined,
    decoder: (capacity) => {
      const lengths = new Map<number, number>();
      return {
        capacity,
        extend: (feeds, { count, seed, streams }) => {
          const tokens = feeds.flatMap(({ sequence, tokens: fed }, i) => {
            const length = (lengths.get(sequence) ?? 0) + fed.length;
            lengths.set(sequence, length + count);
            const action = actions[hash3(seed, streams[i], length) % actions.length];
            const thought = Array<number>(stepTokens - 2).fill(token.silent);
            return [action.tool, ...thought, action.argument];
          });
          const zeros = new Float32Array(tokens.length);
          return Promise.resolve({ tokens: Uint32Array.from(tokens), logProb: zeros, entropy: zeros });
        },
        length: (sequence) => lengths.get(sequence) ?? 0,
        forget: (sequence) => lengths.delete(sequence),
        reset: () => lengths.clear(),
        destroy: () => undefined,
      };
    },
  };
}
