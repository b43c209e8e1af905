import { describe, expect, it } from 'vitest';
import { relativeError, testData, testGpu } from '../../test/gpu.ts';
import { hash3 } from '../core/random.ts';
import { attentionBackwardRef, attentionForwardRef, packedRows, treeRows } from './attention.ref.ts';
import type { Gpu } from './gpu.ts';
import { attentionBackward, attentionForward, blockRows, withBlocks } from './attention.ts';
import type { Tensor } from './tensor.ts';

type Results = Readonly<Record<'stats' | 'out' | 'dQ' | 'dK' | 'dV', Tensor>>;

/** Empties what attention computes, so that what a kernel leaves out is missed. */
function clear(gpu: Gpu, { stats, out, dQ, dK, dV }: Results): void {
  for (const tensor of [stats, out, dQ, dK, dV]) gpu.recorder.clear(tensor);
}

/** Runs `test` with threads alone, and in teams where the adapter has them. */
async function inEveryTeam(gpu: Gpu, test: (team: number) => Promise<void>): Promise<void> {
  const usual = gpu.recorder.team;
  try {
    for (const team of new Set([0, usual])) {
      gpu.recorder.team = team;
      await test(team);
    }
  } finally {
    gpu.recorder.team = usual;
  }
}

function sameBits(found: readonly Float32Array[], expected: readonly Float32Array[], team: number): void {
  ['out', 'dQ', 'dK', 'dV'].forEach((name, i) =>
    expect(found[i], `${name} in teams of ${team}`).toEqual(expected[i]),
  );
}

