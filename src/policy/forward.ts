import { attentionForward } from '../kernels/attention.ts';
import { embeddingForward } from '../kernels/embedding.ts';
import { normMatmul, normQkvRope, swigluMatmul, type Fusing } from '../kernels/fusedProducts.ts';
import { matmul } from '../kernels/matmul.ts';
import type { Recorder } from '../kernels/recorder.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { LayerActivations, RowTensors } from './activations.ts';
import { NORM_EPS, type PolicyConfig } from './types.ts';
import type { LayerWeights, Weights } from './weights.ts';

/** How a pass over rows is recorded; `fused` where they are few. */
export interface Pass extends Fusing {
  readonly recorder: Recorder;
  readonly config: PolicyConfig;
}

/** x [M, C] = √C · embedding[tokens]. */
export function embed(
  { recorder, config }: Pass,
  weights: Weights,
  tokens: Tensor,
  x: Tensor,
  M: number,
): void {
  const { width: C, vocabulary: V } = config;
  embeddingForward(recorder, { tokens, table: weights.embedding, out: x }, { M, C, V, scale: Math.sqrt(C) });
}

/**
 * First half of a decoder layer: queries, keys and values of M rows of a prefix tree. Training and decoding differ only
 * in where keys and values live and in `fused`, so both give the same bits for the same row where adapters do not fuse.
 */
export function layerKeysAndValues(
  { recorder, config, fused }: Pass,
  w: LayerWeights,
  act: LayerActivations,
  row: Pick<RowTensors, 'rows'> & { readonly table: Tensor },
  x: Tensor,
  M: number,
): void {
  const { width: C, heads: H, context: T } = config;
  const weight = { gain: w.norm1, b: w.qkv, table: row.table };
  const out = { q: act.q, keys: act.keys, values: act.values };
  const scratch = { normed: act.normed1, qkv: act.qkv };
  const size = { M, C, H, T, eps: NORM_EPS, fused };
  normQkvRope(recorder, { x, ...weight, rows: row.rows, ...out, ...scratch }, size);
}

/** Second half, for the rows whose queries are in `act.q`: `out` = x + attention + SwiGLU. */
export function layerOutput(
  { recorder, config, fused }: Pass,
  w: LayerWeights,
  act: LayerActivations,
  row: Pick<RowTensors, 'rows' | 'paths'> & { readonly blocks?: number },
  x: Tensor,
  out: Tensor,
  M: number,
): void {
  const { width: C, heads: H, feedForward: F } = config;
  const { rows, paths, blocks } = row;
  attentionForward(recorder, { ...act, rows, paths, out: act.attended }, { M, H, D: C / H, blocks });
  matmul(recorder, 'nn', { a: act.attended, b: w.out, residual: x, out: act.middle }, { M, N: C, K: C });
  const gated = { x: act.middle, gain: w.norm2, b: w.gateUp, out: act.gateUp, scratch: act.normed2 };
  normMatmul(recorder, 'nn', gated, { M, N: 2 * F, K: C, eps: NORM_EPS, fused });
  const added = { gateUp: act.gateUp, b: w.down, residual: act.middle, out, scratch: act.hidden };
  swigluMatmul(recorder, added, { M, N: C, K: F, fused });
}

/** logits [M, V] = rmsnorm(x) · embeddingᵀ. */
export function unembed(
  { recorder, config, fused }: Pass,
  weights: Weights,
  t: { x: Tensor; normed: Tensor; logits: Tensor },
  M: number,
): void {
  const { width: C, vocabulary: V } = config;
  const inputs = { x: t.x, gain: weights.norm, b: weights.embedding, out: t.logits, scratch: t.normed };
  normMatmul(recorder, 'nt', inputs, { M, N: V, K: C, eps: NORM_EPS, fused });
}
