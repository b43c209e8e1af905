import type * as OrtModule from 'onnxruntime-web/wasm';

/** onnxruntime-web with the WebAssembly execution provider alone. */
export type Ort = typeof OrtModule;

let loaded: Promise<Ort> | undefined;

/**
 * Loads onnxruntime-web on first use; later calls give the same module. In Node it finds its `.wasm` file
 * beside itself. In the browser the file (14 MB, fetched when the first session is made) comes from our own
 * origin: Vite's `?url` import names it both in development and, relative to the page, in a build under any
 * path. onnxruntime-web's own guess, `new URL(…, import.meta.url)`, fails in development, where Vite serves
 * the module from its cache of prebundled dependencies.
 *
 * One thread: policies are too small to gain from more, and a page without cross-origin isolation has no
 * choice.
 */
export function loadOrt(): Promise<Ort> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Ort> {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;
  if (!inNode) {
    const { default: wasm } = await import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url');
    ort.env.wasm.wasmPaths = { wasm };
  }
  return ort;
}
