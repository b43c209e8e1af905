import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { distillBackwardRef, distillForwardRef } from './distill.ref.ts';
import { distillBackward, distillForward } from './distill.ts';

/** Rows of probabilities; every fifth word is never said. */
function teacherOf(M: number, V: number, range: number): Float32Array {
  const raw = testData(M * V, 11).map((value, i) => (V > 1 && i % 5 === 4 ? 0 : Math.exp(value * range)));
  for (let m = 0; m < M; m++) {
    const row = raw.subarray(m * V, (m + 1) * V);
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((value, v) => (row[v] = value / sum));
  }
  return raw;
}

describe('distill on the GPU', () => {
  it.each([
    [1, 2, 1],
    [3, 7, 4],
    [65, 33, 4],
    [130, 80, 30],
    [3000, 80, 8],
    [2, 65536, 4],
  ])('M=%i V=%i agrees with the reference, logits within ±%i', async (M, V, range) => {
    const gpu = await testGpu();
    const dims = { M, V, scale: 0.25 };
    const data = testData(M * V, 7).map((value) => value * range);
    const teacher = teacherOf(M, V, 3);
    // Every third row weighs nothing, as observation tokens do.
    const weights = testData(M, 8).map((value, m) => (m % 3 === 2 ? 0 : value + 1.5));
    const tensors = {
      logits: gpu.upload(data),
      teacher: gpu.upload(teacher),
      weight: gpu.upload(weights),
      loss: gpu.alloc(M),
      lse: gpu.alloc(M),
      dLogits: gpu.upload(data),
    };
    distillForward(gpu.recorder, tensors, dims);
    distillBackward(gpu.recorder, tensors, dims);
    const [loss, dLogits] = await gpu.read(tensors.loss, tensors.dLogits);
    expect(relativeError(loss, distillForwardRef(data, teacher, weights, dims))).toBeLessThan(2e-5);
    expect(relativeError(dLogits, distillBackwardRef(data, teacher, weights, dims))).toBeLessThan(2e-5);
    Object.values(tensors).forEach((tensor) => gpu.free(tensor));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    const tensors = { logits: small, teacher: small, weight: small, loss: small, lse: small };
    expect(() => distillForward(gpu.recorder, tensors, { M: 3, V: 7 })).toThrow(
      /distill.forward: expected logits to hold at least 21 values, got 4\. Allocate/,
    );
    gpu.free(small);
  });
});
