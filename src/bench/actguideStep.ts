import { prefixPassAtK } from '../actguide/reachability.ts';
import { releaseDecoders } from '../actguide/decoders.ts';
import { guidance } from '../actguide/guidance.ts';
import { parseRunConfig } from '../actguide/runConfig.ts';
import { rollouts } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import { searchWorld } from '../envs/search/index.ts';
import type { Gpu } from '../kernels/gpu.ts';
import { createTrainer } from '../methods/index.ts';
import { GpuPolicy } from '../policy/gpuPolicy.ts';
import type { ImportedPolicy } from '../policy/onnx/importOnnx.ts';
import { interleave, time, type Task } from './measure.ts';
import { bufferBytes, resetPeak } from './memory.ts';
import { WARMING, watched, type BenchRecord, type BenchSettings } from './record.ts';
import { benchWork } from './sizes.ts';

const own = { suite: 'actguide', contender: 'ActGuide Lab', backend: 'WebGPU' } as const;

/**
 * What a run consists of, on the shipped base policy: a whole ActGuide step (32 tasks, N = 8, search and update;
 * every turn makes the run's next step), a rollout of 256 unguided episodes, by the prefix tree and fused, and the curve of prefix pass@32 over the
 * hardest task's guided trajectory (Fig. 3).
 */
export async function* actguideParts(
  gpu: Gpu,
  base: ImportedPolicy,
  settings: BenchSettings,
): AsyncGenerator<BenchRecord> {
  const { turns, size, seed } = settings;
  resetPeak(gpu.device);
  const environment = searchWorld();
  const policy = GpuPolicy.create(gpu, base.config, base.parameters);
  const fixed = GpuPolicy.create(gpu, base.config, base.parameters);
  const { tasksPerStep, groupSize } = benchWork[size].actguide;
  // The run's last step evaluates and is never reached.
  const run = { policy: base.config.name, seed, tasksPerStep, groupSize, steps: turns + 2, evalEvery: 1000 };
  const trainer = createTrainer(policy, environment, parseRunConfig(run));

  const requests = environment.tasks({ seed, count: tasksPerStep }).flatMap((task) =>
    Array.from({ length: groupSize }, (_, i) => ({
      task,
      plan: [],
      stream: stream(0, roles.unguided, task.key, i),
    })),
  );
  const [hardest] = environment.tasks({ seed, count: 1, level: environment.levels.length - 1 });
  const plan = guidance(hardest, hardest.plan.length);
  const guided = { task: hardest, plan, stream: stream(0, roles.guided, hardest.key, 0) };
  const [trajectory] = await rollouts(fixed, environment, [guided], { seed, temperature: 0 });

  const parts: (Task & { readonly part: string })[] = [
    { part: 'step', run: () => trainer.step() },
    ...(['tree', 'fused'] as const).map((way) => ({
      part: `rollout (${way})`,
      run: () => rollouts(fixed, environment, requests, { seed, temperature: 1, fused: way === 'fused' }),
    })),
    {
      part: 'prefix pass@32',
      run: () => prefixPassAtK(fixed, environment, trajectory, { seed, K: 32 }),
    },
  ];
  const first: number[] = [];
  for (const part of parts) {
    watched(settings, `first ${part.part}`)(WARMING);
    first.push(await time(() => part.run()));
  }
  const timings = await interleave(parts, turns, watched(settings, 'step, rollout and prefix pass@32'));
  for (const [i, { part }] of parts.entries())
    yield {
      ...own,
      at: { part, policy: base.config.name, tasksPerStep, groupSize },
      ...timings[i],
      firstMs: first[i],
      peakBytes: bufferBytes(gpu.device).peakBytes,
    };
  trainer.destroy();
  releaseDecoders(fixed);
  fixed.destroy();
  policy.destroy();
}
