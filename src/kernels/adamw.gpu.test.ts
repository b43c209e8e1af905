import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { adamwStepRef, type AdamwState } from './adamw.ref.ts';
import { adamwPartialLength, adamwStep } from './adamw.ts';

describe('adamw on the GPU', () => {
  // 12 updates: past the point where pipelines, bind groups and staging buffers come from caches.
  it.each([
    [1, 0.2],
    [37, 1e6],
    [1000, 1],
    [150_001, 1],
  ])(
    'n=%i gradClip=%d: 12 updates with a changing learning rate agree with the reference',
    async (n, gradClip) => {
      const gpu = await testGpu();
      const start = testData(n, 3);
      const tensors = {
        parameters: gpu.upload(start),
        gradients: gpu.alloc(n),
        firstMoment: gpu.alloc(n),
        secondMoment: gpu.alloc(n),
        partial: gpu.alloc(adamwPartialLength(n)),
        norm: gpu.alloc(1),
      };
      const expected: AdamwState = {
        parameters: Float64Array.from(start),
        firstMoment: new Float64Array(n),
        secondMoment: new Float64Array(n),
      };
      for (let update = 1; update <= 12; update++) {
        const settings = {
          learningRate: 6e-3 * Math.min(1, update / 5),
          beta1: 0.9,
          beta2: 0.999,
          eps: 1e-8,
          weightDecay: 0.01,
          gradClip,
          update,
        };
        const data = testData(n, 100 + update).map((g) => g * (update % 3));
        gpu.write(tensors.gradients, data);
        adamwStep(gpu.recorder, tensors, { n, ...settings });
        const [norm] = await gpu.read(tensors.norm);
        expect(relativeError(norm, [adamwStepRef(expected, data, settings)])).toBeLessThan(1e-5);
      }
      const [parameters, first, second] = await gpu.read(
        tensors.parameters,
        tensors.firstMoment,
        tensors.secondMoment,
      );
      const moved = (x: ArrayLike<number>): Float64Array => Float64Array.from(start, (s, i) => x[i] - s);
      expect(relativeError(moved(parameters), moved(expected.parameters))).toBeLessThan(5e-5);
      expect(relativeError(first, expected.firstMoment)).toBeLessThan(1e-5);
      expect(relativeError(second, expected.secondMoment)).toBeLessThan(1e-5);
      Object.values(tensors).forEach((t) => gpu.free(t));
    },
  );

  it('a zero gradient only decays, and Infinity never clips', async () => {
    const gpu = await testGpu();
    const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.5, update: 1 };
    const tensors = {
      parameters: gpu.upload(Float32Array.of(2, 2)),
      gradients: gpu.upload(Float32Array.of(0, 0)),
      firstMoment: gpu.alloc(2),
      secondMoment: gpu.alloc(2),
      partial: gpu.alloc(2),
      norm: gpu.alloc(1),
    };
    adamwStep(gpu.recorder, tensors, { n: 2, ...settings, gradClip: 1 });
    const [decayed] = await gpu.read(tensors.parameters);
    expect(decayed[0]).toBeCloseTo(1.9, 6);
    gpu.write(tensors.gradients, Float32Array.of(3e4, -4e4));
    adamwStep(gpu.recorder, tensors, { n: 2, ...settings, gradClip: Infinity });
    const [first, norm] = await gpu.read(tensors.firstMoment, tensors.norm);
    expect(norm[0]).toBeCloseTo(5e4, 0);
    expect(first[0]).toBeCloseTo(3e3, 2);
    expect(first[1]).toBeCloseTo(-4e3, 2);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const t = gpu.alloc(4);
    const tensors = { parameters: t, gradients: t, firstMoment: t, secondMoment: t, partial: t, norm: t };
    const settings = { learningRate: 1, beta1: 0, beta2: 0, eps: 1, weightDecay: 0, gradClip: 1, update: 1 };
    expect(() => adamwStep(gpu.recorder, tensors, { n: 9, ...settings })).toThrow(
      /adamw.step: expected parameters to hold at least 9 values, got 4\. Allocate/,
    );
    gpu.free(t);
  });
});
