import { describe, expect, it } from 'vitest';
import { defaultRun, presetOptions, type RunConfig, type StepMetrics } from '../actguide/config.ts';
import { GatePolicy } from '../actguide/testing/gatePolicy.ts';
import { gates } from '../actguide/testing/gates.ts';
import { createTrainer } from './index.ts';

const config: RunConfig = {
  ...defaultRun,
  method: 'opsd',
  steps: 40,
  tasksPerStep: 9,
  minibatches: 2,
  learningRate: 0.15,
  warmupUpdates: 4,
  evalEvery: 10,
  evalTasks: 32,
  options: presetOptions.paper,
};

/** KL of the plan's distribution over arguments from the prior's: at a gate that the prior opens, and at a stale one. */
const KL = {
  prior: 0.97 * Math.log(0.97 / 0.94) + 0.03 * Math.log(0.01 / 0.02),
  stale: 0.97 * Math.log(0.97 / 0.02) + 0.01 * Math.log(0.01 / 0.94) + 0.02 * Math.log(0.01 / 0.02),
};

describe('opsd', () => {
  it('Eq. 13: before the policy moves, the loss is the KL at every gate visited, by hand', async () => {
    const trainer = createTrainer(new GatePolicy(), gates, { ...config, minibatches: 1, learningRate: 1e-9 });
    const metrics = await trainer.step();
    const rollouts = trainer.lastStep?.groups.flatMap((group) => group.rollouts) ?? [];
    expect(rollouts).toHaveLength(72);
    expect(rollouts.every((rollout) => rollout.k === 0)).toBe(true);
    // Of three tokens a turn only the argument differs; gate 0 and both gates of level 0 want the prior's.
    const means = rollouts.map(({ states, turns, task }) => {
      const labels = states.slice(0, turns).map((state) => Number.parseInt(task.automaton().labels[state]));
      const terms = labels.map((opened) => (task.level === 0 || opened === 0 ? KL.prior : KL.stale));
      return terms.reduce((a, b) => a + b, 0) / (3 * turns);
    });
    expect(metrics.loss).toBeCloseTo(means.reduce((a, b) => a + b, 0) / means.length, 4);
    expect(metrics.unguided.trainedTokens).toBe(rollouts.reduce((sum, { turns }) => sum + 3 * turns, 0));
    expect(metrics).toMatchObject({ rollouts: 72, probes: 0, guided: null, kl: 0 });
  });

  it('learns the stale gates that its own rollouts reach, without a reward', async () => {
    const trainer = createTrainer(new GatePolicy(), gates, config);
    const metrics: StepMetrics[] = [];
    while (!trainer.finished) metrics.push(await trainer.step());
    const last = metrics[metrics.length - 1];
    expect(Math.min(...(last.success?.levels ?? []))).toBeGreaterThan(0.85);
    expect(metrics[0].unguided.reward).toBeLessThan(0.4);
  });

  it('opsdTeacher: the base policy stays the teacher that it was, the own policy moves with the student', async () => {
    const after = async (opsdTeacher: 'policy' | 'reference') => {
      const options = { ...config.options, opsdTeacher };
      const policy = new GatePolicy();
      const trainer = createTrainer(policy, gates, { ...config, minibatches: 1, options });
      const losses = [(await trainer.step()).loss ?? NaN];
      const [{ task }] = trainer.lastStep?.groups[0].rollouts ?? [];
      const prompt = gates.prompt(task, task.plan);
      const frozen = await policy.referenceLogits([prompt]);
      expect(frozen).toEqual(await new GatePolicy().logits([prompt]));
      for (let step = 1; step < 12; step++) losses.push((await trainer.step()).loss ?? NaN);
      return losses;
    };
    const [own, base] = [await after('policy'), await after('reference')];
    expect(base[0]).toBeCloseTo(own[0], 12);
    expect(base[11]).not.toBeCloseTo(own[11], 3);
    expect(base[11]).toBeLessThan(base[0]);
  });

  it('level: the teacher sees that share of the plan', async () => {
    const loss = async (level: number) => {
      const options = { ...config.options, level };
      const settings = { ...config, minibatches: 1, learningRate: 1e-9, options };
      return (await createTrainer(new GatePolicy(), gates, settings).step()).loss ?? NaN;
    };
    expect(await loss(0)).toBeCloseTo(0, 6);
    expect(await loss(0.34)).toBeLessThan(0.02);
    expect(await loss(1)).toBeGreaterThan(0.2);
  });
});
