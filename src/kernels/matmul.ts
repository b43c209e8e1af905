import { ShapeError } from '../core/errors.ts';
import { defineOp, grid, type Op } from './op.ts';
import type { Recorder } from './recorder.ts';
import { sumChunks } from './sumChunks.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import type { Tiling } from './tilings.ts';
import { unrolled } from './unroll.ts';
import productsWgsl from './parts/products.wgsl?raw';
import subgroupProductsWgsl from './parts/subgroupProducts.wgsl?raw';
import anyWgsl from './matmulAny.wgsl?raw';
import fourLanesWgsl from './matmulFourLanes.wgsl?raw';
import fusedWgsl from './matmulFused.wgsl?raw';
import sharedWgsl from './matmulShared.wgsl?raw';
import subgroupsWgsl from './matmulSubgroups.wgsl?raw';
import wgsl from './matmul.wgsl?raw';

const bindings = {
  a: 'read',
  b: 'read',
  residual: 'read',
  out: 'read_write',
  quads: 'read',
} as const;
const products = {
  product: ['a', 'b', 'residual', 'out'],
  tn: ['quads', 'b', 'out'],
} as const;
const sizes = { M: 'u32', N: 'u32', K: 'u32', chunk: 'u32', added: 'u32' } as const;
const dims = { ...sizes, rows: 'u32', down: 'u32', along: 'u32', eps: 'f32' } as const;

export const matmulOp = defineOp({
  name: 'matmul',
  wgsl: unrolled([wgsl, productsWgsl].join('\n')),
  bindings,
  dims,
  kernels: products,
});

export const matmulSubgroupsOp = defineOp({
  name: 'matmulSubgroups',
  wgsl: ['enable subgroups;', subgroupsWgsl, subgroupProductsWgsl, productsWgsl].join('\n'),
  bindings: { ...bindings, gain: 'read', singles: 'read' },
  dims,
  kernels: { ...products, product: ['a', 'singles', 'residual', 'out', 'gain'] },
});

/** The same with what comes before and behind, see `fusedProducts.ts`. */
export const matmulFusedOp = defineOp({
  name: 'matmulFused',
  wgsl: ['enable subgroups;', fusedWgsl, subgroupProductsWgsl, productsWgsl].join('\n'),
  bindings: {
    ...bindings,
    gain: 'read',
    rows: 'read',
    table: 'read',
    q: 'read_write',
    keys: 'read_write',
    values: 'read_write',
  },
  dims,
  kernels: {
    product: [...products.product, 'gain'],
    qkv: ['a', 'b', 'gain', 'rows', 'table', 'q', 'keys', 'values'],
  },
});

/** The same for subgroups of four lanes, which SwiftShader has; it fuses nothing. */
export const matmulFourLanesOp = defineOp({
  name: 'matmulFourLanes',
  wgsl: unrolled(['enable subgroups;', fourLanesWgsl, productsWgsl].join('\n')),
  bindings: { ...bindings, pairs: 'read' },
  dims,
  kernels: { ...products, product: [...products.product, 'pairs'] },
});

export const matmulSharedOp = defineOp({
  name: 'matmulShared',
  wgsl: unrolled(sharedWgsl),
  bindings: { a: 'read', b: 'read', residual: 'read', out: 'read_write' },
  dims: sizes,
  kernels: { product: ['a', 'b', 'residual', 'out'], tn: ['a', 'b', 'out'] },
});

export const matmulAnyOp = defineOp({
  name: 'matmulAny',
  wgsl: anyWgsl,
  bindings: { a: 'read', b: 'read', residual: 'read', out: 'read_write' },
  dims: { M: 'u32', N: 'u32', K: 'u32', added: 'u32' },
  kernels: { product: ['a', 'b', 'residual', 'out'] },
});

/** Columns of a workgroup: a constant of the WGSL. */
const WIDTH = 64;

interface Tile {
  readonly op: Op;
  /** Rows of the result that a thread (of four lanes, a quad) computes, and in `tn`: constants of the WGSL. */
  readonly rows: number;
  readonly tnRows: number;
  /** Of its `product`, besides LEFT. */
  readonly overrides: readonly ('TRANSPOSED' | 'ADDED')[];
}
const tiles: Readonly<Record<Tiling | 'fourLanes', Tile>> = {
  plain: { op: matmulOp, rows: 8, tnRows: 16, overrides: ['TRANSPOSED'] },
  subgroups: { op: matmulSubgroupsOp, rows: 32, tnRows: 32, overrides: [] },
  fourLanes: { op: matmulFourLanesOp, rows: 24, tnRows: 32, overrides: ['TRANSPOSED', 'ADDED'] },
  shared: { op: matmulSharedOp, rows: 64, tnRows: 64, overrides: ['TRANSPOSED'] },
};
const fusedTile: Omit<Tile, 'tnRows'> = { op: matmulFusedOp, rows: 32, overrides: [] };
const tilesOf = ({ lanes }: Recorder, tiling: Tiling) =>
  tiles[tiling === 'subgroups' && lanes < 8 ? 'fourLanes' : tiling];

/** What the rows of `a` go through on their way into a product (see `fusedProducts.ts`): LEFT of the WGSL. */
const lefts = { plain: 0, norm: 1, swiglu: 2 } as const;

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
 * Whether the tiled kernels take a product: vectors of 4 run along N and along the contiguous dimension of a. The number
 * of rows plays no part in the choice, so a row's result does not depend on its batch.
 */
