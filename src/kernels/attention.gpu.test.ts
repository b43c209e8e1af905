import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { attentionBackwardRef, attentionForwardRef, packedRows } from './attention.ref.ts';
import { attentionBackward, attentionForward } from './attention.ts';

describe('attention on the GPU', () => {
  it.each([
    [[1], 1, 4],
    [[3, 1, 5], 3, 8],
    [[64, 17], 2, 16],
    [[128], 4, 16],
    [[9, 2], 2, 64],
  ])('lengths %j, H=%i, D=%i: forward and backward agree with the reference', async (lengths, H, D) => {
    const gpu = await testGpu();
    const rows = packedRows(lengths);
    const M = rows.length / 4;
    const n = M * H * D;
    const [q, k, v, d] = [
      testData(n, 1).map((x) => x * 3),
      testData(n, 2).map((x) => x * 3),
      testData(n, 3),
      testData(n, 4),
    ];
    const t = {
      q: gpu.upload(q),
      keys: gpu.upload(k),
      values: gpu.upload(v),
      rows: gpu.upload(rows),
      stats: gpu.alloc(2 * M * H),
      out: gpu.alloc(n),
      dOut: gpu.upload(d),
      dQ: gpu.alloc(n),
      dK: gpu.alloc(n),
      dV: gpu.alloc(n),
    };
    attentionForward(gpu.recorder, t, { M, H, D });
    attentionBackward(gpu.recorder, t, { M, H, D });
    const [out, dQ, dK, dV] = await gpu.read(t.out, t.dQ, t.dK, t.dV);
    expect(relativeError(out, attentionForwardRef(q, k, v, rows, { M, H, D }))).toBeLessThan(1e-5);
    const expected = attentionBackwardRef(q, k, v, rows, d, { M, H, D });
    expect(relativeError(dQ, expected.dQ)).toBeLessThan(2e-5);
    expect(relativeError(dK, expected.dK)).toBeLessThan(2e-5);
    expect(relativeError(dV, expected.dV)).toBeLessThan(2e-5);
    Object.values(t).forEach((tensor) => gpu.free(tensor));
  });

  it('reads keys from a cache where sequences start at their own rows', async () => {
    const gpu = await testGpu();
    const [H, D, context] = [2, 16, 10];
    const [k, v, q] = [
      testData(3 * context * H * D, 5),
      testData(3 * context * H * D, 6),
      testData(2 * H * D, 7),
    ];
    const rows = Uint32Array.of(4, 2 * context, 5, 0, 9, 0, 10, 0);
    const t = {
      q: gpu.upload(q),
      keys: gpu.upload(k),
      values: gpu.upload(v),
      rows: gpu.upload(rows),
      stats: gpu.alloc(8),
      out: gpu.alloc(2 * H * D),
    };
    attentionForward(gpu.recorder, t, { M: 2, H, D });
    const [out] = await gpu.read(t.out);
    expect(relativeError(out, attentionForwardRef(q, k, v, rows, { M: 2, H, D }))).toBeLessThan(1e-5);
    Object.values(t).forEach((tensor) => gpu.free(tensor));
  });

  it('refuses a head dimension it has no kernel for', async () => {
    const gpu = await testGpu();
    const t = gpu.alloc(64);
    const all = { q: t, keys: t, values: t, rows: t, stats: t, out: t };
    expect(() => attentionForward(gpu.recorder, all, { M: 1, H: 1, D: 6 })).toThrow(
      /expected D to be a multiple of 4 up to 64, got 6/,
    );
    gpu.free(t);
  });
});
