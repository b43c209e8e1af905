import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { logProbBackwardRef, logProbForwardRef, oneTarget } from './logProb.ref.ts';
import { logProbBackward, logProbForward } from './logProb.ts';

describe('logProb on the GPU', () => {
  it.each([
    [1, 1, 4],
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
    const dims = { M, V, P };
    const data = testData(M * V, 7).map((v) => v * range);
    const asked = {
      starts: Uint32Array.of(0, ...ends),
      targets: Uint32Array.from({ length: P }, (_, p) => (p * 31 + V - 1) % V),
    };
    const d = { dLogProb: testData(P, 8), dEntropy: testData(M, 9) };
    const tensors = {
      logits: gpu.upload(data),
      starts: gpu.upload(asked.starts),
      targets: gpu.upload(asked.targets),
      logProb: gpu.alloc(P),
      entropy: gpu.alloc(M),
      lse: gpu.alloc(M),
      dLogProb: gpu.upload(d.dLogProb),
      dEntropy: gpu.upload(d.dEntropy),
      dLogits: gpu.upload(data),
    };
    logProbForward(gpu.recorder, tensors, dims);
    logProbBackward(gpu.recorder, tensors, dims);
    const { logProb, entropy, lse, dLogits } = tensors;
    const [outLogProb, outEntropy, outLse, gradient] = await gpu.read(logProb, entropy, lse, dLogits);
    const expected = logProbForwardRef(data, asked, dims);
    if (V === 1) {
      // The only token is certain: zeros, of which a relative error says nothing.
      expect(Math.abs(outLogProb[0])).toBeLessThan(1e-6);
      expect(Math.abs(outEntropy[0])).toBeLessThan(1e-6);
      expect(Math.abs(gradient[0])).toBeLessThan(1e-6);
    } else {
      expect(relativeError(outLogProb, expected.logProb)).toBeLessThan(1e-5);
      expect(relativeError(outEntropy, expected.entropy)).toBeLessThan(1e-5);
      expect(relativeError(gradient, logProbBackwardRef(data, asked, d, dims))).toBeLessThan(2e-5);
    }
    expect(relativeError(outLse, expected.lse)).toBeLessThan(1e-5);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('a long row of equal logits, the worst case for its sums, agrees to 1e-5', async () => {
    const gpu = await testGpu();
    const dims = { M: 1, V: 65536, P: 1 };
    const row = Float32Array.from({ length: dims.V }, (_, v) => (v === 0 ? 0 : -0.82));
    const logits = gpu.upload(row);
    const starts = gpu.upload(Uint32Array.of(0, 1));
    const [targets, logProb, entropy, lse] = [gpu.alloc(1), gpu.alloc(1), gpu.alloc(1), gpu.alloc(1)];
    logProbForward(gpu.recorder, { logits, starts, targets, logProb, entropy, lse }, dims);
    const [outLogProb, outEntropy] = await gpu.read(logProb, entropy);
    const expected = logProbForwardRef(row, oneTarget([0]), dims);
    // Absolute: an error of the logarithm is a relative error of the probability.
    expect(Math.abs(outLogProb[0] - expected.logProb[0])).toBeLessThan(1e-5);
    expect(Math.abs(outEntropy[0] - expected.entropy[0])).toBeLessThan(2e-5);
    [logits, starts, targets, logProb, entropy, lse].forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    const tensors = {
      logits: small,
      starts: small,
      targets: small,
      logProb: small,
      entropy: small,
      lse: small,
    };
    expect(() => logProbForward(gpu.recorder, tensors, { M: 3, V: 7, P: 3 })).toThrow(
      /logProb.forward: expected logits to hold at least 21 values, got 4\. Allocate/,
    );
    gpu.free(small);
  });
});
