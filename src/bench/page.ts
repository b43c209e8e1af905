import { importOnnx } from '../policy/onnx/importOnnx.ts';
import { bench, type BenchHeader, type BenchInput } from './suites.ts';
import type { BenchRecord } from './record.ts';

type Emit = (result: BenchHeader | BenchRecord) => Promise<void>;
type Options = Pick<BenchInput, 'settings' | 'suites' | 'peers'>;

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
  for await (const result of bench({ ...options, api: navigator.gpu, base, wasmPath })) await emit(result);
};
