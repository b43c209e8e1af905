import { parseRunConfig } from '../actguide/runConfig.ts';
import { searchWorld } from '../envs/search/index.ts';
import { Gpu } from '../kernels/gpu.ts';
import { createTrainer } from '../methods/index.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import { importOnnx } from '../policy/onnx/importOnnx.ts';

/** What a whole step cost. */
export interface StepCost {
  readonly stepMs: number;
  readonly rollouts: number;
  /** Turns of all those rollouts. */
  readonly environmentSteps: number;
}

/**
 * A run of ActGuide on the policy of an ONNX file, in episodes of at most `maxTurns` turns: each call makes the next
 * step. Uses only what the first-light version (f584697) had under the same names, and is built there too:
 * `scripts/benchFirstLight.js` copies this file into it.
 */
export async function wholeSteps(
  api: GPU,
  onnx: Uint8Array,
  { seed, steps, maxTurns }: { seed: number; steps: number; maxTurns: number },
): Promise<() => Promise<StepCost>> {
  const gpu = await Gpu.acquire(api);
  const { config, parameters } = importOnnx(onnx);
  const policy = GpuPolicy.create(gpu, config, parameters);
  const run = parseRunConfig({ policy: config.name, seed, steps: steps + 1, evalEvery: 1000 });
  const trainer = createTrainer(policy, searchWorld({ maxTurns }), run);
  return async () => {
    const { timing, rollouts, environmentSteps } = await trainer.step();
    return { stepMs: timing.stepMs, rollouts, environmentSteps };
  };
}
