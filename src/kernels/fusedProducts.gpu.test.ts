import { describe, expect, it } from 'vitest';
import { inEveryTiling, relativeError, testData, testGpu } from '../../test/gpu.ts';
import { normMatmul, normQkvRope, swigluMatmul } from './fusedProducts.ts';
import { matmulRef } from './matmul.ref.ts';
import { rmsnormForwardRef } from './rmsnorm.ref.ts';
import { ropeForwardRef } from './rope.ref.ts';
import { ropeTable } from './rope.ts';
import { swigluForwardRef } from './swiglu.ref.ts';

// Fused, eight lanes and more take sizes in vectors of 4 in one dispatch; all else takes two.
const sizes = [
  [1, 1, 1],
  [5, 3, 7],
  [1, 80, 64],
  [4, 4, 4],
  [52, 20, 36],
  [33, 132, 60],
  [130, 64, 160],
];

describe('products with what comes before them, on the GPU', () => {
  it.each(sizes)('M=%i N=%i K=%i: RMSNorm, both layouts', async (M, N, K) => {
    const gpu = await testGpu();
    const dims = { M, N, K, eps: 1e-3 };
    const data = testData(M * K, 1).map((v) => v * 3);
    const [scale, right] = [testData(K, 2).map((v) => v + 1.5), testData(K * N, 3)];
    const [x, gain, b] = [data, scale, right].map((values) => gpu.upload(values));
    const [out, scratch] = [gpu.alloc(M * N), gpu.alloc(M * K)];
    const normed = rmsnormForwardRef(data, scale, { M, C: K, eps: dims.eps });
    await inEveryTiling(gpu, async (tiling) => {
      for (const layout of ['nn', 'nt'] as const) {
        const expected = matmulRef(layout, normed, right, dims);
        for (const fused of [true, false]) {
          gpu.recorder.clear(out);
          normMatmul(gpu.recorder, layout, { x, gain, b, out, scratch }, { ...dims, fused });
          const [got] = await gpu.read(out);
          expect(relativeError(got, expected), `${tiling} ${layout} ${fused}`).toBeLessThan(1e-5);
        }
      }
    });
    [x, gain, b, out, scratch].forEach((t) => gpu.free(t));
  });

  it.each(sizes)('M=%i N=%i K=%i: SwiGLU with residual', async (M, N, K) => {
    const gpu = await testGpu();
    // Far enough out that exp would overflow.
    const data = testData(2 * M * K, 4).map((v, i) => v * (i % 7 ? 4 : 200));
    const [right, rest] = [testData(K * N, 5), testData(M * N, 6)];
    const [gateUp, b, residual] = [data, right, rest].map((values) => gpu.upload(values));
    const [out, scratch] = [gpu.alloc(M * N), gpu.alloc(M * K)];
    const product = matmulRef('nn', swigluForwardRef(data, M, K), right, { M, N, K });
    const expected = product.map((v, i) => v + rest[i]);
    await inEveryTiling(gpu, async (tiling) => {
      for (const fused of [true, false]) {
        gpu.recorder.clear(out);
        swigluMatmul(gpu.recorder, { gateUp, b, residual, out, scratch }, { M, N, K, fused });
        const [got] = await gpu.read(out);
        expect(relativeError(got, expected), `${tiling} ${fused}`).toBeLessThan(1e-5);
      }
    });
    [gateUp, b, residual, out, scratch].forEach((t) => gpu.free(t));
  });

  // Fused, eight lanes and more take heads of 8, 16 and 32 in one dispatch; all else takes more.
  it.each([
    [1, 8, 1, 1],
    [25, 64, 4, 128],
    [30, 64, 2, 9],
    [3, 48, 6, 5],
    [7, 24, 2, 17],
    [49, 64, 1, 33],
    [5, 6, 3, 4],
  ])('M=%i C=%i H=%i T=%i: RMSNorm, queries, keys and values, rotated', async (M, C, H, T) => {
    const gpu = await testGpu();
    const dims = { M, C, H, T, eps: 1e-3 };
    const data = testData(M * C, 1).map((v) => v * 3);
    const [scale, right] = [testData(C, 2).map((v) => v + 1.5), testData(3 * C * C, 3)];
    const position = Uint32Array.from({ length: M }, (_, m) => (m * 5) % T);
    // The cache in reverse order, two rows in.
    const rows = Uint32Array.from(position, (_, m) => M + 1 - m);
    const tensors = {
      x: gpu.upload(data),
      gain: gpu.upload(scale),
      b: gpu.upload(right),
      rows: gpu.upload(Uint32Array.from([...position].flatMap((p, m) => [p, 0, 0, rows[m]]))),
      table: gpu.upload(ropeTable(T, C / H, 1000)),
      q: gpu.alloc(M * C),
      keys: gpu.alloc((M + 2) * C),
      values: gpu.alloc((M + 2) * C),
      normed: gpu.alloc(M * C),
      qkv: gpu.alloc(3 * M * C),
    };
    const normed = rmsnormForwardRef(data, scale, dims);
    const product = matmulRef('nn', normed, right, { M, N: 3 * C, K: C });
    const { q, k, v } = ropeForwardRef(product, position, 1000, dims);
    const inCache = (x: Float64Array): Float64Array => {
      const cache = new Float64Array((M + 2) * C);
      rows.forEach((row, m) => cache.set(x.subarray(m * C, (m + 1) * C), row * C));
      return cache;
    };
    await inEveryTiling(gpu, async (tiling) => {
      for (const fused of [true, false]) {
        for (const t of [tensors.q, tensors.keys, tensors.values]) gpu.recorder.clear(t);
        normQkvRope(gpu.recorder, tensors, { ...dims, fused });
        const got = await gpu.read(tensors.q, tensors.keys, tensors.values);
        [q, inCache(k), inCache(v)].forEach((expected, i) =>
          expect(relativeError(got[i], expected), `${tiling} ${fused}`).toBeLessThan(1e-5),
        );
      }
    });
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const t = gpu.alloc(8);
    const size = { M: 3, N: 4, K: 4 };
    expect(() =>
      normMatmul(
        gpu.recorder,
        'nn',
        { x: t, gain: t, b: t, out: t, scratch: t },
        { ...size, eps: 0, fused: true },
      ),
    ).toThrow(/normMatmul: expected x to hold at least 12 values, got 8\. Allocate/);
    expect(() =>
      swigluMatmul(
        gpu.recorder,
        { gateUp: t, b: t, residual: t, out: t, scratch: t },
        { ...size, fused: true },
      ),
    ).toThrow(/swigluMatmul: expected gateUp to hold at least 24 values, got 8/);
    gpu.free(t);
  });
});
