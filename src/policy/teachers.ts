import { LabError } from '../core/errors.ts';
import { forEachScore, type PrefixTree } from './prefixTree.ts';

/** What the heads of a tree are to learn from a teacher. */
export interface RowTeachers {
  /** [R] Σ w over the tokens of each head. */
  readonly weight: Float32Array;
  /** [R, V] Mean of the teachers' distributions of those tokens, by weight. */
  readonly teacher: Float32Array;
  /** Σ w · KL(teacher of a token ‖ mean of its row), nats: what no student can lose. 0 where a row has one teacher. */
  readonly spread: number;
}

/**
 * Gathers per-token teachers into heads, where tokens with the same prefix meet:
 * Σ w KL(q ‖ p) = W KL(q̄ ‖ p) + Σ w KL(q ‖ q̄) for a row of weight W = Σ w with mean teacher q̄.
 * weights: [ΣT]; teacherLogits: [ΣT, V]; rows without a weight are left out.
 */
export function rowTeachers(
  tree: PrefixTree,
  first: readonly number[],
  weights: Float32Array,
  teacherLogits: Float32Array,
  V: number,
): RowTeachers {
  const weight = new Float64Array(tree.heads.length);
  const mean = new Float64Array(tree.heads.length * V);
  let negentropy = 0;
  forEachScore(tree, first, (at, row) => {
    const w = weights[at];
    if (w === 0) return;
    weight[row] += w;
    softmax(teacherLogits.subarray(at * V, (at + 1) * V)).forEach((q, v) => {
      mean[row * V + v] += w * q;
      negentropy += w * xlogx(q);
    });
  });
  let meanNegentropy = 0;
  const teacher = mean.map((sum, i) => (sum > 0 ? sum / weight[Math.floor(i / V)] : 0));
  teacher.forEach((q, i) => (meanNegentropy += weight[Math.floor(i / V)] * xlogx(q)));
  return {
    weight: Float32Array.from(weight),
    teacher: Float32Array.from(teacher),
    spread: Math.max(0, negentropy - meanNegentropy),
  };
}

function softmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const raw = Float64Array.from(logits, (value) => Math.exp(value - top));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
}

const xlogx = (q: number): number => (q > 0 ? q * Math.log(q) : 0);

/** Σ w. @throws LabError unless it is above zero. */
export function totalWeight(name: string, weights: readonly Float32Array[]): number {
  const total = weights.reduce((sum, some) => some.reduce((a, b) => a + b, sum), 0);
  if (total > 0) return total;
  throw new LabError(
    `policy.${name}: expected a positive weight somewhere, got none. Weight the tokens to learn.`,
  );
}
