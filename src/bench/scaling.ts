import { initialParameters } from '../policy/parameters.ts';
import { policySizes, type PolicyConfig } from '../policy/types.ts';
import type { Contender } from './contender.ts';
import { benchPolicy, benchUpdate, distinctSequences } from './data.ts';
import { interleave, time, type Task } from './measure.ts';
import { bufferBytes, resetPeak } from './memory.ts';
import { curveNames, WARMING, watched, type BenchRecord, type BenchSettings, type Curve } from './record.ts';
import { benchWork } from './sizes.ts';

/** One point of a curve: a policy, sequences of `context` tokens, `batch` of them. */
interface Point {
  readonly curve: Curve;
  readonly config: PolicyConfig;
  readonly batch: number;
  readonly context: number;
}

function points({ size, batches: asked }: BenchSettings): Point[] {
  const work = benchWork[size];
  const at = (curve: Point['curve'], change: Partial<Point>): Point => {
    const point = { curve, config: benchPolicy, batch: 64, context: 96, ...change };
    return { ...point, config: { ...point.config, context: point.context } };
  };
  const batches = asked ?? work.batches;
  return [
    ...batches.map((batch) => at('batch', { batch, context: 48 })),
    ...work.contexts.map((context) => at('context', { context })),
    ...work.policies.map((policy) => at('size', { config: policySizes[policy], batch: 16 })),
    ...batches.map((batch) => at('group', { batch, context: 40 })),
  ];
}

/**
 * Cost of our train step against batch, context and model size, and of sampling 16 tokens against the number of
 * sequences (`group`). A curve's points are measured in turns.
 */
export async function* scaling(own: Contender, settings: BenchSettings): AsyncGenerator<BenchRecord> {
  const device = own.device as GPUDevice;
  const { turns, seed, curves = curveNames } = settings;
  for (const curve of curves) {
    const started: { point: Point; task: Task; firstMs: number; peakBytes: number; end: () => void }[] = [];
    for (const point of points(settings).filter((p) => p.curve === curve)) {
      watched(settings, `${curve}, first runs`)(WARMING);
      resetPeak(device);
      const before = bufferBytes(device).bytes;
      const { config, batch, context } = point;
      const parameters = initialParameters(config, seed);
      const sequences = distinctSequences(batch, curve === 'group' ? 24 : context, config.vocabulary, seed);
      const [run, end] =
        curve === 'group'
          ? await own
              .sampler(config, parameters)
              .then((s) => [() => s.sample(sequences, 16, seed), () => s.dispose()] as const)
          : await own
              .trainer(config, parameters, benchUpdate)
              .then((t) => [() => t.step({ sequences }), () => t.dispose()] as const);
      const firstMs = await time(run);
      const peakBytes = bufferBytes(device).peakBytes - before;
      started.push({ point, task: { run }, firstMs, peakBytes, end });
    }
    const timings = await interleave(
      started.map(({ task }) => task),
      turns,
      watched(settings, `cost against ${curve}`),
    );
    for (const [i, { point, firstMs, peakBytes, end }] of started.entries()) {
      const { config, batch, context } = point;
      const at = { curve, batch, context, size: config.name };
      const { name: contender, backend } = own;
      yield { suite: 'scaling', contender, backend, at, ...timings[i], firstMs, peakBytes };
      end();
    }
  }
}
