import type { Entry } from '../contender.ts';

/** The peers by the names that `--peers` takes. */
export const peerNames = ['jax-webgpu', 'jax-wasm', 'tfjs-webgpu', 'tfjs-wasm'] as const;
export type PeerName = (typeof peerNames)[number];

/**
 * Node 20 has no `navigator`, where the peers look for WebGPU. TensorFlow.js asks for bgra8unorm-storage as a
 * nested array, which browsers turn into its name and Dawn for Node refuses: no adapter offers it here.
 */
export function lendNavigator(api: GPU): void {
  if (globalThis.navigator?.gpu) return;
  const gpu = {
    getPreferredCanvasFormat: () => 'bgra8unorm',
    requestAdapter: async (options?: GPURequestAdapterOptions) => {
      const adapter = await api.requestAdapter(options);
      if (!adapter) return null;
      const features = new Set([...adapter.features].filter((name) => name !== 'bgra8unorm-storage'));
      return {
        features,
        limits: adapter.limits,
        info: adapter.info,
        requestDevice: (descriptor?: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
      };
    },
  };
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'Node', hardwareConcurrency: 2 },
    configurable: true,
  });
}

/** Starts peers one after another, for TensorFlow.js has one back end at a time. */
export async function startPeers(api: GPU, names: readonly PeerName[], wasmPath?: string): Promise<Entry[]> {
  lendNavigator(api);
  const entries: Entry[] = [];
  for (const name of names) entries.push(await startPeer(name, wasmPath));
  return entries;
}

/** Starts a peer; one that cannot start here comes back as the reason why. */
export async function startPeer(peer: PeerName, wasmPath?: string): Promise<Entry> {
  const [library, backend] = peer.split('-') as ['jax' | 'tfjs', 'webgpu' | 'wasm'];
  try {
    // Node 20 has no iterator helpers either.
    if (!('Iterator' in globalThis)) await import('core-js/actual/iterator');
    if (library === 'jax') return await (await import('./jax.ts')).jax(backend);
    return await (await import('./tensorflow.ts')).tensorflow(backend, wasmPath);
  } catch (error) {
    return {
      name: library === 'jax' ? 'jax-js' : 'TensorFlow.js',
      backend: backend === 'webgpu' ? 'WebGPU' : 'Wasm',
      absent: error instanceof Error ? error.message : String(error),
    };
  }
}
