import { describe, expect, it } from 'vitest';
import { defaultRun, presetOptions, type RunConfig, type StepMetrics } from '../actguide/config.ts';
import { GatePolicy } from '../actguide/testing/gatePolicy.ts';
import { gates } from '../actguide/testing/gates.ts';
import { demonstrationSeed, trainingSeed } from '../envs/seeds.ts';
import { createTrainer } from './index.ts';

const config: RunConfig = {
  ...defaultRun,
  method: 'sft',
  steps: 30,
  tasksPerStep: 9,
  minibatches: 2,
  learningRate: 0.15,
  warmupUpdates: 4,
  evalEvery: 10,
  evalTasks: 64,
  options: presetOptions.paper,
};

async function run(policy: GatePolicy, changed: Partial<RunConfig> = {}): Promise<StepMetrics[]> {
  const trainer = createTrainer(policy, gates, { ...config, ...changed });
  const metrics: StepMetrics[] = [];
  while (!trainer.finished) metrics.push(await trainer.step());
  return metrics;
}

describe('sft', () => {
  it('learns the stale gates from demonstrations', async () => {
    const metrics = await run(new GatePolicy());
    const [first] = metrics;
    const last = metrics[metrics.length - 1];
    expect(last.success?.levels[2]).toBeGreaterThan(0.6);
    expect(last.loss).toBeLessThan((first.loss ?? 0) / 2);
  });

  it('bills the expert and reports no groups', async () => {
    const [step] = await run(new GatePolicy(), { steps: 1 });
    expect(step).toMatchObject({
      rollouts: 72,
      trainableGroups: 0,
      allFailGroups: 0,
      allPassGroups: 0,
      guided: null,
      rewardByLevel: [null, null, null],
    });
    expect(step.unguided.rollouts).toBe(0);
    // Two, two and three turns, three tasks of each: all are spent unless the expert ends early, which it never does.
    expect(step.environmentSteps).toBe(8 * 3 * (2 + 2 + 3));
    expect(step.gradNorm).toBeGreaterThan(0);
  });

  it('trains on successful episodes alone: every sequence is the plan without a slip', async () => {
    const policy = new GatePolicy();
    const batches: number[][][] = [];
    const supervised = policy.supervised.bind(policy);
    policy.supervised = (sequences, ...rest) => {
      batches.push(sequences.map((tokens) => [...tokens]));
      return supervised(sequences, ...rest);
    };
    await run(policy, { steps: 6 });
    const kept = batches.flat();
    expect(kept.every((tokens) => !tokens.includes(gates.words.indexOf('no')))).toBe(true);
    const { expertSkill } = config.options;
    const expected = (expertSkill ** 2 * 2 + expertSkill ** 3) / 3;
    expect(kept.length / (6 * 72)).toBeCloseTo(expected, 1);
    expect(batches).toHaveLength(12);
  });

  it('repeats for a seed, and draws other tasks than reinforcement learning', async () => {
    const lasting = (metrics: StepMetrics[]) => metrics.map((step) => ({ ...step, timing: null }));
    const once = lasting(await run(new GatePolicy(), { steps: 2 }));
    expect(lasting(await run(new GatePolicy(), { steps: 2 }))).toEqual(once);
    expect(lasting(await run(new GatePolicy(), { steps: 2, seed: 8 }))).not.toEqual(once);
    const seeds = Array.from({ length: 500 }, (_, s) => [trainingSeed(7, s), demonstrationSeed(7, s)]).flat();
    expect(new Set(seeds).size).toBe(1000);
    expect(seeds.every((seed) => seed < 2 ** 31)).toBe(true);
  });

  it('SFT + RL: reinforcement learning starts where fine-tuning ended, and keeps it as its reference', async () => {
    const policy = new GatePolicy();
    const tuned = await run(policy, { steps: 12 });
    const rl = createTrainer(policy, gates, { ...config, method: 'grpo', steps: 1, learningRate: 1e-9 });
    const [step] = [await rl.step()];
    expect(step.success?.levels[2]).toBeCloseTo(tuned[tuned.length - 1].success?.levels[2] ?? 0, 5);
    expect(step.kl).toBeCloseTo(0, 6);
    expect(step.loss).toBeNull();
  });
});
