import { attentionBackward } from '../kernels/attention.ts';
import { embeddingBackward } from '../kernels/embedding.ts';
import { matmul, type MatmulDims } from '../kernels/matmul.ts';
import type { Recorder } from '../kernels/recorder.ts';
import { rmsnormBackward } from '../kernels/rmsnorm.ts';
import { ropeBackward } from '../kernels/rope.ts';
import { swigluBackward } from '../kernels/swiglu.ts';
import type { Tensor } from '../kernels/tensor.ts';
import type { TrainingArena } from './activations.ts';
import type { PolicyConfig } from './types.ts';
import type { Weights } from './weights.ts';

/**
 * Backpropagates `arena.dLogits` through the whole policy; `gradients` is overwritten. Expects the
 * activations of the forward pass over the same M rows in `arena`, and the tokens inverted in `order`, `orderStarts`.
 */
export function backward(
  recorder: Recorder,
  config: PolicyConfig,
  weights: Weights,
  gradients: Weights,
  arena: TrainingArena,
  table: Tensor,
  M: number,
): void {
  const { width: C, heads: H, feedForward: F, vocabulary: V, context: T } = config;
  const { partial, dResidual, dNormed } = arena;

  /** y = x·w with x [M, K], w [K, N]: dx = dy·wᵀ, dw = xᵀ·dy. */
  const linear = (
    x: Tensor,
    w: Tensor,
    dy: Tensor,
    dx: Tensor,
    dw: Tensor,
    { N, K }: Omit<MatmulDims, 'M'>,
  ): void => {
    matmul(recorder, 'nt', { a: dy, b: w, out: dx }, { M, N: K, K: N });
    matmul(recorder, 'tn', { a: x, b: dy, out: dw, partial }, { M: K, N, K: M });
  };

  matmul(recorder, 'nn', { a: arena.dLogits, b: weights.embedding, out: dNormed }, { M, N: C, K: V });
  matmul(
    recorder,
    'tn',
    { a: arena.dLogits, b: arena.normed, out: gradients.embedding, partial },
    { M: V, N: C, K: M },
  );
  recorder.clear(dResidual);
  rmsnormBackward(
    recorder,
    {
      x: arena.residual[config.layers],
      weight: weights.norm,
      rstd: arena.rstd,
      dOut: dNormed,
      dX: dResidual,
      partial,
      dWeight: gradients.norm,
    },
    { M, C },
  );

  for (let l = config.layers - 1; l >= 0; l--) {
    const [w, g, act] = [weights.layers[l], gradients.layers[l], arena.layers[l]];
    linear(act.hidden, w.down, dResidual, arena.dHidden, g.down, { N: C, K: F });
    swigluBackward(recorder, { gateUp: act.gateUp, dOut: arena.dHidden, dGateUp: arena.dGateUp }, { M, F });
    linear(act.normed2, w.gateUp, arena.dGateUp, dNormed, g.gateUp, { N: 2 * F, K: C });
    rmsnormBackward(
      recorder,
      {
        x: act.middle,
        weight: w.norm2,
        rstd: act.rstd2,
        dOut: dNormed,
        dX: dResidual,
        partial,
        dWeight: g.norm2,
      },
      { M, C },
    );
    linear(act.attended, w.out, dResidual, arena.dAttended, g.out, { N: C, K: C });
    attentionBackward(
      recorder,
      { ...act, ...arena.input, dOut: arena.dAttended, dQ: arena.dQ, dK: arena.dK, dV: arena.dV },
      { M, H, D: C / H },
    );
    ropeBackward(
      recorder,
      { dQ: arena.dQ, dK: arena.dK, dV: arena.dV, position: arena.input.position, table, dQkv: arena.dQkv },
      { M, C, H, T },
    );
    linear(act.normed1, w.qkv, arena.dQkv, dNormed, g.qkv, { N: 3 * C, K: C });
    rmsnormBackward(
      recorder,
      {
        x: arena.residual[l],
        weight: w.norm1,
        rstd: act.rstd1,
        dOut: dNormed,
        dX: dResidual,
        partial,
        dWeight: g.norm1,
      },
      { M, C },
    );
  }

  embeddingBackward(
    recorder,
    { order: arena.order, starts: arena.orderStarts, dOut: dResidual, dTable: gradients.embedding },
    { V, C, n: M, scale: Math.sqrt(C) },
  );
}
