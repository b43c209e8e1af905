import { Gpu } from '../src/kernels/gpu.ts';
import { possibleTilings } from '../src/kernels/tilings.ts';

let shared: Promise<Gpu> | undefined;

/**
 * The device every GPU test of a file shares: Dawn in the `dawn` project, Chromium's in `browser`.
 * A missing adapter throws: a test that did not run must not look green.
 */
export function testGpu(): Promise<Gpu> {
  const inNode = (globalThis as { testGpu?: GPU }).testGpu;
  shared ??= Gpu.acquire(inNode ?? navigator.gpu);
  return shared;
}

/** Runs `test` in every tiling of products that the adapter can run; its name goes with what fails. */
export async function inEveryTiling(gpu: Gpu, test: (tiling: string) => Promise<void>): Promise<void> {
  const usual = gpu.recorder.tilings;
  try {
    for (const tiling of possibleTilings(gpu.adapter)) {
      gpu.recorder.tilings = { product: tiling, tn: tiling };
      await test(tiling);
    }
  } finally {
    gpu.recorder.tilings = usual;
  }
}

/** Deterministic pseudo-random numbers in [-1, 1) for test inputs. */
export function testData(length: number, seed = 1): Float32Array {
  let state = seed >>> 0 || 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** max |actual - expected| / max(|expected|): the error the 1e-4 bound speaks of. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`relativeError: expected length ${expected.length}, got ${actual.length}`);
  let worst = 0;
  let scale = 1e-12;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return worst / scale;
}
