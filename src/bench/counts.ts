import { parameterLayout } from '../policy/parameters.ts';
import type { PolicyConfig } from '../policy/types.ts';

/** Work of one part of a train step. */
export interface Count {
  readonly part: string;
  /** Multiplications and additions in float32. */
  readonly flop: number;
  /** Least traffic: every operand read once, every result written once, 4 bytes a value. */
  readonly bytes: number;
}

/**
 * Operations and least bytes of a train step over `batch` sequences of `context` tokens that share nothing: products
 * forward and backward, causal attention over (T + 1) / 2 keys on average, the ops between them, loss and AdamW.
 * Ops that are no product count their traffic alone; their arithmetic is below a hundredth of the whole.
 */
export function trainStepCounts(config: PolicyConfig, batch: number): Count[] {
  const { width: C, feedForward: F, vocabulary: V, layers: L, context: T } = config;
  const M = batch * T;
  const n = parameterLayout(config).count;
  const values = (count: number): number => 4 * count;
  /** out [M, O] = x [M, I] · w [I, O]: forward, dx and dw cost the same. */
  const linear = (part: string, I: number, O: number, times: number): Count => ({
    part,
    flop: 3 * times * 2 * M * I * O,
    bytes: 3 * times * values(M * I + I * O + M * O),
  });
  // q·kᵀ and p·v forward; backward the scores again, dp, dv, dq, dk.
  const attention = (2 + 5) * 2 * M * ((T + 1) / 2) * C;
  const traffic = (part: string, perRow: number): Count => ({ part, flop: 0, bytes: values(M * perRow) });
  return [
    linear('qkv', C, 3 * C, L),
    linear('out', C, C, L),
    linear('gate and up', C, 2 * F, L),
    linear('down', F, C, L),
    linear('logits', C, V, 1),
    // q, k, v in, attended out; back also attended's gradient in and three gradients out.
    { part: 'attention', flop: L * attention, bytes: values(L * M * (4 + 8) * C) },
    // forward x in, y out; backward x, dy and the residual's gradient in, the latter out.
    traffic('norms', (2 * L + 1) * (2 + 4) * C),
    traffic('rope', L * (6 + 6) * C),
    traffic('SwiGLU', L * (3 + 5) * F),
    traffic('residuals', 2 * L * C),
    traffic('embedding', 2 * C),
    // logits in, once for the loss and once for their gradient, and that out.
    traffic('cross-entropy', 3 * V),
    // The norm reads the gradient; the step reads four vectors and writes three.
    { part: 'AdamW', flop: 0, bytes: values(8 * n) },
  ];
}

/** Sum over the parts. */
export const total = (counts: readonly Count[]): { flop: number; bytes: number } => ({
  flop: counts.reduce((sum, { flop }) => sum + flop, 0),
  bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0),
});
