import { describe, expect, it } from 'vitest';
import { inEveryTiling, relativeError, testData, testGpu } from '../../test/gpu.ts';
import { matmulRef } from './matmul.ref.ts';
import { MATMUL_LIMIT, matmul, matmulPartialLength, type MatmulLayout } from './matmul.ts';

const behind = Array.from({ length: 36 }, (_, i) => i + 1);
const layouts: MatmulLayout[] = ['nn', 'nt', 'tn'];
const sizes = [
  [1, 1, 1],
  [1, 80, 64],
  [5, 3, 7],
  [4, 4, 4],
  [52, 20, 36],
  [68, 132, 60],
  [33, 66, 129],
  [64, 192, 700],
  [129, 64, 31],
  [36, 20, 31],
  [23, 124, 4],
  [25, 128, 8],
  [49, 72, 12],
  [4, 4, 16448],
];

describe.each(layouts)('matmul %s on the GPU', (layout) => {
  it.each(sizes)('M=%i N=%i K=%i: plain, with residual', async (M, N, K) => {
    const gpu = await testGpu();
    const [a, b, r] = [testData(M * K, 1), testData(K * N, 2), testData(M * N, 3)];
    const tensors = {
      a: gpu.upload(a),
      b: gpu.upload(b),
      partial: gpu.alloc(matmulPartialLength({ M, N, K })),
    };
    const residual = gpu.upload(r);
    const expected = matmulRef(layout, a, b, { M, N, K });
    const shifted = expected.map((v, i) => v + r[i]);
    await inEveryTiling(gpu, async (tiling) => {
      // What lies behind a result must stay as it is.
      const guarded = (values: Float32Array) => gpu.upload(Float32Array.of(...values, ...behind));
      const none = new Float32Array(M * N);
      const [out, withResidual] = [guarded(none), guarded(none)];
      matmul(gpu.recorder, layout, { ...tensors, out }, { M, N, K });
      if (layout !== 'tn')
        matmul(gpu.recorder, layout, { ...tensors, residual, out: withResidual }, { M, N, K });
      const read = await gpu.read(out, withResidual);
      const [y, y1] = read.map((values) => values.subarray(0, M * N));
      for (const values of read) expect([...values.subarray(M * N)], tiling).toEqual(behind);
      expect(relativeError(y, expected), tiling).toBeLessThan(1e-5);
      if (layout !== 'tn') expect(relativeError(y1, shifted), tiling).toBeLessThan(1e-5);
      [out, withResidual].forEach((t) => gpu.free(t));
    });
    [...Object.values(tensors), residual].forEach((t) => gpu.free(t));
  });
});

it('matmul refuses what does not fit, with op, expectation, size and remedy', async () => {
  const gpu = await testGpu();
  const t = gpu.alloc(16);
  expect(() => matmul(gpu.recorder, 'nn', { a: t, b: t, out: t }, { M: 0, N: 4, K: 4 })).toThrow(
    /matmul.nn: expected M to be an integer from 1 to \d+, got 0/,
  );
  expect(() =>
    matmul(gpu.recorder, 'nn', { a: t, b: t, out: t }, { M: 4, N: 4, K: MATMUL_LIMIT + 4 }),
  ).toThrow(/Pass a smaller K/);
  const four = { M: 4, N: 4, K: 4 };
  expect(() => matmul(gpu.recorder, 'tn', { a: t, b: t, out: t }, four)).toThrow(/expected partial to hold/);
  expect(() => matmul(gpu.recorder, 'tn', { a: t, b: t, out: t, residual: t }, four)).toThrow(
    /matmul.tn: expected no residual, got one/,
  );
  gpu.free(t);
});
