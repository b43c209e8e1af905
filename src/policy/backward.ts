import { attentionBackward } from '../kernels/attention.ts';
import { embeddingBackward } from '../kernels/embedding.ts';
import { gather } from '../kernels/gather.ts';
import { matmul, type MatmulDims } from '../kernels/matmul.ts';
import type { Recorder } from '../kernels/recorder.ts';
import { rmsnormBackward } from '../kernels/rmsnorm.ts';
import { ropeBackward } from '../kernels/rope.ts';
import { swigluBackward } from '../kernels/swiglu.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { TrainingArena } from './activations.ts';
import { NORM_EPS, type PolicyConfig } from './types.ts';
import type { Weights } from './weights.ts';

/** Rows of a batch as `PrefixTree` counts them: M, of which R are heads. */
export interface BatchSize {
  readonly M: number;
  readonly R: number;
  readonly blocks: number;
  readonly headBlocks: number;
}

/**
 * Backpropagates the gradient of the logits, which it expects in `arena.logits`, through the whole policy; `gradients` is
 * overwritten. Expects the activations of the forward pass over the same rows in `arena`, and the tokens inverted in
 * `order`, `orderStarts`. Consumes the activations: many gradients take the place of what they are gradients of.
 */
export function backward(
  recorder: Recorder,
  config: PolicyConfig,
  weights: Weights,
  gradients: Weights,
  arena: TrainingArena,
  table: Tensor,
  { M, R, blocks, headBlocks }: BatchSize,
): void {
  const { width: C, heads: H, feedForward: F, vocabulary: V, context: T } = config;
  const { partial, rstd, dResidual, dNormed, head, input } = arena;
  const D = C / H;

  // y = x·w over `rows` rows, w [K, N]: dx = dy·wᵀ, dw = xᵀ·dy.
  type Inner = { readonly rows: number } & Omit<MatmulDims, 'M'>;
  const inputGradient = (dy: Tensor, w: Tensor, dx: Tensor, { rows, N, K }: Inner): void =>
    matmul(recorder, 'nt', { a: dy, b: w, out: dx }, { M: rows, N: K, K: N });
  const weightGradient = (x: Tensor, dy: Tensor, dw: Tensor, { rows, N, K }: Inner): void =>
    matmul(recorder, 'tn', { a: x, b: dy, out: dw, partial }, { M: K, N, K: rows });
  // Adds to dX, and leaves the norm's output in `out`, where the weights behind it find it.
  const norm = (tensors: Record<'x' | 'weight' | 'out' | 'dX' | 'dWeight', Tensor>, rows: number): void =>
    rmsnormBackward(recorder, { ...tensors, rstd, dOut: dNormed, partial }, { M: rows, C, eps: NORM_EPS });

  const top = arena.residual[config.layers];
  matmul(recorder, 'nn', { a: arena.logits, b: weights.embedding, out: dNormed }, { M: R, N: C, K: V });
  recorder.clear(head.x);
  norm({ x: top, weight: weights.norm, out: arena.normed, dX: head.x, dWeight: gradients.norm }, R);
  weightGradient(arena.logits, arena.normed, gradients.embedding, { rows: R, N: C, K: V });

  for (let l = config.layers - 1; l >= 0; l--) {
    const [w, g, act] = [weights.layers[l], gradients.layers[l], arena.layers[l]];
    // Of the last layer only the heads went further than keys and values.
    const last = l + 1 === config.layers;
    const rows = last ? R : M;
    const dX = last ? head.x : dResidual;

    inputGradient(dX, w.down, arena.dHidden, { rows, N: C, K: F });
    swigluBackward(recorder, { gateUp: act.gateUp, dOut: arena.dHidden }, { M: rows, F });
    weightGradient(act.hidden, dX, g.down, { rows, N: C, K: F });
    inputGradient(act.gateUp, w.gateUp, dNormed, { rows, N: 2 * F, K: C });
    norm({ x: act.middle, weight: w.norm2, out: act.normed2, dX, dWeight: g.norm2 }, rows);
    weightGradient(act.normed2, act.gateUp, g.gateUp, { rows, N: 2 * F, K: C });
    weightGradient(act.attended, dX, g.out, { rows, N: C, K: C });
    inputGradient(dX, w.out, arena.dAttended, { rows, N: C, K: C });

    const { dQ, dK, dV } = arena;
    const tensors = { ...act, ...input, out: act.attended, dOut: arena.dAttended, dQ, dK, dV };
    if (last) {
      const keyRows = { rows: head.keyRows, M, blocks };
      const ofHeads = { ...tensors, q: head.q, rows: head.rows };
      attentionBackward(recorder, ofHeads, { M: R, H, D, blocks: headBlocks }, keyRows);
      gather(recorder, { x: dQ, index: head.of, out: act.q }, { M, R, C });
      gather(recorder, { x: head.x, index: head.of, out: dResidual }, { M, R, C });
    } else attentionBackward(recorder, tensors, { M, H, D, blocks });
    const turned = { dQ: last ? act.q : dQ, dK, dV, rows: input.rows, table, dQkv: act.qkv };
    ropeBackward(recorder, turned, { M, C, H, T });

    inputGradient(act.qkv, w.qkv, dNormed, { rows: M, N: 3 * C, K: C });
    const x = arena.residual[l];
    norm({ x, weight: w.norm1, out: act.normed1, dX: dResidual, dWeight: g.norm1 }, M);
    weightGradient(act.normed1, act.qkv, g.qkv, { rows: M, N: 3 * C, K: C });
  }

  embeddingBackward(
    recorder,
    { order: arena.order, starts: arena.orderStarts, dOut: dResidual, dTable: gradients.embedding },
    { V, C, n: M, scale: Math.sqrt(C) },
  );
}
