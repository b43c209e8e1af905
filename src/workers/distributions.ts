import type { Choice, ChoiceChange } from './inspection.ts';

/** Words shown of a next-token distribution. */
const SHOWN = 8;

/** Softmax of logits: [V] → [V]. */
export function probabilities(logits: ArrayLike<number>): Float64Array {
  const largest = Math.max(...Array.from(logits));
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** A logit less the mean of all: what a softmax sees of it. */
export function centred(logits: ArrayLike<number>, token: number): number {
  let sum = 0;
  for (let v = 0; v < logits.length; v++) sum += logits[v];
  return logits[token] - sum / logits.length;
}

/** The most probable words, most probable first. */
export function topChoices(p: Float64Array, words: readonly string[]): Choice[] {
  return [...p.keys()]
    .sort((a, b) => p[b] - p[a])
    .slice(0, SHOWN)
    .map((token) => ({ word: words[token], probability: p[token] }));
}

/** The words most probable before or after, by the larger of the two. */
export function topChanges(
  before: Float64Array,
  after: Float64Array,
  words: readonly string[],
): ChoiceChange[] {
  return [...before.keys()]
    .sort((a, b) => Math.max(before[b], after[b]) - Math.max(before[a], after[a]))
    .slice(0, SHOWN)
    .map((token) => ({ word: words[token], before: before[token], after: after[token] }));
}
