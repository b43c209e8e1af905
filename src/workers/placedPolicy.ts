import { releaseDecoders } from '../actguide/decoders.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { mannersOf } from '../methods/manners.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { parameterLayout } from '../policy/parameters.ts';
import type { LoadedPolicy, WorldView } from './protocol.ts';

/** A policy on the GPU, with the file it came from. */
export interface PlacedPolicy {
  readonly imported: ImportedPolicy;
  readonly policy: GpuPolicy;
  readonly loaded: LoadedPolicy;
  /** Whether a run has changed its weights. */
  trained: boolean;
}

export function placePolicy(
  gpu: Gpu,
  imported: ImportedPolicy,
  origin: LoadedPolicy['origin'],
  world: WorldView,
): PlacedPolicy {
  const { config, parameters, metadata } = imported;
  const policy = GpuPolicy.create(gpu, config, parameters);
  const count = parameterLayout(config).count;
  const manners = mannersOf(metadata);
  const loaded = { adapter: gpu.adapter, policy: config, origin, parameters: count, manners, world };
  return { imported, policy, loaded, trained: false };
}

/** Frees a policy and the decoders that its rollouts left idle. */
export function releasePolicy(policy: GpuPolicy): void {
  releaseDecoders(policy);
  policy.destroy();
}

/** Other weights of the same shape on the GPU while `use` runs. */
export async function withWeights<R>(
  gpu: Gpu,
  { imported }: PlacedPolicy,
  parameters: Float32Array,
  use: (policy: GpuPolicy) => Promise<R>,
): Promise<R> {
  const policy = GpuPolicy.create(gpu, imported.config, parameters);
  try {
    return await use(policy);
  } finally {
    releasePolicy(policy);
  }
}
