import type { AttentionDims } from './attention.ts';

/** Which rows see which. */
export interface AttentionRows {
  /** [M, 4]: position, start in paths, end of the subtree, the row itself. */
  readonly rows: ArrayLike<number>;
  /** Rows of keys and values, from a root downwards. */
  readonly paths: ArrayLike<number>;
}

/** Row of keys and values that row m sees at position p. */
const seen = ({ rows, paths }: AttentionRows, m: number, p: number): number => paths[rows[4 * m + 1] + p];

/** Attention weights of one row and head over positions 0..position. */
function weights(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  m: number,
  h: number,
  rows: AttentionRows,
  { H, D }: AttentionDims,
): number[] {
  const scores = Array.from({ length: rows.rows[4 * m] + 1 }, (_, p) => {
    let score = 0;
    for (let d = 0; d < D; d++) score += q[(m * H + h) * D + d] * k[(seen(rows, m, p) * H + h) * D + d];
    return score / Math.sqrt(D);
  });
  const top = Math.max(...scores);
  const exps = scores.map((s) => Math.exp(s - top));
  const total = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / total);
}

/** Float64 causal attention over the rows of a prefix tree. q: [M, H, D]; k, v: [*, H, D] → [M, H, D]. */
export function attentionForwardRef(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  rows: AttentionRows,
  dims: AttentionDims,
): Float64Array {
  const { M, H, D } = dims;
  const out = new Float64Array(M * H * D);
  for (let m = 0; m < M; m++)
    for (let h = 0; h < H; h++)
      weights(q, k, m, h, rows, dims).forEach((weight, p) => {
        for (let d = 0; d < D; d++)
          out[(m * H + h) * D + d] += weight * v[(seen(rows, m, p) * H + h) * D + d];
      });
  return out;
}

/** Float64 gradient of {@link attentionForwardRef} → { dQ, dK, dV }. */
export function attentionBackwardRef(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  rows: AttentionRows,
  dOut: ArrayLike<number>,
  dims: AttentionDims,
): { dQ: Float64Array; dK: Float64Array; dV: Float64Array } {
  const { M, H, D } = dims;
  const [dQ, dK, dV] = [new Float64Array(M * H * D), new Float64Array(k.length), new Float64Array(v.length)];
  for (let m = 0; m < M; m++)
    for (let h = 0; h < H; h++) {
      const w = weights(q, k, m, h, rows, dims);
      const at = (p: number): number => (seen(rows, m, p) * H + h) * D;
      const mine = (m * H + h) * D;
      const dWeight = w.map((_, p) => {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += dOut[mine + d] * v[at(p) + d];
        return sum;
      });
      const mean = w.reduce((sum, weight, p) => sum + weight * dWeight[p], 0);
      w.forEach((weight, p) => {
        const dScore = (weight * (dWeight[p] - mean)) / Math.sqrt(D);
        for (let d = 0; d < D; d++) {
          dQ[mine + d] += dScore * k[at(p) + d];
          dK[at(p) + d] += dScore * q[mine + d];
          dV[at(p) + d] += weight * dOut[mine + d];
        }
      });
    }
  return { dQ, dK, dV };
}

/** The rows of a tree given by each row's parent (-1: a root), in depth-first order. */
export function treeRows(parents: readonly number[]): { rows: Uint32Array; paths: Uint32Array } {
  const rows: number[] = [];
  const paths: number[] = [];
  let [path, start]: [number[], number] = [[], 0];
  parents.forEach((parent, m) => {
    if (parent !== m - 1 || m === 0) start = paths.length;
    // A row that follows its parent goes on with its parent's path.
    path = [...path.slice(0, path.indexOf(parent) + 1), m];
    paths.length = start;
    paths.push(...path);
    let end = m + 1;
    while (end < parents.length && parents[end] >= m) end++;
    rows.push(path.length - 1, start, end, m);
  });
  return { rows: Uint32Array.from(rows), paths: Uint32Array.from(paths) };
}

/** The rows of sequences of these lengths that share nothing, one after another. */
export function packedRows(lengths: readonly number[]): { rows: Uint32Array; paths: Uint32Array } {
  return treeRows(
    lengths.flatMap((length, s) => {
      const base = lengths.slice(0, s).reduce((a, b) => a + b, 0);
      return Array.from({ length }, (_, p) => (p === 0 ? -1 : base + p - 1));
    }),
  );
}
