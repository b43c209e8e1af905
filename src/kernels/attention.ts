import { ShapeError } from '../core/errors.ts';
import { defineOp, grid } from './op.ts';
import type { Recorder } from './recorder.ts';
import { requireDims, requireLengths, type Tensor } from './tensor.ts';
import { specialized } from './unroll.ts';
import attentionWgsl from './attention.wgsl?raw';
import runsWgsl from './parts/attentionRuns.wgsl?raw';

const wgsl = [attentionWgsl, runsWgsl].join('\n');

/** `broadcast` for teams of so many lanes; alone, a lane has what it asks for. */
const broadcasts: Readonly<Record<number, (wgsl: string) => string>> = {
  1: (wgsl) => `${wgsl}\nfn broadcast(own: Part, lane: u32) -> Part {\n  return own;\n}\n`,
  4: (wgsl) => inSubgroups(wgsl.replaceAll('broadcast(', 'quadBroadcast(')),
  8: (wgsl) => inSubgroups(wgsl.replaceAll('broadcast(', 'subgroupShuffle(')),
};

/** A team takes every branch together, since all of it takes the same block; no compiler can know. */
const inSubgroups = (wgsl: string): string =>
  `enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n${wgsl}`;

export const attention = defineOp({
  name: 'attention',
  wgsl: broadcasts[1](wgsl),
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

type Constants = Readonly<Record<'H' | 'PARTS' | 'LANES' | 'LOADS' | 'ROWS' | 'GROUP', number>>;

/** The op for parts of `width` values, with its constants in place and the loops over them written out. */
function opOf(width: 2 | 4, constants: Constants): typeof attention {
  const name = `attention ${width} ${Object.values(constants).join(' ')}`;
  const found = ops.get(name);
  if (found) return found;
  const text = wgsl.replace('alias Part = vec4f;', `alias Part = vec${width}f;`);
  const op = { ...attention, name, wgsl: specialized(broadcasts[constants.LANES](text), constants) };
  ops.set(name, op);
  return op;
}

export interface AttentionDims {
  readonly M: number;
  readonly H: number;
  /** Head dimension: a multiple of 4, at most 64. */
  readonly D: number;
  /** Blocks behind the rows in `rows`, of at most `blockRows(D, recorder.team)` rows, or some go uncomputed; without, every row is one. */
  readonly blocks?: number;
}

/** Lanes of a team where the recorder has teams of `team`; 1: a thread alone. */
const teamOf = (team: number): number => (team === 4 || team === 8 ? team : 1);

/** Values of a head that a lane loads at once: two, if that is a lane's share. Of teams alone, so that rows in blocks and one by one give the same bits. */
const partWidth = (D: number, team: number): 2 | 4 => (D <= 2 * teamOf(team) ? 2 : 4);

/** Rows that a thread of `forward` takes, in a team or alone: it keeps their queries in registers, and a team of many has rows enough. */
const threadRows = (D: number, team: number): number =>
  Math.max(1, Math.min(D <= 16 ? 4 : D <= 32 ? 2 : 1, 16 / team));

/** Rows of a block at most, where the recorder has teams of `team`. */
export const blockRows = (D: number, team: number): number => threadRows(D, teamOf(team)) * teamOf(team);

/** Whether M rows in blocks take less time than one by one: a team takes a block's time, however few rows it has. */
export const blocksPay = (M: number, blocks: number, team: number): boolean =>
  M >= blocks * Math.max(2, teamOf(team));

/** Most rows that a thread of a backward kernel takes: more sums need more registers, and compilers more time. */
const BACKWARD_ROWS = 2;

/**
 * The rows [M, 4] with their blocks [B, 4] behind them, (first row, rows, 0, 0): at most `most` rows that follow one another
 * in a sequence and end together; with `loose` any rows of one path, which is enough for queries. See {@link attentionForward}.
 */
export function withBlocks(rows: Uint32Array, most: number, loose = false): Uint32Array {
  const M = rows.length / 4;
  const blocks: number[] = [];
  const follows = (m: number): boolean =>
    rows[4 * m + 1] === rows[4 * m - 3] &&
    (loose
      ? rows[4 * m] > rows[4 * m - 4]
      : rows[4 * m] === rows[4 * m - 4] + 1 && rows[4 * m + 2] === rows[4 * m - 2]);
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
    keys: width,
    values: width,
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
 * Causal attention, softmax(q·kᵀ/√D)·v per head, over the rows of a prefix tree: each row sees its ancestors and itself.
 * q, out: [M, H, D]; keys, values: [*, H, D]; rows: u32 [M, 4] = (position, start of its path in `paths`, end of its
 * subtree, ·), with `blocks` as {@link withBlocks} puts them behind, which change no bit; paths: u32 [*], the rows of keys
 * and values from a root downwards; stats: [M, H, 2] scratch kept for the backward pass.
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
  const { q, rows, stats, out } = tensors;
  check('attention.forward', { q, rows, stats, out }, dims);
  dispatch(recorder, 'forward', tensors, dims);
}

/** Rows of keys that the queries of a gradient see, where there are more of them than queries. */
export interface KeyRows {
  /** u32 [M, 4] = (·, ·, end of the queries that see it, first of them), with `blocks` behind. */
  readonly rows: Tensor;
  readonly M: number;
  readonly blocks?: number;
}

/**
 * Gradient of {@link attentionForward} when keys and values are the batch's own rows (training) in depth-first order, so
 * that the rows that see row m are m..rows[m].end - 1; in `rows` the fourth value is m itself. out: what the forward
 * pass gave; dOut: [M, H, D] → dQ: [M, H, D], dK, dV: as keys and values (overwritten). Where only some of the rows ask,
 * `keyRows` says by which queries each row is seen.
 * @throws ShapeError when a tensor is too small or D unsupported.
 */
export function attentionBackward(
  recorder: Recorder,
  tensors: Readonly<
    Record<'q' | 'keys' | 'values' | 'rows' | 'paths' | 'stats' | 'out' | 'dOut' | 'dQ' | 'dK' | 'dV', Tensor>
  >,
  dims: AttentionDims,
  keyRows?: KeyRows,
): void {
  const { q, keys, values, rows, paths, stats, out, dOut, dQ, dK, dV } = tensors;
  const { M, H, D } = dims;
  const ofKeys = keyRows ? { ...dims, M: keyRows.M, blocks: keyRows.blocks } : dims;
  check('attention.backward', { q, rows, stats, out, dOut, dQ }, dims);
  check('attention.backward', { keys, values, rows: keyRows?.rows ?? rows, dK, dV }, ofKeys);
  recorder.dispatch(attention, 'delta', { stats, out, dOut }, { M, D, B: 0 }, grid(M * H), {
    H,
    PARTS: D / 4,
  });
  dispatch(recorder, 'backwardQuery', { q, keys, values, rows, paths, stats, dOut, dQ }, dims);
  const seen = { q, keys, values, rows: keyRows?.rows ?? rows, stats, dOut, dK, dV };
  dispatch(recorder, 'backwardKeyValue', seen, ofKeys);
}

function dispatch(
  recorder: Recorder,
  entryPoint: 'forward' | 'backwardQuery' | 'backwardKeyValue',
  tensors: Readonly<Record<string, Tensor>>,
  { M, H, D, blocks }: AttentionDims,
): void {
  const LANES = blocks === undefined ? 1 : teamOf(recorder.team);
  const most = blocks === undefined ? 1 : threadRows(D, LANES);
  const GROUP = most * LANES;
  const ROWS = entryPoint === 'forward' ? most : Math.min(most, BACKWARD_ROWS);
  const B = ((blocks ?? M) * GROUP) / (ROWS * LANES);
  const width = partWidth(D, recorder.team);
  const PARTS = D / width;
  const op = opOf(width, { H, PARTS, LANES, LOADS: Math.ceil(PARTS / LANES), ROWS, GROUP });
  recorder.dispatch(op, entryPoint, tensors, { M, D, B }, grid(B * H * LANES));
}
