import { initialParameters } from '../policy/parameters.ts';
import type { Contender, Entry, Trainer } from './contender.ts';
import { total, trainStepCounts } from './counts.ts';
import { benchPolicy, benchUpdate, distinctSequences } from './data.ts';
import { interleave, time } from './measure.ts';
import { bufferBytes, resetPeak } from './memory.ts';
import { WARMING, watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';

/** Updates whose losses are compared, the first one included. */
const COMPARED = 4;

/** A contender in the middle of a case. */
interface Runner {
  readonly contender: Contender;
  readonly trainer: Trainer;
  readonly firstMs: number;
  readonly losses: number[];
}

/**
 * Train step of {@link benchPolicy}: forward, backward, clipping and AdamW on the same batches from the same weights.
 * The first entry is ours; `lossGap` is the distance from its losses. A peer that fails in a case is reported
 * with its message.
 */
export async function* trainSteps(
  entries: readonly Entry[],
  settings: BenchSettings,
): AsyncGenerator<BenchRecord> {
  const { turns, size, seed } = settings;
  const { context: T, vocabulary: V } = benchPolicy;
  const parameters = initialParameters(benchPolicy, seed);
  for (const batch of settings.batches ?? benchWork[size].train) {
    const batches = Array.from({ length: COMPARED }, (_, i) => ({
      sequences: distinctSequences(batch, T, V, seed + i),
    }));
    const record = (entry: { name: string; backend: string }) =>
      ({ suite: 'train', contender: entry.name, backend: entry.backend, at: { batch } }) as const;
    const absent: BenchRecord[] = [];
    const runners: Runner[] = [];
    for (const entry of entries) {
      watched(settings, `batch ${batch}, first steps of ${entry.name}`)(WARMING);
      if ('absent' in entry) {
        absent.push({ ...record(entry), absent: entry.absent });
        continue;
      }
      if (entry.device) resetPeak(entry.device);
      try {
        const trainer = await entry.trainer(benchPolicy, parameters, benchUpdate);
        const losses: number[] = [];
        const step = async (i: number): Promise<void> => void losses.push(await trainer.step(batches[i]));
        const firstMs = await time(() => step(0));
        for (let i = 1; i < COMPARED; i++) await step(i);
        runners.push({ contender: entry, trainer, firstMs, losses });
      } catch (error) {
        absent.push({ ...record(entry), absent: error instanceof Error ? error.message : String(error) });
      }
    }
    let turn = 0;
    const tasks = runners.map(({ trainer }) => ({ run: () => trainer.step(batches[turn++ % COMPARED]) }));
    const timings = await interleave(tasks, turns, watched(settings, `batch ${batch}`));
    for (const [i, { contender, firstMs, losses }] of runners.entries())
      yield {
        ...record(contender),
        ...timings[i],
        firstMs,
        gflops: total(trainStepCounts(benchPolicy, batch)).flop / timings[i].medianMs / 1e6,
        lossGap: Math.max(...losses.map((loss, j) => Math.abs(loss - runners[0].losses[j]))),
        ...(contender.device && { peakBytes: bufferBytes(contender.device).peakBytes }),
      };
    yield* absent;
    for (const { trainer } of runners) trainer.dispose();
  }
}
