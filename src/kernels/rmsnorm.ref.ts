interface NormDims {
  readonly M: number;
  readonly C: number;
  readonly eps: number;
}

/** 1/√(mean(x²) + eps) of each row. x: [M, C] → [M]. */
export function rmsnormRstdRef(x: ArrayLike<number>, { M, C, eps }: NormDims): Float64Array {
  return Float64Array.from({ length: M }, (_, m) => {
    let squares = 0;
    for (let c = 0; c < C; c++) squares += x[m * C + c] ** 2;
    return 1 / Math.sqrt(squares / C + eps);
  });
}

/** Float64 RMSNorm. x: [M, C], weight: [C] → [M, C]. */
export function rmsnormForwardRef(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dims: NormDims,
): Float64Array {
  const { M, C } = dims;
  const rstd = rmsnormRstdRef(x, dims);
  return Float64Array.from({ length: M * C }, (_, i) => x[i] * rstd[Math.floor(i / C)] * weight[i % C]);
}

/** Float64 gradient of RMSNorm. dOut: [M, C] → dX: [M, C], dWeight: [C]. */
export function rmsnormBackwardRef(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dOut: ArrayLike<number>,
  dims: NormDims,
): { dX: Float64Array; dWeight: Float64Array } {
  const { M, C } = dims;
  const rstd = rmsnormRstdRef(x, dims);
  const dX = new Float64Array(M * C);
  const dWeight = new Float64Array(C);
  for (let m = 0; m < M; m++) {
    let dot = 0;
    for (let c = 0; c < C; c++) {
      const i = m * C + c;
      dot += dOut[i] * weight[c] * x[i];
      dWeight[c] += dOut[i] * x[i] * rstd[m];
    }
    for (let c = 0; c < C; c++) {
      const i = m * C + c;
      dX[i] = rstd[m] * (dOut[i] * weight[c] - (x[i] * rstd[m] ** 2 * dot) / C);
    }
  }
  return { dX, dWeight };
}
