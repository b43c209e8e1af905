import { describe, expect, it } from 'vitest';
import { algorithm1, minimalIntervention } from './algorithm1.ts';
import { Sampler } from './collect.ts';
import { defaultRun, presetOptions, type AlgorithmOptions } from './config.ts';
import { stepMetrics } from './metrics.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

// Two prior gates, then one and two stale ones: unguided groups of the last hardly ever succeed.
const tasks = [gatesTask(0, 1), gatesTask(2, 3), gatesTask(2, 4)];

const samplerFor = (options: Partial<AlgorithmOptions>, policy = new GatePolicy()) =>
  new Sampler(policy, gates, { ...defaultRun, options: { ...presetOptions.paper, ...options } }, 0);

describe('Algorithm 1 and its ablations', () => {
  it('fallback: the failed groups alone get guided rollouts beside their own', async () => {
    const groups = await minimalIntervention(samplerFor({}), tasks);
    expect(groups.map((group) => group.rollouts.length)).toEqual([8, 16, 16]);
    expect(groups.map((group) => group.search?.verified)).toEqual([undefined, true, true]);
  });

  it('−Adaptive: the whole plan as fallback, without a probe', async () => {
    const sampler = samplerFor({ level: 1 });
    const groups = await minimalIntervention(sampler, tasks);
    expect(groups.map((group) => group.rollouts.map((rollout) => rollout.k))).toEqual([
      Array(8).fill(0),
      [...Array<number>(8).fill(0), ...Array<number>(8).fill(3)],
      [...Array<number>(8).fill(0), ...Array<number>(8).fill(3)],
    ]);
    expect(sampler.cost).toMatchObject({ collect: { rollouts: 24 }, search: { rollouts: 16 } });
  });

  it('−Fallback: every task is guided, in place of its unguided rollouts', async () => {
    for (const level of [1, 'minimal'] as const) {
      const sampler = samplerFor({ guide: 'always', level });
      const groups = await minimalIntervention(sampler, tasks);
      expect(groups.every((group) => group.unguided.length === 0)).toBe(true);
      expect(groups.map((group) => group.rollouts.length)).toEqual([8, 8, 8]);
      for (const { rollouts, search, task } of groups) {
        expect(search?.k).toBeGreaterThan(0);
        expect(rollouts.every((rollout) => rollout.k === search?.k)).toBe(true);
        if (level === 1) expect(search?.k).toBe(task.plan.length);
      }
      expect(sampler.cost.collect.rollouts).toBe(0);
    }
  });

  it('−Fallback without any level that succeeds: an empty group, which counts as failed', async () => {
    const wrong = { ...tasks[1], plan: tasks[1].plan.map(({ tool }) => ({ tool, argument: 10 })) };
    const policy = new GatePolicy();
    const sampler = samplerFor({ guide: 'always' }, policy);
    const iteration = await algorithm1(policy, sampler, [wrong], 0);
    expect(iteration.groups[0].rollouts).toEqual([]);
    const record = { ...iteration, step: 0, cost: sampler.cost, success: null, stepMs: 0 };
    const metrics = stepMetrics(gates, record);
    expect(metrics).toMatchObject({ trainableGroups: 0, allFailGroups: 1, allPassGroups: 0, guided: null });
    expect(metrics.rewardByLevel).toEqual([null, null, null]);
    expect(Object.values(metrics.unguided).every((value) => value === 0)).toBe(true);
  });
});
