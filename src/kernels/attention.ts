import { ShapeError } from '../core/errors.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import { specialized } from './unroll.ts';
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
  dims: { M: 'u32', D: 'u32', B: 'u32' },
  kernels: {
    forward: ['q', 'keys', 'values', 'rows', 'paths', 'stats', 'out'],
    delta: ['stats', 'out', 'dOut'],
    backwardQuery: ['q', 'keys', 'values', 'rows', 'paths', 'stats', 'dOut', 'dQ'],
    backwardKeyValue: ['q', 'keys', 'values', 'rows', 'stats', 'dOut', 'dK', 'dV'],
  },
});

const ops = new Map<string, typeof attention>();

/** The op with its constants in place and the loops over them written out. */
function opOf(constants: Readonly<Record<'H' | 'QUADS' | 'ROWS' | 'GROUP', number>>): typeof attention {
  const name = `attention ${Object.values(constants).join(' ')}`;
  const found = ops.get(name) ?? { ...attention, name, wgsl: specialized(wgsl, constants) };
  ops.set(name, found);
  return found;
}

export interface AttentionDims {
  readonly M: number;
  readonly H: number;
  /** Head dimension: a multiple of 4, at most 64. */
  readonly D: number;
  /** Blocks behind the rows in `rows`; without, every row is one. */
  readonly blocks?: number;
}

/** Rows of a block: a thread keeps their queries in registers. */
export const blockRows = (D: number): number => (D <= 16 ? 4 : D <= 32 ? 2 : 1);

/** Most rows that a thread of a backward kernel takes: more sums need more registers, and compilers more time. */
const BACKWARD_ROWS = 2;

/**
 * The rows [M, 4] with their blocks [B, 4] behind them, (first row, rows, 0, 0): runs of at most `most` rows that follow
 * one another in a sequence and end together, see {@link attentionForward}.
 */
export function withBlocks(rows: Uint32Array, most: number): Uint32Array {
  const M = rows.length / 4;
  const blocks: number[] = [];
  const follows = (m: number): boolean =>
    rows[4 * m] === rows[4 * m - 4] + 1 &&
    rows[4 * m + 1] === rows[4 * m - 3] &&
    rows[4 * m + 2] === rows[4 * m - 2];
  for (let m = 0; m < M; m++)
    if (m > 0 && follows(m) && blocks[blocks.length - 3] < most) blocks[blocks.length - 3]++;
    else blocks.push(m, 1, 0, 0);
  const all = new Uint32Array(4 * M + blocks.length);
  all.set(rows);
  all.set(blocks, 4 * M);
  return all;
}

function check(where: string, tensors: Readonly<Record<string, Tensor>>, dims: AttentionDims): void {
  const { M, H, D, blocks = 0 } = dims;
  requireDims(where, { M, H, D });
  if (D % 4 || D > 64)
    throw new ShapeError(
      `${where}: expected D to be a multiple of 4 up to 64, got ${D}. Choose another number of heads.`,
    );
  const width = M * H * D;
  const needed = {
    q: width,
    rows: 4 * (M + blocks),
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
 * end of its subtree, ·), with `blocks` as {@link withBlocks} puts them behind, which change no bit; paths: u32 [*], the rows of keys and values from a root downwards; stats: [M, H, 2]
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
  dispatch(recorder, 'forward', tensors, dims);
}

/**
 * Gradient of {@link attentionForward} when keys and values are the batch's own rows ([M, H, D], training) in
 * depth-first order, so that the rows that see row m are m..rows[m].end - 1.
 * out: what the forward pass gave; dOut: [M, H, D] → dQ, dK, dV: [M, H, D] (overwritten).
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
    out: Tensor;
    dOut: Tensor;
    dQ: Tensor;
    dK: Tensor;
    dV: Tensor;
  },
  dims: AttentionDims,
): void {
  check('attention.backward', tensors, dims);
  const { M, H, D } = dims;
  recorder.dispatch(attention, 'delta', tensors, { M, D, B: 0 }, grid(M * H), { H, QUADS: D / 4 });
  dispatch(recorder, 'backwardQuery', tensors, dims);
  dispatch(recorder, 'backwardKeyValue', tensors, dims);
}

function dispatch(
  recorder: Recorder,
  entryPoint: 'forward' | 'backwardQuery' | 'backwardKeyValue',
  tensors: Readonly<Record<string, Tensor>>,
  { M, H, D, blocks }: AttentionDims,
): void {
  const GROUP = blocks === undefined ? 1 : blockRows(D);
  const ROWS = entryPoint === 'forward' ? GROUP : Math.min(GROUP, BACKWARD_ROWS);
  const B = ((blocks ?? M) * GROUP) / ROWS;
  const op = opOf({ H, QUADS: D / 4, ROWS, GROUP });
  recorder.dispatch(op, entryPoint, tensors, { M, D, B }, grid(B * H));
}
