import type { Gpu } from '../kernels/gpu.ts';
import { Profiler } from '../kernels/profiler.ts';
import { initialParameters } from '../policy/parameters.ts';
import type { Contender } from './contender.ts';
import { benchPolicy, benchUpdate, distinctSequences } from './data.ts';
import { timingOf } from './measure.ts';
import { watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';

/** Time of every kernel in a train step of {@link benchPolicy} by timestamp queries, summed over its dispatches. */
export async function* kernelTimes(
  own: Contender & { readonly gpu: Gpu },
  settings: BenchSettings,
): AsyncGenerator<BenchRecord> {
  const { turns, size, seed, batches } = settings;
  const { gpu } = own;
  const record = { suite: 'kernels', contender: own.name, backend: own.backend } as const;
  if (!gpu.device.features.has('timestamp-query')) {
    yield { ...record, at: {}, absent: 'the adapter has no timestamp queries' };
    return;
  }
  for (const batch of batches ?? [benchWork[size].kernels]) {
    const trainer = await own.trainer(benchPolicy, initialParameters(benchPolicy, seed), benchUpdate);
    const sequences = distinctSequences(batch, benchPolicy.context, benchPolicy.vocabulary, seed);
    await trainer.step({ sequences }); // compiles
    const profiler = new Profiler(gpu);
    const times = new Map<string, number[]>();
    const counts = new Map<string, number>();
    try {
      for (let turn = 0; turn < turns; turn++) {
        watched(settings, `batch ${batch}`)(turn);
        gpu.recorder.profiler = profiler;
        await trainer.step({ sequences });
        gpu.recorder.profiler = undefined;
        for (const [kernel, { ms, dispatches }] of await profiler.read()) {
          times.set(kernel, [...(times.get(kernel) ?? []), ms]);
          counts.set(kernel, dispatches);
        }
      }
    } finally {
      gpu.recorder.profiler = undefined;
      profiler.destroy();
      trainer.dispose();
    }
    for (const [kernel, ms] of times)
      yield { ...record, at: { batch, kernel, dispatches: counts.get(kernel) as number }, ...timingOf(ms) };
  }
}
