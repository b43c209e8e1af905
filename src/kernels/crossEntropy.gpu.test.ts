import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { crossEntropyBackwardRef, crossEntropyForwardRef } from './crossEntropy.ref.ts';
import { crossEntropyBackward, crossEntropyForward } from './crossEntropy.ts';
import { logProbForwardRef, oneTarget } from './logProb.ref.ts';

describe('crossEntropy on the GPU', () => {
  it.each([
    [1, 2, 1],
    [3, 7, 4],
    [65, 33, 4],
    [130, 80, 30],
    [3000, 80, 8],
    [2, 65536, 4],
  ])('M=%i V=%i agrees with the reference, logits within ±%i', async (M, V, range) => {
    const gpu = await testGpu();
    // Rows have one target, or 0 to 3 of them.
    const ends = Array.from({ length: M }, (_, m) =>
      M === 65 ? 6 * Math.floor(m / 4) + [0, 1, 3, 6][m % 4] : m + 1,
    );
    const P = ends[M - 1];
    const dims = { M, V, P, scale: 0.25 };
    const data = testData(M * V, 7).map((v) => v * range);
    const asked = {
      starts: Uint32Array.of(0, ...ends),
      targets: Uint32Array.from({ length: P }, (_, p) => (p * 31 + V - 1) % V),
    };
    // Every third target weighs nothing, as observation tokens do.
    const weights = testData(P, 8).map((v, m) => (m % 3 === 2 ? 0 : v + 1.5));
    const tensors = {
      logits: gpu.upload(data),
      starts: gpu.upload(asked.starts),
      targets: gpu.upload(asked.targets),
      weight: gpu.upload(weights),
      loss: gpu.alloc(P),
      lse: gpu.alloc(M),
      dLogits: gpu.upload(data),
    };
    crossEntropyForward(gpu.recorder, tensors, dims);
    crossEntropyBackward(gpu.recorder, tensors, dims);
    const [loss, lse, dLogits] = await gpu.read(tensors.loss, tensors.lse, tensors.dLogits);
    expect(relativeError(loss, crossEntropyForwardRef(data, asked, weights, dims))).toBeLessThan(1e-5);
    expect(relativeError(lse, logProbForwardRef(data, asked, dims).lse)).toBeLessThan(1e-5);
    expect(relativeError(dLogits, crossEntropyBackwardRef(data, asked, weights, dims))).toBeLessThan(2e-5);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('one token alone costs nothing', async () => {
    const gpu = await testGpu();
    const one = gpu.upload(Float32Array.of(3));
    const starts = gpu.upload(Uint32Array.of(0, 1));
    const targets = gpu.alloc(1);
    const [loss, lse, dLogits] = [gpu.alloc(1), gpu.alloc(1), gpu.upload(Float32Array.of(3))];
    const tensors = { logits: one, starts, targets, weight: one, loss, lse };
    crossEntropyForward(gpu.recorder, tensors, { M: 1, V: 1, P: 1 });
    crossEntropyBackward(gpu.recorder, { ...tensors, dLogits }, { M: 1, V: 1, P: 1, scale: 1 });
    const [a, b] = await gpu.read(loss, dLogits);
    expect(Math.abs(a[0])).toBeLessThan(1e-6);
    expect(Math.abs(b[0])).toBeLessThan(1e-6);
    [one, starts, targets, loss, lse, dLogits].forEach((t) => gpu.free(t));
  });

  it('a long row of equal logits, the worst case for its sum, agrees to 1e-5', async () => {
    const gpu = await testGpu();
    const dims = { M: 1, V: 65536, P: 1 };
    const row = Float32Array.from({ length: dims.V }, (_, v) => (v === 0 ? 0 : -0.82));
    const logits = gpu.upload(row);
    const weight = gpu.upload(Float32Array.of(1));
    const starts = gpu.upload(Uint32Array.of(0, 1));
    const [targets, loss, lse] = [gpu.alloc(1), gpu.alloc(1), gpu.alloc(1)];
    crossEntropyForward(gpu.recorder, { logits, starts, targets, weight, loss, lse }, dims);
    const [out] = await gpu.read(loss);
    // Absolute: an error of the logarithm is a relative error of the probability.
    expect(Math.abs(out[0] - crossEntropyForwardRef(row, oneTarget([0]), [1], dims)[0])).toBeLessThan(1e-5);
    [logits, weight, starts, targets, loss, lse].forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    const tensors = {
      logits: small,
      starts: small,
      targets: small,
      weight: small,
      loss: small,
      lse: small,
    };
    expect(() => crossEntropyForward(gpu.recorder, tensors, { M: 3, V: 7, P: 3 })).toThrow(
      /crossEntropy.forward: expected logits to hold at least 21 values, got 4\. Allocate/,
    );
    gpu.free(small);
  });
});
