import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { ropeBackwardRef, ropeForwardRef } from './rope.ref.ts';
import { ropeBackward, ropeForward, ropeTable } from './rope.ts';

const theta = 1000;

describe('rope on the GPU', () => {
  it.each([
    [1, 2, 1, 1],
    [3, 12, 2, 5],
    [33, 30, 5, 17],
    [257, 64, 4, 128],
    [1000, 256, 8, 512],
  ])('M=%i C=%i H=%i T=%i agrees with the reference, scatters keys and values', async (M, C, H, T) => {
    const gpu = await testGpu();
    const dims = { M, C, H, T };
    const rows = M + 3;
    const positions = Uint32Array.from({ length: M }, (_, m) => (m * 7) % T);
    // The cache in reverse order, two rows in.
    const scatter = Uint32Array.from({ length: M }, (_, m) => M + 1 - m);
    const data = testData(M * 3 * C, 7);
    const d = { dQ: testData(M * C, 8), dK: testData(M * C, 9), dV: testData(M * C, 10) };
    const tensors = {
      qkv: gpu.upload(data),
      rows: gpu.upload(
        Uint32Array.from({ length: 4 * M }, (_, i) => [positions, [], [], scatter][i % 4][i >> 2]),
      ),
      table: gpu.upload(ropeTable(T, C / H, theta)),
      q: gpu.alloc(M * C),
      keys: gpu.alloc(rows * C),
      values: gpu.alloc(rows * C),
      dQ: gpu.upload(d.dQ),
      dK: gpu.upload(d.dK),
      dV: gpu.upload(d.dV),
      dQkv: gpu.alloc(M * 3 * C),
    };
    ropeForward(gpu.recorder, tensors, dims);
    ropeBackward(gpu.recorder, tensors, dims);
    const { q, keys, values, dQkv } = tensors;
    const [outQ, outK, outV, gradient] = await gpu.read(q, keys, values, dQkv);
    const expected = ropeForwardRef(data, positions, theta, dims);
    const inCache = (x: Float64Array): Float64Array => {
      const cache = new Float64Array(rows * C);
      scatter.forEach((row, m) => cache.set(x.subarray(m * C, (m + 1) * C), row * C));
      return cache;
    };
    expect(relativeError(outQ, expected.q)).toBeLessThan(1e-6);
    expect(relativeError(outK, inCache(expected.k))).toBeLessThan(1e-6);
    expect(relativeError(outV, inCache(expected.v))).toBeLessThan(1e-7);
    expect(relativeError(gradient, ropeBackwardRef(d, positions, theta, dims))).toBeLessThan(1e-6);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('names the op, what was expected, what came and the remedy', async () => {
    const gpu = await testGpu();
    const t = gpu.alloc(4);
    const tensors = { dQ: t, dK: t, dV: t, rows: t, table: t, dQkv: t };
    expect(() => ropeBackward(gpu.recorder, tensors, { M: 1, C: 6, H: 2, T: 1 })).toThrow(
      'rope.backward: expected an even head width C / H, got 6 / 2. Choose C as a multiple of 2 H.',
    );
    expect(() => ropeBackward(gpu.recorder, tensors, { M: 1, C: 4, H: 1, T: 1 })).toThrow(
      /rope.backward: expected dQkv to hold at least 12 values, got 4\. Allocate/,
    );
    gpu.free(t);
  });
});
