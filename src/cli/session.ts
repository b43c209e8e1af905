import { releaseDecoders } from '../actguide/decoders.ts';
import { Gpu } from '../kernels/gpu.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { PolicyConfig } from '../policy/types.ts';
import { dawnGpu } from './dawn.ts';
import { chooseKernels } from './tunings.ts';

/** A policy as a file holds it. */
export interface Weights {
  readonly config: PolicyConfig;
  readonly parameters: Float32Array;
}

/** The GPU while `use` runs; freed after it, whatever happens. `budgetBytes`: what memory plans keep to. */
export async function withGpu<T>(use: (gpu: Gpu) => Promise<T>, budgetBytes?: number): Promise<T> {
  const gpu = await Gpu.acquire(await dawnGpu(), budgetBytes);
  try {
    await chooseKernels(gpu);
    return await use(gpu);
  } finally {
    gpu.destroy();
  }
}

/** A policy on the GPU while `use` runs; both are freed after it, whatever happens. */
export function withPolicy<T>(
  { config, parameters }: Weights,
  use: (policy: GpuPolicy, gpu: Gpu) => Promise<T>,
  budgetBytes?: number,
): Promise<T> {
  return withGpu(async (gpu) => {
    const policy = GpuPolicy.create(gpu, config, parameters);
    try {
      return await use(policy, gpu);
    } finally {
      releaseDecoders(policy);
      policy.destroy();
    }
  }, budgetBytes);
}