export const isTiled = (layout: MatmulLayout, { M, N, K }: MatmulDims): boolean =>
  N % 4 === 0 && (layout === 'tn' ? M : K) % 4 === 0;

/** How far the next row and column of b, or of the transposed, are. */
const strides = (layout: 'nn' | 'nt', { N, K }: MatmulDims): { down: number; along: number } =>
  layout === 'nn' ? { down: N, along: 1 } : { down: 1, along: K };

/**
 * The tiled `nn` or `nt` product of a size that {@link isTiled}; `left` is what `a` goes through first, which the tiling
 * must know. Lengths are the caller's to check.
 */
export function tiledProduct(
  recorder: Recorder,
  layout: 'nn' | 'nt',
  tensors: { a: Tensor; b: Tensor; out: Tensor; residual?: Tensor; gain?: Tensor },
  size: MatmulDims,
  { left = 'plain', eps = 0 }: { left?: keyof typeof lefts; eps?: number } = {},
): void {
  const fused = left !== 'plain' && layout === 'nn';
  const { op, rows, overrides } = fused ? fusedTile : tilesOf(recorder, recorder.tilings.product);
  const { a, b, out, residual = a, gain = b } = tensors;
  const { M, N, K } = size;
  const added = Number(tensors.residual !== undefined);
  const uniforms = { M, N, K, chunk: K, added, rows, eps, ...strides(layout, size) };
  const groups = [Math.ceil(M / rows), Math.ceil(N / WIDTH), 1] as const;
  const values = { TRANSPOSED: Number(layout === 'nt'), ADDED: added };
  const constants: Record<string, number> = {};
  for (const name of overrides) constants[name] = values[name];
  // A tile that cannot do what comes before refuses its name.
  if (left !== 'plain') constants.LEFT = lefts[left];
  const all = { a, b, pairs: b, singles: b, residual, out, gain };
  recorder.dispatch(op, 'product', all, uniforms, groups, constants);
}

/** The tiled `nn` product of queries, keys and values behind an RMSNorm, rotated: see `normQkvRope`. */
export function tiledQkv(
  recorder: Recorder,
  tensors: Readonly<Record<'a' | 'b' | 'gain' | 'rows' | 'table' | 'q' | 'keys' | 'values', Tensor>>,
  size: MatmulDims,
  { D, eps }: { readonly D: number; readonly eps: number },
): void {
  const { op, rows } = fusedTile;
  const { M, N, K } = size;
  const groups = [Math.ceil(M / rows), Math.ceil(N / WIDTH), 1] as const;
  const uniforms = { M, N, K, chunk: K, added: 0, rows, eps, ...strides('nn', size) };
  const constants = { LEFT: lefts.norm, D };
  recorder.dispatch(op, 'qkv', tensors, uniforms, groups, constants);
}

/**
 * out [M, N] = product of a and b over K:
 * `nn` a [M, K], b [K, N]; `nt` a [M, K], b [N, K]; `tn` a [K, M], b [K, N].
 * With `residual` [M, N] given, out = residual + product; `tn` takes none.
 * `tn` (weight gradients: a long K, few outputs) sums in slices through `partial`.
 * @throws ShapeError when a tensor is too small, a dimension above {@link MATMUL_LIMIT}, or `tn` gets a residual.
 */
export function matmul(
  recorder: Recorder,
  layout: MatmulLayout,
  tensors: { a: Tensor; b: Tensor; out: Tensor; residual?: Tensor; partial?: Tensor },
  size: MatmulDims,
): void {
  const where = `matmul.${layout}`;
  const { M, N, K } = size;
  requireDims(where, { M, N, K }, MATMUL_LIMIT);
  requireLengths(where, tensors, { a: M * K, b: K * N, out: M * N });
  if (tensors.residual && layout === 'tn')
    throw new ShapeError(`${where}: expected no residual, got one. Add it to the product.`);
  if (tensors.residual) requireLengths(where, { residual: tensors.residual }, { residual: M * N });
  if (!isTiled(layout, size)) {
    const { a, b, out, residual = a } = tensors;
    const constants = { STRIDES: ['nn', 'nt', 'tn'].indexOf(layout) };
    const uniforms = { ...size, added: Number(tensors.residual !== undefined) };
    recorder.dispatch(matmulAnyOp, 'product', { a, b, residual, out }, uniforms, grid(M * N), constants);
    return;
  }
  if (layout !== 'tn') return tiledProduct(recorder, layout, tensors, size);
  const { a, b, out } = tensors;
  const { op, tnRows } = tilesOf(recorder, recorder.tilings.tn);
  const { chunk, chunks } = chunking(K);
  if (!tensors.partial) requireLengths(where, {}, { partial: matmulPartialLength(size) });
  const partial = tensors.partial as Tensor;
  requireLengths(where, { partial }, { partial: matmulPartialLength(size) });
  const uniforms = { M, N, K, chunk, added: 0, rows: tnRows, ...strides('nn', size), eps: 0 };
  const groups = [Math.ceil(M / tnRows), Math.ceil(N / WIDTH), chunks] as const;
  recorder.dispatch(op, 'tn', { a, quads: a, b, out: partial }, uniforms, groups);
  sumChunks(recorder, { partial, out }, { n: M * N, chunks });
}
