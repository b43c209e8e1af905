import { expect, test } from 'vitest';
import type { BenchRecord } from './record.ts';
import { tableOf } from './table.ts';

const own: BenchRecord = {
  suite: 'train',
  contender: 'ActGuide Lab',
  backend: 'WebGPU',
  at: { batch: 64 },
  medianMs: 500,
  lowMs: 480,
  highMs: 520,
  firstMs: 1234,
  peakBytes: 3 * 2 ** 20,
  gflops: 10.04,
};
const peer: BenchRecord = { ...own, contender: 'peer', medianMs: 1750, gflops: undefined, lossGap: 2e-6 };

test('a peer stands beside ours with the ratio of the medians', () => {
  const lines = tableOf([own, peer]).split('\n');
  expect(lines[0]).toBe(
    '| suite | case | contender | median | quartiles | × | first | memory | rate | note |',
  );
  expect(lines[2]).toBe(
    '| train | batch 64 | ActGuide Lab (WebGPU) | 500 ms | 480 ms – 520 ms |  | 1.23 s | 3 MiB | 10.0 GFLOP/s |  |',
  );
  expect(lines[3]).toContain('| peer (WebGPU) | 1.75 s | 480 ms – 520 ms | 3.50 |');
  expect(lines[3]).toContain('gap of losses 2.0e-6');
});

test('ratios are within a case, and a contender that is absent says why', () => {
  const other: BenchRecord = { ...peer, at: { batch: 256 } };
  const absent: BenchRecord = {
    suite: 'train',
    contender: 'none',
    backend: 'Wasm',
    at: { batch: 64 },
    absent: 'no\nmore',
  };
  const lines = tableOf([own, other, absent]).split('\n');
  expect(lines[0]).not.toContain('×');
  expect(lines[4]).toContain('absent: no |');
});
