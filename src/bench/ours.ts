import { Gpu } from '../kernels/gpu.ts';
import { tune, type TuningStore } from '../kernels/tuning.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { Contender } from './contender.ts';

/** This project on a device of its own, with the tilings that are fastest there. */
export async function ours(api: GPU, tunings?: TuningStore): Promise<Contender & { readonly gpu: Gpu }> {
  const gpu = await Gpu.acquire(api);
  await tune(gpu, tunings ?? { get: async () => undefined, set: async () => undefined });
  return {
    name: 'ActGuide Lab',
    backend: 'WebGPU',
    device: gpu.device,
    gpu,
    async trainer(config, parameters, update) {
      const policy = GpuPolicy.create(gpu, config, parameters);
      return {
        async step({ sequences }) {
          const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
          return (await policy.supervised(sequences, new Float32Array(tokens).fill(1), update)).loss;
        },
        dispose: () => policy.destroy(),
      };
    },
    async sampler(config, parameters) {
      const policy = GpuPolicy.create(gpu, config, parameters);
      let decoder: ReturnType<GpuPolicy['decoder']> | undefined;
      return {
        async sample(prompts, count, seed) {
          if (decoder?.capacity !== prompts.length) {
            decoder?.destroy();
            decoder = policy.decoder(prompts.length);
          }
          decoder.reset();
          const feeds = prompts.map((tokens, sequence) => ({ sequence, tokens }));
          const streams = prompts.map((_, i) => i);
          return (await decoder.extend(feeds, { count, seed, streams, temperature: 1 })).tokens;
        },
        dispose() {
          decoder?.destroy();
          policy.destroy();
        },
      };
    },
    destroy: () => gpu.destroy(),
  };
}
