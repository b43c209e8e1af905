import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { embeddingBackwardRef, embeddingForwardRef } from './embedding.ref.ts';
import { embeddingBackward, embeddingForward, invertTokens } from './embedding.ts';

describe('embedding on the GPU', () => {
  it.each([
    [1, 1, 1],
    [7, 3, 5],
    [130, 65, 33],
    [3000, 64, 80],
  ])('M=%i C=%i V=%i agrees with the reference; the gradient accumulates', async (M, C, V) => {
    const gpu = await testGpu();
    const dims = { M, C, V, scale: 1.5 };
    const ids = Uint32Array.from(testData(M, 3), (x) => Math.floor(((x + 1) / 2) * V));
    const weights = testData(V * C, 4);
    const d = testData(M * C, 5);
    const before = testData(V * C, 6);
    const inverse = invertTokens(ids, V);
    const tensors = {
      tokens: gpu.upload(ids),
      table: gpu.upload(weights),
      out: gpu.alloc(M * C),
      order: gpu.upload(inverse.order),
      starts: gpu.upload(inverse.starts),
      dOut: gpu.upload(d),
      dTable: gpu.upload(before),
    };
    embeddingForward(gpu.recorder, tensors, dims);
    embeddingBackward(gpu.recorder, tensors, { V, C, n: M, scale: dims.scale });
    const [out, dTable] = await gpu.read(tensors.out, tensors.dTable);
    const expected = embeddingBackwardRef(ids, d, dims).map((g, i) => g + before[i]);
    expect(relativeError(out, embeddingForwardRef(ids, weights, dims))).toBeLessThan(1e-7);
    expect(relativeError(dTable, expected)).toBeLessThan(1e-5);
    Object.values(tensors).forEach((t) => gpu.free(t));
  });

  it('gives zeros for a token beyond the vocabulary, and no tokens leave the gradient alone', async () => {
    const gpu = await testGpu();
    const tokens = gpu.upload(Uint32Array.of(7));
    const table = gpu.upload(Float32Array.of(1, 2, 3, 4));
    const out = gpu.upload(Float32Array.of(5, 6));
    const order = gpu.alloc(0);
    const starts = gpu.alloc(3);
    const dTable = gpu.upload(Float32Array.of(1, 2, 3, 4));
    embeddingForward(gpu.recorder, { tokens, table, out }, { M: 1, C: 2, V: 2, scale: 1 });
    embeddingBackward(gpu.recorder, { order, starts, dOut: out, dTable }, { V: 2, C: 2, n: 0, scale: 1 });
    const [row, gradient] = await gpu.read(out, dTable);
    expect([...row]).toEqual([0, 0]);
    expect([...gradient]).toEqual([1, 2, 3, 4]);
    [tokens, table, out, order, starts, dTable].forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const small = gpu.alloc(4);
    expect(() =>
      embeddingForward(
        gpu.recorder,
        { tokens: small, table: small, out: small },
        { M: 3, C: 2, V: 5, scale: 1 },
      ),
    ).toThrow(/embedding.forward: expected table to hold at least 10 values, got 4\. Allocate/);
    gpu.free(small);
  });
});