describe('attention on the GPU', () => {
  // A random tree in depth-first order: each row hangs below the last row or one of its ancestors, or is a root.
  const random = (M: number): number[] => {
    const parents: number[] = [];
    for (let m = 0; m < M; m++) {
      let parent = m - 1;
      for (let up = hash3(1, M, m) % 5; up > 1 && parent >= 0; up--) parent = parents[parent];
      parents.push(parent);
    }
    return parents;
  };

  it.each([
    ['lengths 1', packedRows([1]), 1, 4],
    ['lengths 3, 1, 5', packedRows([3, 1, 5]), 3, 8],
    ['lengths 64, 17', packedRows([64, 17]), 2, 16],
    ['length 128', packedRows([128]), 4, 16],
    ['lengths 9, 2', packedRows([9, 2]), 1, 64],
    ['a tree of 7', treeRows([-1, 0, 1, 1, 3, 0, -1]), 2, 4],
    ['a tree of 301', treeRows(random(301)), 4, 16],
    ['a tree of 70 wide rows', treeRows(random(70)), 2, 20],
  ])('%s: forward and backward agree with the reference', async (_, rows, H, D) => {
    const gpu = await testGpu();
    const M = rows.rows.length / 4;
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
      rows: gpu.upload(rows.rows),
      paths: gpu.upload(rows.paths),
      stats: gpu.alloc(2 * M * H),
      out: gpu.alloc(n),
      dOut: gpu.upload(d),
      dQ: gpu.alloc(n),
      dK: gpu.alloc(n),
      dV: gpu.alloc(n),
    };
    const expected = {
      out: attentionForwardRef(q, k, v, rows, { M, H, D }),
      ...attentionBackwardRef(q, k, v, rows, d, { M, H, D }),
    };
    await inEveryTeam(gpu, async (team) => {
      clear(gpu, t);
      attentionForward(gpu.recorder, t, { M, H, D });
      attentionBackward(gpu.recorder, t, { M, H, D });
      const one = await gpu.read(t.out, t.dQ, t.dK, t.dV);
      const [out, dQ, dK, dV] = one;
      expect(relativeError(out, expected.out), `teams of ${team}`).toBeLessThan(1e-5);
      expect(relativeError(dQ, expected.dQ), `teams of ${team}`).toBeLessThan(2e-5);
      expect(relativeError(dK, expected.dK), `teams of ${team}`).toBeLessThan(2e-5);
      expect(relativeError(dV, expected.dV), `teams of ${team}`).toBeLessThan(2e-5);
      // Blocks of rows take fewer loads and give the same bits.
      const blocked = withBlocks(rows.rows, blockRows(D, team));
      const inBlocks = { ...t, rows: gpu.upload(blocked) };
      const dims = { M, H, D, blocks: blocked.length / 4 - M };
      clear(gpu, t);
      attentionForward(gpu.recorder, inBlocks, dims);
      attentionBackward(gpu.recorder, inBlocks, dims);
      sameBits(await gpu.read(t.out, t.dQ, t.dK, t.dV), one, team);
      gpu.free(inBlocks.rows);
    });
    Object.values(t).forEach((tensor) => gpu.free(tensor));
  });

  it.each([
    [4, 16],
    [3, 12],
    [2, 32],
    [1, 48],
  ])(
    'H=%i D=%i: backward of some of the rows as queries is that of all with no gradient at the others',
    async (H, D) => {
      const gpu = await testGpu();
      const M = 70;
      const tree = treeRows(random(M));
      const heads = Array.from({ length: M }, (_, m) => m).filter((m) => hash3(2, 0, m) % 3 === 0);
      const R = heads.length;
      const before = (row: number): number => heads.filter((m) => m < row).length;
      const headRows = Uint32Array.from(heads.flatMap((m) => [...tree.rows.subarray(4 * m, 4 * m + 4)]));
      const keyRows = tree.rows.map((value, i) => (i % 4 > 1 ? before(value) : value));
      const take = (x: Float32Array): Float32Array =>
        Float32Array.from(heads.flatMap((m) => [...x.subarray(m * H * D, (m + 1) * H * D)]));
      const [q, k, v] = [1, 2, 3].map((seed) => testData(M * H * D, seed).map((x) => x * 3));
      const d = testData(M * H * D, 4).map((x, i) => (heads.includes(Math.floor(i / H / D)) ? x : 0));
      const t = {
        q: gpu.upload(take(q)),
        keys: gpu.upload(k),
        values: gpu.upload(v),
        rows: gpu.upload(headRows),
        paths: gpu.upload(tree.paths),
        stats: gpu.alloc(2 * R * H),
        out: gpu.alloc(R * H * D),
        dOut: gpu.upload(take(d)),
        dQ: gpu.alloc(R * H * D),
        dK: gpu.alloc(M * H * D),
        dV: gpu.alloc(M * H * D),
      };
      const seen = gpu.upload(keyRows);
      const { dQ, dK, dV } = attentionBackwardRef(q, k, v, tree, d, { M, H, D });
      await inEveryTeam(gpu, async (team) => {
        clear(gpu, t);
        attentionForward(gpu.recorder, t, { M: R, H, D });
        attentionBackward(gpu.recorder, t, { M: R, H, D }, { rows: seen, M });
        const got = await gpu.read(t.out, t.dQ, t.dK, t.dV);
        [take(Float32Array.from(dQ)), dK, dV].forEach((expected, i) =>
          expect(relativeError(got[i + 1], expected), `teams of ${team}`).toBeLessThan(2e-5),
        );
        // Queries in loose blocks and keys in strict ones give the same bits.
        const queries = withBlocks(headRows, blockRows(D, team), true);
        const ofKeys = withBlocks(keyRows, blockRows(D, team));
        const inBlocks = { ...t, rows: gpu.upload(queries) };
        const dims = { M: R, H, D, blocks: queries.length / 4 - R };
        const seenInBlocks = { rows: gpu.upload(ofKeys), M, blocks: ofKeys.length / 4 - M };
        clear(gpu, t);
        attentionForward(gpu.recorder, inBlocks, dims);
        attentionBackward(gpu.recorder, inBlocks, dims, seenInBlocks);
        sameBits(await gpu.read(t.out, t.dQ, t.dK, t.dV), got, team);
        [inBlocks.rows, seenInBlocks.rows].forEach((tensor) => gpu.free(tensor));
      });
      [...Object.values(t), seen].forEach((tensor) => gpu.free(tensor));
    },
  );

  it('reads keys from a cache where paths lead through any rows', async () => {
    const gpu = await testGpu();
    const [H, D, context] = [2, 16, 10];
    const [k, v, q] = [
      testData(3 * context * H * D, 5),
      testData(3 * context * H * D, 6),
      testData(2 * H * D, 7),
    ];
    const rows = {
      rows: Uint32Array.of(4, 0, 0, 0, 9, 5, 0, 0),
      paths: Uint32Array.of(20, 21, 3, 4, 29, 0, 1, 2, 3, 4, 5, 6, 7, 28, 9),
    };
    const t = {
      q: gpu.upload(q),
      keys: gpu.upload(k),
      values: gpu.upload(v),
      rows: gpu.upload(rows.rows),
      paths: gpu.upload(rows.paths),
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
    const all = { q: t, keys: t, values: t, rows: t, paths: t, stats: t, out: t };
    expect(() => attentionForward(gpu.recorder, all, { M: 1, H: 1, D: 6 })).toThrow(
      /expected D to be a multiple of 4 up to 64, got 6/,
    );
    gpu.free(t);
  });
});
