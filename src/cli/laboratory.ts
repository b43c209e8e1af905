import { environmentOf, type Laboratory, type RecordStore } from '../experiments/index.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { Context } from './main.ts';
import { fileHost } from './policyHost.ts';
import { provenance } from './provenance.ts';

/** Where items run: on this GPU, from the shipped base policies or the file `model`, into this store. */
export function laboratory(
  context: Context,
  gpu: Gpu,
  { model, store, signal }: { model: string | undefined; store: RecordStore; signal: AbortSignal },
): Laboratory {
  return {
    store,
    host: fileHost(context.root, model, ({ config, parameters }) =>
      Promise.resolve(GpuPolicy.create(gpu, config, parameters)),
    ),
    environment: environmentOf,
    provenance: () => provenance(context, gpu.adapter),
    signal,
  };
}
