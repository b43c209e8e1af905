import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { rmsnormBackwardRef, rmsnormForwardRef, rmsnormRstdRef } from './rmsnorm.ref.ts';
import { rmsnormBackward, rmsnormForward, rmsnormPartialLength } from './rmsnorm.ts';

describe('rmsnorm on the GPU', () => {
  it.each([
    [1, 1],
    [3, 7],
    [65, 33],
    [130, 160],
    [5000, 64],
    [2, 65536],
  ])('M=%i C=%i agrees with the reference; dX accumulates', async (M, C) => {
    const gpu = await testGpu();
    const dims = { M, C, eps: 1e-6 };
    const data = testData(M * C, 7).map((v) => v * 4);
    const scale = testData(C, 8).map((v) => v + 1.5);
    const d = testData(M * C, 9);
    const before = testData(M * C, 10);
    const tensors = {
      x: gpu.upload(data),
      weight: gpu.upload(scale),
      out: gpu.alloc(M * C),
      rstd: gpu.alloc(M),
      dOut: gpu.upload(d),
      dX: gpu.upload(before),
      partial: gpu.alloc(rmsnormPartialLength(M, C)),
      dWeight: gpu.upload(testData(C, 11)),
    };
    const again = gpu.alloc(M * C);
    rmsnormForward(gpu.recorder, tensors, dims);
    rmsnormBackward(gpu.recorder, { ...tensors, out: again }, dims);
    const [out, rstd, dX, dWeight] = await gpu.read(tensors.out, tensors.rstd, tensors.dX, tensors.dWeight);
    expect((await gpu.read(again))[0]).toEqual(out);
    gpu.free(again);
    const expected = rmsnormBackwardRef(data, scale, d, dims);
    expect(relativeError(out, rmsnormForwardRef(data, scale, dims))).toBeLessThan(1e-5);
    expect(relativeError(rstd, rmsnormRstdRef(data, dims))).toBeLessThan(1e-5);
    expect(
      relativeError(
        dX,
        expected.dX.map((g, i) => g + before[i]),
      ),
    ).toBeLessThan(1e-5);
    expect(relativeError(dWeight, expected.dWeight)).toBeLessThan(1e-5);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('a long row of equal values, the worst case for its sums, agrees to 1e-5', async () => {
    const gpu = await testGpu();
    const dims = { M: 1, C: 65536, eps: 1e-6 };
    const row = new Float32Array(dims.C).fill(0.62);
    const [x, out] = [gpu.upload(row), gpu.alloc(dims.C)];
    rmsnormForward(gpu.recorder, { x, weight: x, out }, dims);
    const [got] = await gpu.read(out);
    expect(relativeError(got, rmsnormForwardRef(row, row, dims))).toBeLessThan(1e-5);
    [x, out].forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    expect(() =>
      rmsnormForward(gpu.recorder, { x: small, weight: small, out: small }, { M: 3, C: 7, eps: 0 }),
    ).toThrow(/rmsnorm.forward: expected x to hold at least 21 values, got 4\. Allocate/);
    gpu.free(small);
  });
});
