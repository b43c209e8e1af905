import { initialParameters } from '../policy/parameters.ts';
import type { Contender } from './contender.ts';
import { benchPolicy, benchUpdate, distinctSequences } from './data.ts';
import { timingOf, time } from './measure.ts';
import { bufferBytes } from './memory.ts';
import { watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';

/** Bytes of GPU buffers over many small train steps of changing batch sizes: a line at every tenth of the way. */
export async function* memory(own: Contender, settings: BenchSettings): AsyncGenerator<BenchRecord> {
  const { size, seed } = settings;
  const device = own.device as GPUDevice;
  const steps = benchWork[size].memory;
  const trainer = await own.trainer(benchPolicy, initialParameters(benchPolicy, seed), benchUpdate);
  let times: number[] = [];
  for (let step = 1; step <= steps; step++) {
    watched(settings, 'bytes over training steps', steps)(step - 1);
    // 1 to 8 sequences, the longest batch first, so that what grows later is a leak.
    const sequences = distinctSequences(9 - (((step - 1) % 8) + 1), 16, benchPolicy.vocabulary, seed + step);
    times.push(await time(() => trainer.step({ sequences })));
    if (step % (steps / 10) !== 0) continue;
    const { name: contender, backend } = own;
    const { bytes } = bufferBytes(device);
    yield { suite: 'memory', contender, backend, at: { step, bytes }, ...timingOf(times) };
    times = [];
  }
  trainer.dispose();
}
