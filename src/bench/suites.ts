import type { ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { actguideParts } from './actguideStep.ts';
import type { Entry } from './contender.ts';
import { kernelTimes } from './kernels.ts';
import { memory } from './memorySuite.ts';
import { ours } from './ours.ts';
import { lendNavigator, startPeer, type PeerName } from './peers/index.ts';
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
  readonly peers: readonly PeerName[];
  /** The shipped base policy; read only by the suite `actguide`. */
  readonly base: () => Promise<ImportedPolicy>;
  /** Where the page finds TensorFlow.js's Wasm files; Node finds them itself. */
  readonly wasmPath?: string;
}

/** What the results were measured on. */
export interface BenchHeader {
  readonly adapter: string;
  readonly subgroupSize: number;
  readonly features: readonly string[];
}

/** Measures suite after suite; the first value tells the adapter. Abandoning it early frees our device all the same. */
export async function* bench(input: BenchInput): AsyncGenerator<BenchHeader | BenchRecord> {
  const { api, settings, suites, base } = input;
  watchBuffers();
  lendNavigator(api);
  const own = await ours(api);
  const { gpu } = own;
  try {
    yield {
      adapter: gpu.adapter.description,
      subgroupSize: gpu.adapter.subgroupSize,
      features: [...gpu.device.features],
    };
    const compared = suites.some((suite) => suite === 'train' || suite === 'sample');
    const entries: Entry[] = [own];
    // One after another: TensorFlow.js has one back end at a time.
    for (const peer of compared ? input.peers : []) entries.push(await startPeer(peer, input.wasmPath));
    const run: Record<SuiteName, () => AsyncGenerator<BenchRecord>> = {
      train: () => trainSteps(entries, settings),
      sample: () => samplingRuns(entries, settings),
      products: () => productRates(gpu, settings),
      kernels: () => kernelTimes(own, settings),
      actguide: async function* () {
        yield* actguideParts(gpu, await base(), settings);
      },
      scaling: () => scaling(own, settings),
      memory: () => memory(own, settings),
    };
    for (const suite of suites) yield* run[suite]();
  } finally {
    own.destroy();
  }
}
