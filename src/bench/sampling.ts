import { initialParameters } from '../policy/parameters.ts';
import type { Contender, Entry, Sampler } from './contender.ts';
import { benchPolicy, distinctSequences } from './data.ts';
import { interleave, time } from './measure.ts';
import { WARMING, watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';

const PROMPT = 24;
const NEW = 48;

/** Sampling `NEW` tokens behind distinct prompts of `PROMPT` tokens at temperature 1, with a cache of keys and values. */
export async function* samplingRuns(
  entries: readonly Entry[],
  settings: BenchSettings,
): AsyncGenerator<BenchRecord> {
  const { turns, size, seed, batches } = settings;
  const parameters = initialParameters(benchPolicy, seed);
  const sequences = batches?.[0] ?? benchWork[size].sample;
  const prompts = distinctSequences(sequences, PROMPT, benchPolicy.vocabulary, seed);
  const record = (entry: { name: string; backend: string }) => {
    const at = { sequences, prompt: PROMPT, new: NEW };
    return { suite: 'sample', contender: entry.name, backend: entry.backend, at } as const;
  };
  const absent: BenchRecord[] = [];
  const runners: { contender: Contender; sampler: Sampler; firstMs: number }[] = [];
  for (const entry of entries) {
    watched(settings, `first sequences of ${entry.name}`)(WARMING);
    if ('absent' in entry) {
      absent.push({ ...record(entry), absent: entry.absent });
      continue;
    }
    try {
      const sampler = await entry.sampler(benchPolicy, parameters);
      const firstMs = await time(() => sampler.sample(prompts, NEW, seed));
      runners.push({ contender: entry, sampler, firstMs });
    } catch (error) {
      absent.push({ ...record(entry), absent: error instanceof Error ? error.message : String(error) });
    }
  }
  let draw = seed;
  const timings = await interleave(
    runners.map(({ sampler }) => ({ run: () => sampler.sample(prompts, NEW, ++draw) })),
    turns,
    watched(settings, `${sequences} sequences`),
  );
  for (const [i, { contender, firstMs }] of runners.entries())
    yield { ...record(contender), ...timings[i], firstMs };
  yield* absent;
  for (const { sampler } of runners) sampler.dispose();
}
