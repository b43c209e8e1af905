import { bench, type BenchHeader, type BenchInput } from '../bench/suites.ts';
import type { BenchRecord } from '../bench/record.ts';
import { dawnGpu } from './dawn.ts';
import { shippedModel } from './models.ts';

export { peerNames } from '../bench/peers/index.ts';
export { suiteNames } from '../bench/record.ts';
export { tableOf } from '../bench/table.ts';

/** The benchmark on Dawn for Node. `root`: folder of the project, with its shipped policies. */
export async function* benchInNode(
  root: string,
  options: Pick<BenchInput, 'settings' | 'suites' | 'peers'>,
): AsyncGenerator<BenchHeader | BenchRecord> {
  yield* bench({ ...options, api: await dawnGpu(), base: async () => shippedModel(root, 'micro') });
}
