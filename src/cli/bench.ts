import { startPeers, type PeerName } from '../bench/peers/index.ts';
import { bench, type BenchHeader, type BenchInput } from '../bench/suites.ts';
import type { BenchRecord } from '../bench/record.ts';
import { dawnGpu } from './dawn.ts';
import { shippedModel } from './models.ts';
import { tuningFile } from './tunings.ts';

export { peerNames } from '../bench/peers/index.ts';
export { suiteNames } from '../bench/record.ts';
export { tableOf } from '../bench/table.ts';

/** The benchmark on Dawn for Node. `root`: folder of the project, with its shipped policies. */
export async function* benchInNode(
  root: string,
  options: Pick<BenchInput, 'settings' | 'suites'> & { readonly peers: readonly PeerName[] },
): AsyncGenerator<BenchHeader | BenchRecord> {
  const api = await dawnGpu();
  const peers = () => startPeers(api, options.peers);
  yield* bench({
    ...options,
    peers,
    api,
    tunings: tuningFile(),
    base: async () => shippedModel(root, 'micro'),
  });
}
