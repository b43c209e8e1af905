import { describe, expect, it } from 'vitest';
import { defaultRun, presetOptions, type RunConfig, type StepMetrics } from '../actguide/config.ts';
import { heldOutTasks } from '../actguide/evaluate.ts';
import { GatePolicy } from '../actguide/testing/gatePolicy.ts';
import { gates } from '../actguide/testing/gates.ts';
import { trainingSeed } from '../envs/seeds.ts';
import { createTrainer } from './index.ts';

const config: RunConfig = {
  ...defaultRun,
  steps: 40,
  tasksPerStep: 9,
  groupSize: 8,
  minibatches: 2,
  learningRate: 0.15,
  warmupUpdates: 4,
  evalEvery: 10,
  evalTasks: 24,
  options: presetOptions.paper,
};

async function run(overrides: Partial<RunConfig>, steps = config.steps): Promise<StepMetrics[]> {
  const trainer = createTrainer(new GatePolicy(), gates, { ...config, ...overrides });
  const metrics: StepMetrics[] = [];
  for (let s = 0; s < steps; s++) metrics.push(await trainer.step());
  return metrics;
}

/** What must repeat bit for bit. */
const lasting = (metrics: readonly StepMetrics[]) => metrics.map((step) => ({ ...step, timing: null }));

describe('Trainer', () => {
  it('Algorithm 1 crosses the stale gates, GRPO does not', async () => {
    const actguide = await run({ method: 'actguide' });
    const grpo = await run({ method: 'grpo' });
    const last = (metrics: StepMetrics[]) => metrics.at(-1)?.success?.levels ?? [];
    expect(Math.min(...last(actguide))).toBeGreaterThan(0.85);
    expect(last(grpo)[0]).toBeGreaterThan(0.85);
    expect(last(grpo)[2]).toBeLessThan(0.1);
    expect(actguide[0].trainableGroups).toBeGreaterThan(grpo[0].trainableGroups + 0.3);
    expect(actguide[0].guidedGroups).toBeGreaterThan(3);
    expect(actguide.at(-1)?.guidedGroups).toBeLessThan(2);
    expect(grpo.every((step) => step.guided === null && step.probes === 0 && step.kStar === null)).toBe(true);
  });

  it('repeats for a seed, and not for another', async () => {
    const first = lasting(await run({}, 4));
    expect(lasting(await run({}, 4))).toEqual(first);
    expect(lasting(await run({ seed: 8 }, 4))).not.toEqual(first);
  });

  it('resumes from a checkpoint as if it had never stopped', async () => {
    const whole = lasting(await run({}, 6));
    const before = createTrainer(new GatePolicy(), gates, config);
    for (let s = 0; s < 3; s++) await before.step();
    const saved = await before.checkpoint();
    const after = createTrainer(new GatePolicy(), gates, config);
    after.restore(saved);
    expect(after.stepsDone).toBe(3);
    const rest: StepMetrics[] = [];
    for (let s = 0; s < 3; s++) rest.push(await after.step());
    expect(lasting(rest)).toEqual(whole.slice(3));
  });

  it('an aborted step can be made again', async () => {
    const trainer = createTrainer(new GatePolicy(), gates, config);
    await trainer.step();
    await expect(trainer.step({ signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(trainer.stepsDone).toBe(1);
    expect(lasting([await trainer.step()])).toEqual(lasting(await run({}, 2)).slice(1));
  });

  it('evaluates when due and after the last step, and then refuses to go on', async () => {
    const trainer = createTrainer(new GatePolicy(), gates, {
      ...config,
      steps: 3,
      evalEvery: 2,
      evalTasks: 4,
    });
    const due: boolean[] = [];
    for (let s = 0; s < 3; s++) due.push((await trainer.step()).success !== null);
    expect(due).toEqual([false, true, true]);
    expect(trainer.finished).toBe(true);
    await expect(trainer.step()).rejects.toThrow('expected fewer than 3 steps done');
    trainer.destroy();
  });

  it('never evaluates on a training task', () => {
    const held = new Set(
      heldOutTasks(gates, { seed: 7, evalTasks: 64 }).flatMap((level) => level.map((t) => t.key)),
    );
    for (let step = 0; step < 64; step++)
      for (const task of gates.tasks({ seed: trainingSeed(7, step), count: 32 }))
        expect(held.has(task.key)).toBe(false);
  });

  it('accounts for every rollout and group', async () => {
    const trainer = createTrainer(new GatePolicy(), gates, config);
    const metrics = await trainer.step();
    const groups = trainer.lastStep?.groups ?? [];
    expect(metrics.trainableGroups + metrics.allFailGroups + metrics.allPassGroups).toBeCloseTo(1, 12);
    expect(metrics.rollouts).toBe(9 * 8 + metrics.probeRollouts);
    expect(metrics.unguided.rollouts).toBe(72);
    expect(metrics.guided?.rollouts).toBe(8 * metrics.guidedGroups);
    expect(groups.filter((group) => group.rollouts.length === 16)).toHaveLength(metrics.guidedGroups);
    expect(metrics.rewardByLevel[2]).toBe(0);
    expect(metrics.kStarFraction).toBeGreaterThan(0);
    expect(metrics.kStarFraction).toBeLessThanOrEqual(1);
    // Eq. 8: planned arguments are unlikely without the plan, so the shift is negative, and risk is not zero.
    expect(metrics.guided?.logRatioShift).toBeLessThan(-2);
    expect(metrics.guided?.offPolicyRisk).toBeGreaterThan(0);
    expect(metrics.unguided.logRatioShift).toBe(0);
    expect(metrics.unguided.entropy).toBeGreaterThan(0.2);
    expect(metrics.environmentSteps).toBeGreaterThanOrEqual(metrics.rollouts);
  });

  it('Eq. 12: before the policy moves, free rollouts have ratio 1 and guided ones the odds without the plan', async () => {
    const [{ unguided, guided }] = await run({ learningRate: 1e-9 }, 1);
    expect(unguided.ratio).toBeCloseTo(1, 5);
    expect(unguided.clipFraction).toBe(0);
    expect(guided?.trainedTokens).toBeGreaterThan(50);
    // Largest where a guided rollout ignores its plan: 0.94 without it against 0.01 with it.
    expect(guided?.ratioMax).toBeCloseTo(94, 1);
    expect(guided?.kl).toBeCloseTo(0, 6);
  });

  it('released code: guided rollouts replace the failed group', async () => {
    const options = presetOptions['released-code'];
    const trainer = createTrainer(new GatePolicy(), gates, { ...config, preset: 'released-code', options });
    const metrics = await trainer.step();
    const groups = trainer.lastStep?.groups ?? [];
    expect(groups.every((group) => group.rollouts.length === 8)).toBe(true);
    const searched = groups.filter((group) => group.search);
    expect(searched.length).toBeGreaterThan(3);
    expect(searched.every((group) => group.rollouts.every((r) => r.k === group.search?.k))).toBe(true);
    expect(metrics.probeRollouts).toBe(2 * metrics.probes);
    expect(metrics.rollouts).toBe(72 + metrics.probeRollouts + 8 * searched.length);
  });

  it('a step in which nothing is trainable still has metrics', async () => {
    const metrics = (await run({ method: 'grpo', tasksPerStep: 1, temperature: 1e-3 }, 1))[0];
    expect(metrics).toMatchObject({ trainableGroups: 0, gradNorm: 0, kl: 0, guided: null });
    expect(metrics.unguided).toMatchObject({ rollouts: 8, trainedTokens: 0, ratio: 0 });
    expect(Object.values(metrics.unguided).every(Number.isFinite)).toBe(true);
  });
});
