import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { swigluBackwardRef, swigluForwardRef } from './swiglu.ref.ts';
import { swigluBackward, swigluForward } from './swiglu.ts';

describe('swiglu on the GPU', () => {
  it.each([
    [1, 1],
    [3, 7],
    [65, 33],
    [130, 160],
  ])('M=%i F=%i agrees with the reference; the backward leaves gradient and output', async (M, F) => {
    const gpu = await testGpu();
    const x = testData(M * 2 * F, 7).map((v) => v * 4);
    const d = testData(M * F, 8);
    const gateUp = gpu.upload(x);
    const dOut = gpu.upload(d);
    const out = gpu.alloc(M * F);
    swigluForward(gpu.recorder, { gateUp, out }, { M, F });
    swigluBackward(gpu.recorder, { gateUp, dOut }, { M, F });
    const [y, again, dx] = await gpu.read(out, dOut, gateUp);
    expect(relativeError(y, swigluForwardRef(x, M, F))).toBeLessThan(1e-5);
    expect(again).toEqual(y);
    expect(relativeError(dx, swigluBackwardRef(x, d, M, F))).toBeLessThan(1e-5);
    [gateUp, dOut, out].forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    expect(() => swigluForward(gpu.recorder, { gateUp: small, out: small }, { M: 3, F: 7 })).toThrow(
      /swiglu.forward: expected gateUp to hold at least 42 values, got 4\. Allocate/,
    );
    gpu.free(small);
  });
});
