import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { sumChunks } from './sumChunks.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import { unrolled } from './unroll.ts';
import anyWgsl from './matmulAny.wgsl?raw';
import subgroupsWgsl from './matmulSubgroups.wgsl?raw';
import wgsl from './matmul.wgsl?raw';

const bindings = { a: 'read', b: 'read', residual: 'read', out: 'read_write' } as const;
const products = {
  nn: ['a', 'b', 'residual', 'out'],
  nt: ['a', 'b', 'residual', 'out'],
  tn: ['a', 'b', 'out'],
} as const;
const dims = { M: 'u32', N: 'u32', K: 'u32', chunk: 'u32', rows: 'u32' } as const;

export const matmulOp = defineOp({ name: 'matmul', wgsl: unrolled(wgsl), bindings, dims, kernels: products });

export const matmulSubgroupsOp = defineOp({
  name: 'matmulSubgroups',
  wgsl: subgroupsWgsl,
  bindings,
  dims,
  kernels: products,
});

export const matmulAnyOp = defineOp({
  name: 'matmulAny',
  wgsl: anyWgsl,
  bindings,
  dims: { M: 'u32', N: 'u32', K: 'u32', mode: 'u32' },
  kernels: { product: ['a', 'b', 'residual', 'out'] },
});

/** Outputs of a thread along M, and threads of a workgroup along N (each 4 wide): the constants of the WGSL. */
const tiles = { plain: { rows: 8, tnRows: 16 }, subgroups: { rows: 24, tnRows: 32 }, width: 64 };

/** The largest dimension a product takes. */
export const MATMUL_LIMIT = 2 ** 20;

export type MatmulLayout = 'nn' | 'nt' | 'tn';
export interface MatmulDims {
  readonly M: number;
  readonly N: number;
  /** The summed dimension. */
  readonly K: number;
}

/** Slices of the summed dimension that `tn` adds up one after another; depends on K alone, so bits repeat. */
function chunking(K: number): { chunk: number; chunks: number } {
  const chunk = Math.max(256, Math.ceil(K / 64));
  return { chunk, chunks: Math.ceil(K / chunk) };
}

/** Values of scratch a `tn` product needs. */
export function matmulPartialLength({ M, N, K }: MatmulDims): number {
  return chunking(K).chunks * M * N;
}

/**
 * out [M, N] = product of a and b over K:
 * `nn` a [M, K], b [K, N]; `nt` a [M, K], b [N, K]; `tn` a [K, M], b [K, N].
 * With `residual` [M, N] given, out = residual + product; with `accumulate`, out += product.
 * `tn` (weight gradients: a long K, few outputs) sums in slices through `partial`.
 * @throws ShapeError when a tensor is too small or a dimension above {@link MATMUL_LIMIT}.
 */
export function matmul(
  recorder: Recorder,
  layout: MatmulLayout,
  tensors: { a: Tensor; b: Tensor; out: Tensor; residual?: Tensor; partial?: Tensor },
  size: MatmulDims,
  accumulate = false,
): void {
  const where = `matmul.${layout}`;
  const { M, N, K } = size;
  requireDims(where, { M, N, K }, MATMUL_LIMIT);
  requireLengths(where, tensors, { a: M * K, b: K * N, out: M * N });
  if (tensors.residual) requireLengths(where, { residual: tensors.residual }, { residual: M * N });
  const mode = tensors.residual ? 2 : accumulate ? 1 : 0;
  const { a, b, out, residual = a } = tensors;
  // Vectors of 4 run along N and the contiguous dimension of a. The number of rows plays no part in the choice,
  // so a row's result does not depend on its batch.
  if (N % 4 || (layout === 'tn' ? M : K) % 4) {
    const constants = { STRIDES: ['nn', 'nt', 'tn'].indexOf(layout) };
    recorder.dispatch(
      matmulAnyOp,
      'product',
      { a, b, residual, out },
      { M, N, K, mode },
      grid(M * N),
      constants,
    );
    return;
  }
  const fast = recorder.wideSubgroups;
  const op = fast ? matmulSubgroupsOp : matmulOp;
  const { rows, tnRows } = fast ? tiles.subgroups : tiles.plain;
  const across = Math.ceil(N / tiles.width);
  if (layout !== 'tn') {
    const groups = [Math.ceil(M / rows), across, 1] as const;
    recorder.dispatch(op, layout, { a, b, residual, out }, { M, N, K, chunk: K, rows }, groups, {
      MODE: mode,
    });
    return;
  }
  const { chunk, chunks } = chunking(K);
  if (!tensors.partial) requireLengths(where, {}, { partial: matmulPartialLength(size) });
  const partial = tensors.partial as Tensor;
  requireLengths(where, { partial }, { partial: matmulPartialLength(size) });
  recorder.dispatch(op, 'tn', { a, b, out: partial }, { M, N, K, chunk, rows: tnRows }, [
    Math.ceil(M / tnRows),
    across,
    chunks,
  ]);
  sumChunks(recorder, { partial, out }, { n: M * N, chunks }, accumulate);
}
