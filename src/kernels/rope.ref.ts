interface RopeRefDims {
  readonly M: number;
  readonly C: number;
  readonly H: number;
}

/**
 * Rotates the half-split pairs (i, i + D/2) of every head by position · theta^(-2i/D), times `sign`.
 * x: [M, C], position: [M] → [M, C].
 */
function rotateRef(
  x: ArrayLike<number>,
  position: ArrayLike<number>,
  theta: number,
  { M, C, H }: RopeRefDims,
  sign: number,
): Float64Array {
  const D = C / H;
  const out = new Float64Array(M * C);
  for (let m = 0; m < M; m++)
    for (let h = 0; h < H; h++)
      for (let i = 0; i < D / 2; i++) {
        const angle = sign * position[m] * theta ** ((-2 * i) / D);
        const first = m * C + h * D + i;
        const second = first + D / 2;
        out[first] = x[first] * Math.cos(angle) - x[second] * Math.sin(angle);
        out[second] = x[first] * Math.sin(angle) + x[second] * Math.cos(angle);
      }
  return out;
}

/** Columns [part · C, (part + 1) · C) of qkv: [M, 3C]. */
function partOf(qkv: ArrayLike<number>, part: number, { M, C }: RopeRefDims): Float64Array {
  return Float64Array.from({ length: M * C }, (_, i) => qkv[Math.floor(i / C) * 3 * C + part * C + (i % C)]);
}

/** Float64 split and rotation. qkv: [M, 3C], position: [M] → q, k, v: [M, C]. */
export function ropeForwardRef(
  qkv: ArrayLike<number>,
  position: ArrayLike<number>,
  theta: number,
  dims: RopeRefDims,
): { q: Float64Array; k: Float64Array; v: Float64Array } {
  return {
    q: rotateRef(partOf(qkv, 0, dims), position, theta, dims, 1),
    k: rotateRef(partOf(qkv, 1, dims), position, theta, dims, 1),
    v: partOf(qkv, 2, dims),
  };
}

/** Float64 gradient of the split and rotation. dQ, dK, dV: [M, C] → dQkv: [M, 3C]. */
export function ropeBackwardRef(
  d: { dQ: ArrayLike<number>; dK: ArrayLike<number>; dV: ArrayLike<number> },
  position: ArrayLike<number>,
  theta: number,
  dims: RopeRefDims,
): Float64Array {
  const { M, C } = dims;
  const parts = [
    rotateRef(d.dQ, position, theta, dims, -1),
    rotateRef(d.dK, position, theta, dims, -1),
    d.dV,
  ];
  const dQkv = new Float64Array(M * 3 * C);
  for (let m = 0; m < M; m++)
    parts.forEach((part, p) => {
      for (let c = 0; c < C; c++) dQkv[(m * 3 + p) * C + c] = part[m * C + c];
    });
  return dQkv;
}
