import type { AttentionDims } from './attention.ts';

interface Rows {
  /** [M, 4]: position, row of position 0, rows of the sequence, 0. */
  readonly rows: ArrayLike<number>;
}

/** Attention weights of one row and head over positions 0..position. */
function weights(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  m: number,
  h: number,
  { rows }: Rows,
  { H, D }: AttentionDims,
): number[] {
  const scores = Array.from({ length: rows[4 * m] + 1 }, (_, p) => {
    let score = 0;
    for (let d = 0; d < D; d++) score += q[(m * H + h) * D + d] * k[((rows[4 * m + 1] + p) * H + h) * D + d];
    return score / Math.sqrt(D);
  });
  const top = Math.max(...scores);
  const exps = scores.map((s) => Math.exp(s - top));
  const total = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / total);
}

/** Float64 causal attention over packed rows. q: [M, H, D]; k, v: [*, H, D] → [M, H, D]. */
export function attentionForwardRef(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  rows: ArrayLike<number>,
  dims: AttentionDims,
): Float64Array {
  const { M, H, D } = dims;
  const out = new Float64Array(M * H * D);
  for (let m = 0; m < M; m++)
    for (let h = 0; h < H; h++)
      weights(q, k, m, h, { rows }, dims).forEach((weight, p) => {
        for (let d = 0; d < D; d++)
          out[(m * H + h) * D + d] += weight * v[((rows[4 * m + 1] + p) * H + h) * D + d];
      });
  return out;
}

/** Float64 gradient of {@link attentionForwardRef} → { dQ, dK, dV }. */
export function attentionBackwardRef(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  rows: ArrayLike<number>,
  dOut: ArrayLike<number>,
  dims: AttentionDims,
): { dQ: Float64Array; dK: Float64Array; dV: Float64Array } {
  const { M, H, D } = dims;
  const [dQ, dK, dV] = [new Float64Array(M * H * D), new Float64Array(k.length), new Float64Array(v.length)];
  for (let m = 0; m < M; m++)
    for (let h = 0; h < H; h++) {
      const w = weights(q, k, m, h, { rows }, dims);
      const at = (p: number): number => ((rows[4 * m + 1] + p) * H + h) * D;
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

/** The `rows` argument for sequences of these lengths packed one after another. */
export function packedRows(lengths: readonly number[]): Uint32Array {
  const out: number[] = [];
  let base = 0;
  for (const length of lengths) {
    for (let p = 0; p < length; p++) out.push(p, base, length, 0);
    base += length;
  }
  return Uint32Array.from(out);
}
