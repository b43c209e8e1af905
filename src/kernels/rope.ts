import { ShapeError } from '../core/errors.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import wgsl from './rope.wgsl?raw';

export const rope = defineOp({
  name: 'rope',
  wgsl,
  bindings: {
    qkv: 'read',
    rows: 'read',
    table: 'read',
    q: 'read_write',
    keys: 'read_write',
    values: 'read_write',
    dQ: 'read',
    dK: 'read',
    dV: 'read',
    dQkv: 'read_write',
  },
  dims: { M: 'u32', T: 'u32' },
  kernels: {
    forward: ['qkv', 'rows', 'table', 'q', 'keys', 'values'],
    backward: ['rows', 'table', 'dQ', 'dK', 'dV', 'dQkv'],
  },
});

export interface RopeDims {
  readonly M: number;
  readonly C: number;
  /** Heads; C / H must be even. */
  readonly H: number;
  /** Positions of the table; a position beyond T - 1 is rotated as T - 1. */
  readonly T: number;
}

/**
 * Rotary embedding (Su et al. 2021) of half-split pairs (i, i + D/2), D = C / H, as in GPT-NeoX and Qwen.
 * qkv: [M, 3C], q, k and v each C wide with head h at columns h·D; rows: u32 [M, 4] = (position, ·, ·, kvRow);
 * table: [T, D/2, 2] of {@link ropeTable}. Writes rotated q: [M, C] to row m, rotated k and plain v to row
 * kvRow of keys, values: [*, C]. Rows of one call must have distinct kvRow, all within the cache.
 * @throws ShapeError when C / H is not even or a tensor is too small.
 */
export function ropeForward(
  recorder: Recorder,
  tensors: {
    qkv: Tensor;
    rows: Tensor;
    table: Tensor;
    q: Tensor;
    keys: Tensor;
    values: Tensor;
  },
  dims: RopeDims,
): void {
  const { M, C, D, T } = headDims('rope.forward', dims);
  requireLengths('rope.forward', tensors, {
    qkv: M * 3 * C,
    rows: 4 * M,
    table: T * D,
    q: M * C,
    keys: M * C,
    values: M * C,
  });
  recorder.dispatch(rope, 'forward', tensors, { M, T }, grid((M * C) / 2), { C, D });
}

/**
 * Gradient of {@link ropeForward}, the inverse rotation: dQ, dK, dV: [M, C], all at row m → dQkv: [M, 3C]
 * (overwritten).
 * @throws ShapeError when C / H is not even or a tensor is too small.
 */
export function ropeBackward(
  recorder: Recorder,
  tensors: { dQ: Tensor; dK: Tensor; dV: Tensor; rows: Tensor; table: Tensor; dQkv: Tensor },
  dims: RopeDims,
): void {
  const { M, C, D, T } = headDims('rope.backward', dims);
  requireLengths('rope.backward', tensors, {
    dQ: M * C,
    dK: M * C,
    dV: M * C,
    rows: 4 * M,
    table: T * D,
    dQkv: M * 3 * C,
  });
  recorder.dispatch(rope, 'backward', tensors, { M, T }, grid((M * C) / 2), { C, D });
}

/** cos and sin of position · theta^(-2i/D), computed in float64. → [T, D/2, 2] */
export function ropeTable(T: number, D: number, theta: number): Float32Array {
  const table = new Float32Array(T * D);
  for (let t = 0; t < T; t++)
    for (let i = 0; i < D / 2; i++) {
      const angle = t * theta ** ((-2 * i) / D);
      table[t * D + 2 * i] = Math.cos(angle);
      table[t * D + 2 * i + 1] = Math.sin(angle);
    }
  return table;
}

function headDims(op: string, { M, C, H, T }: RopeDims): { M: number; C: number; D: number; T: number } {
  requireDims(op, { M, C, H, T });
  const D = C / H;
  if (!Number.isInteger(D / 2))
    throw new ShapeError(
      `${op}: expected an even head width C / H, got ${C} / ${H}. Choose C as a multiple of 2 H.`,
    );
  return { M, C, D, T };
}
