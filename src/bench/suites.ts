import type { Tilings } from '../kernels/tilings.ts';
import { preferRollouts, type TuningStore } from '../kernels/tuning.ts';
import type { ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { actguideParts } from './actguideStep.ts';
import { ceilings } from './ceilings.ts';
import type { Entry } from './contender.ts';
import { kernelTimes } from './kernels.ts';
import { memory } from './memorySuite.ts';
import { ours } from './ours.ts';
import { productRates } from './products.ts';
import type { BenchRecord, BenchSettings, SuiteName } from './record.ts';
import { samplingRuns } from './sampling.ts';
import { scaling } from './scaling.ts';
import { trainSteps } from './training.ts';
import { watchBuffers } from './memory.ts';

export interface BenchInput {
  readonly api: GPU;
  readonly settings: BenchSettings;
  readonly suites: readonly SuiteName[];
  /** The shipped base policy; read only by the suite `actguide`. */
  readonly base: () => Promise<ImportedPolicy>;
  /** Starts those that `train` and `sample` compare ours with. Given from outside: the lab ships none. */
  readonly peers?: () => Promise<readonly Entry[]>;
  /** Where tunings are kept: `actguide` keeps there which way of rollouts is faster on a GPU. */
  readonly tunings?: TuningStore;
  /** Told which suite comes next. */
  readonly began?: (suite: SuiteName) => void;
}

/** What the results were measured on. */
export interface BenchHeader {
  readonly adapter: string;
  readonly software: boolean;
  readonly subgroupSize: number;
  readonly features: readonly string[];
  /** How our products are cut there. */
  readonly tilings: Tilings;
}

/** Measures suite after suite; the first value tells the adapter. Abandoning it early frees our device all the same. */
export async function* bench(input: BenchInput): AsyncGenerator<BenchHeader | BenchRecord> {
  const { api, settings, suites, base, tunings } = input;
  watchBuffers();
  const own = await ours(api, tunings);
  const { gpu } = own;
  const { description, vendor, architecture, software, subgroupSize } = gpu.adapter;
  try {
    yield {
      adapter: (description !== vendor && description) || `${vendor} ${architecture}`.trim() || 'GPU',
      software,
      subgroupSize,
      features: [...gpu.device.features],
      tilings: gpu.recorder.tilings,
    };
    const compared = suites.some((suite) => suite === 'train' || suite === 'sample');
    const entries: Entry[] = [own, ...((compared && (await input.peers?.())) || [])];
    const run: Record<SuiteName, () => AsyncGenerator<BenchRecord>> = {
      train: () => trainSteps(entries, settings),
      sample: () => samplingRuns(entries, settings),
      ceilings: () => ceilings(gpu, settings),
      products: () => productRates(gpu, settings),
      kernels: () => kernelTimes(own, settings),
      actguide: async function* () {
        const ms: Partial<Record<string, number>> = {};
        for await (const record of actguideParts(gpu, await base(), settings)) {
          ms[String(record.at.part)] = record.medianMs;
          yield record;
        }
        const { 'rollout (tree)': tree = Infinity, 'rollout (fused)': fused = Infinity } = ms;
        if (tunings) await preferRollouts(gpu, tunings, fused < tree ? 'fused' : 'tree');
      },
      scaling: () => scaling(own, settings),
      memory: () => memory(own, settings),
    };
    for (const suite of suites) {
      input.began?.(suite);
      yield* run[suite]();
    }
  } finally {
    own.destroy();
  }
}
