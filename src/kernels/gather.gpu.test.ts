import { describe, expect, it } from 'vitest';
import { testData, testGpu } from '../../test/gpu.ts';
import { gatherRef } from './gather.ref.ts';
import { gather } from './gather.ts';

describe('gather on the GPU', () => {
  it.each([
    [1, 1, 1],
    [3, 7, 5],
    [130, 33, 64],
    [17, 400, 12],
  ])('M=%i R=%i C=%i agrees with the reference', async (M, R, C) => {
    const gpu = await testGpu();
    const data = testData(R * C, 1);
    const rows = Uint32Array.from({ length: M }, (_, m) => (m * 5 + 2) % (R + 1));
    const [x, index, out] = [gpu.upload(data), gpu.upload(rows), gpu.upload(testData(M * C, 2))];
    for (const scale of [1, 4]) {
      gather(gpu.recorder, { x, index, out }, { M, R, C }, scale);
      const [got] = await gpu.read(out);
      expect([...got]).toEqual([...gatherRef(data, rows, { M, R, C }, scale)]);
    }
    [x, index, out].forEach((t) => gpu.free(t));
  });

  it('names the op, the tensor, both sizes and the remedy when a tensor is too small', async () => {
    const gpu = await testGpu();
    const t = gpu.alloc(4);
    expect(() => gather(gpu.recorder, { x: t, index: t, out: t }, { M: 3, R: 1, C: 4 })).toThrow(
      /gather: expected out to hold at least 12 values, got 4\. Allocate/,
    );
    gpu.free(t);
  });
});
