import { describe, expect, it } from 'vitest';
import { defaultRun, type RunConfig, type StepMetrics } from '../src/actguide/config.ts';
import { parseRunConfig } from '../src/actguide/runConfig.ts';
import type { Trainer } from '../src/actguide/trainer.ts';
import { searchWorld } from '../src/envs/search/index.ts';
import { createTrainer } from '../src/methods/index.ts';
import { GpuPolicy } from '../src/policy/gpuPolicy.ts';
import { testGpu } from './gpu.ts';
import { shipped } from './shipped.ts';

const small: RunConfig = parseRunConfig({
  ...defaultRun,
  policy: 'nano',
  tasksPerStep: 8,
  groupSize: 4,
  minibatches: 2,
  warmupUpdates: 1,
  steps: 4,
  evalEvery: 2,
  evalTasks: 4,
});

async function withTrainer<T>(
  config: RunConfig,
  use: (trainer: Trainer, policy: GpuPolicy) => Promise<T>,
): Promise<T> {
  const { config: shape, parameters } = await shipped('nano');
  const policy = GpuPolicy.create(await testGpu(), shape, parameters);
  const trainer = createTrainer(policy, searchWorld(), config);
  try {
    return await use(trainer, policy);
  } finally {
    trainer.destroy();
    policy.destroy();
  }
}

/** Everything a step reports but its wall times. */
const metricsOf = ({ timing: _, ...rest }: StepMetrics): Omit<StepMetrics, 'timing'> => rest;

async function steps(trainer: Trainer, count: number): Promise<object[]> {
  const out: object[] = [];
  for (let i = 0; i < count; i++) out.push(metricsOf(await trainer.step()));
  return out;
}

describe.each(['actguide', 'grpo'] as const)('%s on the shipped nano policy', (method) => {
  it('repeats bit for bit, straight through and resumed from a checkpoint', async () => {
    const config = { ...small, method };
    const [first, parameters] = await withTrainer(config, async (trainer, policy) => [
      await steps(trainer, 4),
      await policy.parameters(),
    ]);
    const checkpoint = await withTrainer(config, async (trainer) => {
      expect(await steps(trainer, 2)).toEqual(first.slice(0, 2));
      return trainer.checkpoint();
    });
    await withTrainer(config, async (trainer, policy) => {
      trainer.restore(checkpoint);
      expect(await steps(trainer, 2)).toEqual(first.slice(2));
      expect(await policy.parameters()).toEqual(parameters);
    });
  });
});

it('ActGuide finds guided groups where GRPO finds none, and learns from them', async () => {
  const guided = await withTrainer({ ...small, method: 'actguide' }, (trainer) => trainer.step());
  const zero = await withTrainer({ ...small, method: 'grpo' }, (trainer) => trainer.step());
  expect(guided.guidedGroups).toBeGreaterThan(0);
  expect(guided.trainableGroups).toBeGreaterThan(zero.trainableGroups);
  expect(guided.gradNorm).toBeGreaterThan(0);
  expect(guided.guided?.logRatioShift).toBeLessThan(0);
  expect(zero.guidedGroups).toBe(0);
  expect(zero.guided).toBeNull();
});

it('keeps GPU memory flat over steps', async () => {
  const gpu = await testGpu();
  await withTrainer({ ...small, steps: 12, tasksPerStep: 4, evalEvery: 100 }, async (trainer) => {
    await steps(trainer, 4);
    const bytes = gpu.allocatedBytes;
    await steps(trainer, 8);
    // Arenas may still grow to the largest batch, in steps; a leak would grow with every training step.
    expect(gpu.allocatedBytes).toBeLessThanOrEqual(bytes * 1.25);
  });
});
