import type { MatmulDims, MatmulLayout } from './matmul.ts';

/** Float64 product over K. a, b as in `matmul`; → [M, N]. */
export function matmulRef(
  layout: MatmulLayout,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { M, N, K }: MatmulDims,
): Float64Array {
  const out = new Float64Array(M * N);
  for (let i = 0; i < M; i++)
    for (let j = 0; j < N; j++) {
      let sum = 0;
      for (let k = 0; k < K; k++)
        sum += a[layout === 'tn' ? k * M + i : i * K + k] * b[layout === 'nt' ? j * K + k : k * N + j];
      out[i * N + j] = sum;
    }
  return out;
}

/** Float64 gradients of `nn`: y = a·b. dOut: [M, N] → da = dOut·bᵀ [M, K], db = aᵀ·dOut [K, N]. */
export function matmulBackwardRef(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  dOut: ArrayLike<number>,
  { M, N, K }: MatmulDims,
): { da: Float64Array; db: Float64Array } {
  return {
    da: matmulRef('nt', dOut, b, { M, N: K, K: N }),
    db: matmulRef('tn', a, dOut, { M: K, N, K: M }),
  };
}
