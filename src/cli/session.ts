import { releaseDecoders } from '../actguide/decoders.ts';
import { Gpu } from '../kernels/gpu.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { PolicyConfig } from '../policy/types.ts';
import { dawnGpu } from './dawn.ts';

/** A policy on the GPU while `use` runs; both are freed after it, whatever happens. */
export async function withPolicy<T>(
  { config, parameters }: { readonly config: PolicyConfig; readonly parameters: Float32Array },
  use: (policy: GpuPolicy, gpu: Gpu) => Promise<T>,
): Promise<T> {
  const gpu = await Gpu.acquire(await dawnGpu());
  try {
    const policy = GpuPolicy.create(gpu, config, parameters);
    try {
      return await use(policy, gpu);
    } finally {
      releaseDecoders(policy);
      policy.destroy();
    }
  } finally {
    gpu.destroy();
  }
}
