import { Random } from '../core/random.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { defineOp, grid } from '../kernels/op.ts';
import { interleave } from './measure.ts';
import { perRun } from './products.ts';
import { watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';
import ceilingsWgsl from './kernels/ceilings.wgsl?raw';

const used = ['source', 'sink'] as const;
const ceilingsOp = defineOp({
  name: 'ceilings',
  wgsl: ceilingsWgsl,
  bindings: { source: 'read', sink: 'read_write' },
  dims: { n: 'u32', rounds: 'u32' },
  kernels: { multiplyAdd: used, copy: used },
});

/** The adapter's measured ceilings: multiply-adds in registers, and copies. */
export async function* ceilings(gpu: Gpu, settings: BenchSettings): AsyncGenerator<BenchRecord> {
  const { turns } = settings;
  const { values: n, rounds } = benchWork[settings.size].ceilings;
  const threads = 2 ** 16;
  const random = new Random(1);
  const source = gpu.upload(Float32Array.from({ length: 4 * n }, () => 2 * random.next() - 1));
  const sink = gpu.alloc(4 * n);
  const dispatch = (kernel: 'multiplyAdd' | 'copy', count: number): (() => void) => {
    return () => gpu.recorder.dispatch(ceilingsOp, kernel, { source, sink }, { n, rounds }, grid(count));
  };
  const tasks = [dispatch('multiplyAdd', threads), dispatch('copy', n)].map((record) => ({
    run: () => perRun(gpu, sink, 4, record),
  }));
  for (const task of tasks) await task.run();
  const [arithmetic, copying] = await interleave(tasks, turns, watched(settings, 'ceilings'));
  const own = { suite: 'ceilings', contender: 'ceiling', backend: 'WebGPU' } as const;
  const flop = threads * rounds * 64 * 4 * 2;
  yield {
    ...own,
    at: { kernel: 'multiply-add' },
    ...arithmetic,
    gflops: (4 * flop) / arithmetic.medianMs / 1e6,
  };
  yield { ...own, at: { kernel: 'copy' }, ...copying, gbps: (4 * 32 * n) / copying.medianMs / 1e6 };
  [source, sink].forEach((tensor) => gpu.free(tensor));
}
