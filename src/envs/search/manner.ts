import type { Random } from '../../core/random.ts';
import { manners } from './vocabulary.ts';

/** Ratio of the frequencies of one manner and the next. */
const FALL = 0.6;

/**
 * Manners of a step: words of its thought that change nothing and that a policy says with entropy. The eight are
 * said with frequencies ∝ 0.6^i alone, and in the reverse order while a plan is followed: as a language model
 * words the same reasoning differently with a plan before its eyes. One manner has 1.60 nats of entropy, and its
 * log-ratio (Eq. 14) where a plan is followed has mean −2.18 and variance 2.75: R_k of Eq. 9 grows by that with
 * every planned step.
 */
export function drawManners(random: Random, planned: boolean, count: number): number[] {
  const words = planned ? manners.toReversed() : manners;
  return Array.from({ length: count }, () => {
    const weights = words.map((_, i) => FALL ** i);
    let rest = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
    return words.find((_, i) => (rest -= weights[i]) < 0) ?? words[0];
  });
}
