import { importOnnx } from '../policy/onnx/importOnnx.ts';
import { startPeers, type PeerName } from './peers/index.ts';
import { bench, type BenchHeader, type BenchInput } from './suites.ts';
import type { BenchRecord } from './record.ts';

type Emit = (result: BenchHeader | BenchRecord) => Promise<void>;
interface Options extends Pick<BenchInput, 'settings' | 'suites'> {
  readonly peers: readonly PeerName[];
}

declare global {
  interface Window {
    /** Runs the benchmark in this page; `scripts/bench.js` calls it through Playwright. */
    runBench?: (options: Options, emit: Emit) => Promise<void>;
  }
}

window.runBench = async (options, emit) => {
  const base = async () =>
    importOnnx(new Uint8Array(await (await fetch('/models/micro.onnx')).arrayBuffer()));
  const wasmPath = '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';
  const peers = () => startPeers(navigator.gpu, options.peers, wasmPath);
  for await (const result of bench({ ...options, peers, api: navigator.gpu, base })) await emit(result);
};
