import { ShapeError } from '../core/errors.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './attention.wgsl?raw';

export const attention = defineOp({
  name: 'attention',
  wgsl,
  bindings: {
    q: 'read',
    keys: 'read',
    values: 'read',
    rows: 'read',
    paths: 'read',
    stats: 'read_write',
    out: 'read_write',
    dOut: 'read',
    dQ: 'read_write',
    dK: 'read_write',
    dV: 'read_write',
  },
  dims: { M: 'u32', H: 'u32', D: 'u32' },
  kernels: {
    forward: ['q', 'keys', 'values', 'rows', 'paths', 'stats', 'out'],
    backwardQuery: ['q', 'keys', 'values', 'rows', 'paths', 'stats', 'dOut', 'dQ'],
    backwardKeyValue: ['q', 'keys', 'values', 'rows', 'stats', 'dOut', 'dK', 'dV'],
  },
});

export interface AttentionDims {
  readonly M: number;
  readonly H: number;
  /** Head dimension: a multiple of 4, at most 64. */
  readonly D: number;
}

function check(where: string, tensors: Readonly<Record<string, Tensor>>, dims: AttentionDims): void {
  const { M, H, D } = dims;
  requireDims(where, { M, H, D });
  if (D % 4 || D > 64)
    throw new ShapeError(
      `${where}: expected D to be a multiple of 4 up to 64, got ${D}. Choose another number of heads.`,
    );
  const width = M * H * D;
  const needed = {
    q: width,
    rows: 4 * M,
    stats: 2 * M * H,
    out: width,
    dOut: width,
    dQ: width,
    dK: width,
    dV: width,
  };
  requireLengths(
    where,
    tensors,
    Object.fromEntries(Object.entries(needed).filter(([name]) => name in tensors)),
  );
}

/**
 * Causal attention, softmax(q·kᵀ/√D)·v per head, over the rows of a prefix tree: each row sees its ancestors and
 * itself. q, out: [M, H, D]; keys, values: [*, H, D]; rows: u32 [M, 4] = (position, start of its path in `paths`,
 * end of its subtree, 0); paths: u32 [*], the rows of keys and values from a root downwards; stats: [M, H, 2]
 * scratch kept for the backward pass.
 * @throws ShapeError when a tensor is too small or D unsupported.
 */
export function attentionForward(
  recorder: Recorder,
  tensors: {
    q: Tensor;
    keys: Tensor;
    values: Tensor;
    rows: Tensor;
    paths: Tensor;
    stats: Tensor;
    out: Tensor;
  },
  dims: AttentionDims,
): void {
  check('attention.forward', tensors, dims);
  recorder.dispatch(attention, 'forward', tensors, { ...dims }, grid(dims.M * dims.H), { QUADS: dims.D / 4 });
}

/**
 * Gradient of {@link attentionForward} when keys and values are the batch's own rows ([M, H, D], training) in
 * depth-first order, so that the rows that see row m are m..rows[m].end - 1.
 * dOut: [M, H, D] → dQ, dK, dV: [M, H, D] (overwritten).
 * @throws ShapeError when a tensor is too small or D unsupported.
 */
export function attentionBackward(
  recorder: Recorder,
  tensors: {
    q: Tensor;
    keys: Tensor;
    values: Tensor;
    rows: Tensor;
    paths: Tensor;
    stats: Tensor;
    dOut: Tensor;
    dQ: Tensor;
    dK: Tensor;
    dV: Tensor;
  },
  dims: AttentionDims,
): void {
  check('attention.backward', tensors, dims);
  const constants = { QUADS: dims.D / 4 };
  recorder.dispatch(attention, 'backwardQuery', tensors, { ...dims }, grid(dims.M * dims.H), constants);
  recorder.dispatch(attention, 'backwardKeyValue', tensors, { ...dims }, grid(dims.M * dims.H), constants);
}
