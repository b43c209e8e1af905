import { attentionBackward } from '../kernels/attention.ts';
import { embeddingBackward } from '../kernels/embedding.ts';
import { matmul, type MatmulDims } from '../kernels/matmul.ts';
import type { Recorder } from '../kernels/recorder.ts';
import { rmsnormBackward } from '../kernels/rmsnorm.ts';
import { ropeBackward } from '../kernels/rope.ts';
import { swigluBackward } from '../kernels/swiglu.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { TrainingArena } from './activations.ts';
import { NORM_EPS, type PolicyConfig } from './types.ts';
import type { Weights } from './weights.ts';

/**
 * Backpropagates the gradient of the logits, which it expects in `arena.logits`, through the whole policy; `gradients` is
 * overwritten. Expects the activations of the forward pass over the same M rows in `arena`, and the tokens inverted in
 * `order`, `orderStarts`. Consumes the activations: many gradients take the place of what they are gradients of.
 */
export function backward(
  recorder: Recorder,
  config: PolicyConfig,
  weights: Weights,
  gradients: Weights,
  arena: TrainingArena,
  table: Tensor,
  { M, blocks }: { readonly M: number; readonly blocks: number },
): void {
  const { width: C, heads: H, feedForward: F, vocabulary: V, context: T } = config;
  const { partial, dResidual, dNormed } = arena;
  const norm = { M, C, eps: NORM_EPS };

  // y = x·w with x [M, K], w [K, N]: dx = dy·wᵀ, dw = xᵀ·dy.
  type Inner = Omit<MatmulDims, 'M'>;
  const inputGradient = (dy: Tensor, w: Tensor, dx: Tensor, { N, K }: Inner): void =>
    matmul(recorder, 'nt', { a: dy, b: w, out: dx }, { M, N: K, K: N });
  const weightGradient = (x: Tensor, dy: Tensor, dw: Tensor, { N, K }: Inner): void =>
    matmul(recorder, 'tn', { a: x, b: dy, out: dw, partial }, { M: K, N, K: M });

  matmul(recorder, 'nn', { a: arena.logits, b: weights.embedding, out: dNormed }, { M, N: C, K: V });
  recorder.clear(dResidual);
  rmsnormBackward(
    recorder,
    {
      x: arena.residual[config.layers],
      weight: weights.norm,
      out: arena.normed,
      rstd: arena.rstd,
      dOut: dNormed,
      dX: dResidual,
      partial,
      dWeight: gradients.norm,
    },
    norm,
  );
  // The norms' and SwiGLU's outputs are not kept: the kernels of their gradients leave them for the weights' gradients.
  weightGradient(arena.logits, arena.normed, gradients.embedding, { N: C, K: V });

  for (let l = config.layers - 1; l >= 0; l--) {
    const [w, g, act] = [weights.layers[l], gradients.layers[l], arena.layers[l]];
    inputGradient(dResidual, w.down, arena.dHidden, { N: C, K: F });
    swigluBackward(recorder, { gateUp: act.gateUp, dOut: arena.dHidden }, { M, F });
    weightGradient(act.hidden, dResidual, g.down, { N: C, K: F });
    inputGradient(act.gateUp, w.gateUp, dNormed, { N: 2 * F, K: C });
    rmsnormBackward(
      recorder,
      {
        x: act.middle,
        weight: w.norm2,
        out: act.normed2,
        rstd: arena.rstd,
        dOut: dNormed,
        dX: dResidual,
        partial,
        dWeight: g.norm2,
      },
      norm,
    );
    weightGradient(act.normed2, act.gateUp, g.gateUp, { N: 2 * F, K: C });
    weightGradient(act.attended, dResidual, g.out, { N: C, K: C });
    inputGradient(dResidual, w.out, arena.dAttended, { N: C, K: C });
    attentionBackward(
      recorder,
      {
        ...act,
        ...arena.input,
        out: act.attended,
        dOut: arena.dAttended,
        dQ: arena.dQ,
        dK: arena.dK,
        dV: arena.dV,
      },
      { M, H, D: C / H, blocks },
    );
    ropeBackward(
      recorder,
      { dQ: arena.dQ, dK: arena.dK, dV: arena.dV, rows: arena.input.rows, table, dQkv: act.qkv },
      { M, C, H, T },
    );
    inputGradient(act.qkv, w.qkv, dNormed, { N: 3 * C, K: C });
    rmsnormBackward(
      recorder,
      {
        x: arena.residual[l],
        weight: w.norm1,
        out: act.normed1,
        rstd: arena.rstd,
        dOut: dNormed,
        dX: dResidual,
        partial,
        dWeight: g.norm1,
      },
      norm,
    );
    weightGradient(act.normed1, act.qkv, g.qkv, { N: 3 * C, K: C });
  }

  embeddingBackward(
    recorder,
    { order: arena.order, starts: arena.orderStarts, dOut: dResidual, dTable: gradients.embedding },
    { V, C, n: M, scale: Math.sqrt(C) },
  );
}
