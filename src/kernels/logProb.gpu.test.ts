import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { logProbBackwardRef, logProbForwardRef } from './logProb.ref.ts';
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
    const dims = { M, V };
    const data = testData(M * V, 7).map((v) => v * range);
    const chosen = Uint32Array.from({ length: M }, (_, m) => (m * 31 + V - 1) % V);
    const d = { dLogProb: testData(M, 8), dEntropy: testData(M, 9) };
    const tensors = {
      logits: gpu.upload(data),
      target: gpu.upload(chosen),
      logProb: gpu.alloc(M),
      entropy: gpu.alloc(M),
      lse: gpu.alloc(M),
      dLogProb: gpu.upload(d.dLogProb),
      dEntropy: gpu.upload(d.dEntropy),
      dLogits: gpu.alloc(M * V),
    };
    logProbForward(gpu.recorder, tensors, dims);
    logProbBackward(gpu.recorder, tensors, dims);
    const { logProb, entropy, lse, dLogits } = tensors;
    const [outLogProb, outEntropy, outLse, gradient] = await gpu.read(logProb, entropy, lse, dLogits);
    const expected = logProbForwardRef(data, chosen, dims);
    if (V === 1) {
      // The only token is certain: zeros, of which a relative error says nothing.
      expect(Math.abs(outLogProb[0])).toBeLessThan(1e-6);
      expect(Math.abs(outEntropy[0])).toBeLessThan(1e-6);
      expect(Math.abs(gradient[0])).toBeLessThan(1e-6);
    } else {
      expect(relativeError(outLogProb, expected.logProb)).toBeLessThan(1e-5);
      expect(relativeError(outEntropy, expected.entropy)).toBeLessThan(1e-5);
      expect(relativeError(gradient, logProbBackwardRef(data, chosen, d, dims))).toBeLessThan(2e-5);
    }
    expect(relativeError(outLse, expected.lse)).toBeLessThan(1e-5);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    const tensors = { logits: small, target: small, logProb: small, entropy: small, lse: small };
    expect(() => logProbForward(gpu.recorder, tensors, { M: 3, V: 7 })).toThrow(
      /logProb.forward: expected logits to hold at least 21 values, got 4\. Allocate/,
    );
    gpu.free(small);
  });
});
