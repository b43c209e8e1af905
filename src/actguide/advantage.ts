import type { AlgorithmOptions } from './config.ts';

/** Keeps the advantage finite when rewards are nearly equal, as in GRPO and the released code. */
const STD_EPS = 1e-6;
/** Rollouts whose advantage is not larger carry no gradient and are not trained on. */
export const ADVANTAGE_FLOOR = 1e-6;

/**
 * Group-relative advantage Â(τ_i) = (Y_i − mean) / (std + 1e-6) of Eq. 11. rewards: [G] → [G].
 * All-equal rewards give exact zeros: a group that only fails, or only succeeds, teaches nothing.
 */
export function groupAdvantages(
  rewards: readonly number[],
  std: AlgorithmOptions['advantageStd'] = 'population',
): number[] {
  const G = rewards.length;
  if (rewards.every((reward) => reward === rewards[0])) return rewards.map(() => 0);
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / G;
  const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (std === 'unbiased' ? G - 1 : G));
  return rewards.map((reward) => (reward - mean) / (deviation + STD_EPS));
}
