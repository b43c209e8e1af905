import { describe, expect, it } from 'vitest';
import { unguided } from './alignment.ts';
import type { Group } from './collect.ts';
import { defaultRun, presetOptions, type RunConfig } from './config.ts';
import { guidance } from './guidance.ts';
import { rollouts } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';
import { updatePolicy, warmup } from './update.ts';

const config: RunConfig = {
  ...defaultRun,
  minibatches: 2,
  options: { ...presetOptions.paper, klCoefficient: 0 },
};
const task = gatesTask(2, 1);

async function group(policy: GatePolicy, ks: readonly number[]): Promise<Group> {
  const requests = ks.map((k, stream) => ({ task, plan: guidance(task, k), stream }));
  const sampled = await rollouts(policy, gates, requests, { seed: 1, temperature: 1 });
  return { task, unguided: sampled.filter((r) => r.k === 0), rollouts: sampled, search: null };
}

describe('unguided', () => {
  it('moves generated tokens behind the short prompt and keeps each with its own scorer', async () => {
    const [rollout] = (await group(new GatePolicy(), [3])).rollouts;
    const { tokens, sampledAt, scoredAt } = unguided(gates, rollout);
    expect(tokens.slice(0, 3)).toEqual(gates.prompt(task, []));
    expect(sampledAt).toHaveLength(9);
    sampledAt.forEach((at, j) => {
      expect(tokens[scoredAt[j] + 1]).toBe(rollout.tokens[at]);
      expect(scoredAt[j] + 1 - 3).toBe(at - rollout.promptLength);
    });
  });
});

describe('updatePolicy', () => {
  it('Eq. 12: trains under the unguided prompt, with the guided probability below', async () => {
    const policy = new GatePolicy();
    const groups = [await group(policy, [0, 3])];
    const result = await updatePolicy(
      policy,
      gates,
      { ...config, minibatches: 1 },
      {
        step: 0,
        updates: 0,
        groups,
        advantages: [[-1, 1]],
      },
    );
    const [sequences] = policy.seen.forwards;
    expect(sequences.every((tokens) => tokens.slice(0, 3).join() === gates.prompt(task, []).join())).toBe(
      true,
    );
    expect(result.updates).toBe(1);
    expect(result.bySource.unguided.ratio / 9).toBeCloseTo(1, 5);
    // Guided row: six free tokens of ratio 1, then 0.94/0.97 and two stale gates at 0.02/0.97.
    const guided = groups[0].rollouts[1];
    expect(guided.reward).toBe(1);
    expect(result.bySource.guided.ratio).toBeCloseTo(6 + 0.94 / 0.97 + (2 * 0.02) / 0.97, 4);
    // Gradients sit on the scoring positions alone: −A·r/18 for the guided row.
    const flat = Array.from(policy.seen.gradients[0]);
    expect(flat.filter((value) => value !== 0)).toHaveLength(18);
    const smallest = Math.max(...flat.filter((value) => value < 0));
    expect(smallest).toBeCloseTo((-1 * 0.02) / 0.97 / 18, 6);
  });

  it('−Mixed: guided rows keep their prompt above and below, so every ratio is 1; unguided rows are as ever', async () => {
    const policy = new GatePolicy();
    const options = { ...config.options, guidedPrompt: 'guided' } as const;
    const groups = [await group(policy, [0, 3])];
    const result = await updatePolicy(
      policy,
      gates,
      { ...config, minibatches: 1, options },
      { step: 0, updates: 0, groups, advantages: [[-1, 1]] },
    );
    const prompts = policy.seen.forwards[0].map((tokens) => tokens.slice(0, tokens.indexOf(1) + 1).join());
    expect(prompts.sort()).toEqual(
      [gates.prompt(task, []).join(), gates.prompt(task, task.plan).join()].sort(),
    );
    expect(result.bySource.guided.ratio).toBeCloseTo(9, 5);
    // Every generated token of the guided row has the gradient −A·r/ΣT = −1/18.
    const pulled = Array.from(policy.seen.gradients[0]).filter((value) => value < 0);
    expect(pulled).toHaveLength(9);
    pulled.forEach((value) => expect(value).toBeCloseTo(-1 / 18, 6));
  });

  it('Eq. 11: means run over all rollouts of the step, so few that teach move the policy little', async () => {
    const alone = new GatePolicy();
    const crowd = new GatePolicy();
    const teach = await group(alone, [0, 3]);
    const idle = await group(crowd, [0, 0, 0, 0]);
    const one = { ...config, minibatches: 1 };
    await updatePolicy(alone, gates, one, {
      step: 0,
      updates: 0,
      groups: [teach],
      advantages: [[-1, 1]],
    });
    await updatePolicy(crowd, gates, one, {
      step: 0,
      updates: 0,
      groups: [teach, idle],
      advantages: [
        [-1, 1],
        [0, 0, 0, 0],
      ],
    });
    const sampled = (g: Group) =>
      g.rollouts.reduce((sum, r) => sum + r.sampled.reduce((count, bit) => count + bit, 0), 0);
    const share = sampled(teach) / (sampled(teach) + sampled(idle));
    expect(share).toBeLessThan(0.5);
    const [whole, part] = [alone.seen.gradients[0], crowd.seen.gradients[0]];
    expect(crowd.seen.forwards[0]).toEqual(alone.seen.forwards[0]);
    part.forEach((value, t) => expect(value).toBeCloseTo(whole[t] * share, 6));
  });

  it('leaves out rows without advantage and splits the rest evenly', async () => {
    const policy = new GatePolicy();
    const groups = [await group(policy, [0, 0, 1, 2, 3, 3, 3])];
    const advantages = [[0, 1, -1, 1e-9, 1, -1, 1]];
    const result = await updatePolicy(policy, gates, config, { step: 3, updates: 0, groups, advantages });
    expect(policy.seen.forwards.map((sequences) => sequences.length)).toEqual([3, 2]);
    expect(result.updates).toBe(2);
    const again = new GatePolicy();
    await updatePolicy(again, gates, config, { step: 3, updates: 0, groups, advantages });
    expect(again.seen.forwards).toEqual(policy.seen.forwards);
    const other = new GatePolicy();
    await updatePolicy(other, gates, config, { step: 4, updates: 0, groups, advantages });
    expect(other.seen.forwards).not.toEqual(policy.seen.forwards);
  });

  it('makes no update when nothing is trainable, and fewer than asked when rows are few', async () => {
    const policy = new GatePolicy();
    const groups = [await group(policy, [0, 1])];
    const none = await updatePolicy(policy, gates, config, {
      step: 0,
      updates: 5,
      groups,
      advantages: [[0, 0]],
    });
    expect(none).toMatchObject({ updates: 0, gradNorm: 0 });
    expect(none.bySource.unguided.tokens).toBe(0);
    expect(policy.seen.forwards).toEqual([]);
    const one = await updatePolicy(policy, gates, config, {
      step: 0,
      updates: 5,
      groups,
      advantages: [[0, 1]],
    });
    expect(one.updates).toBe(1);
    expect(one.gradNorm).toBeGreaterThan(0);
  });

  it('warms the learning rate up over updates, then keeps it', async () => {
    const settings = { learningRate: 1, warmupUpdates: 4 };
    expect([0, 1, 2, 3, 4, 50].map((u) => warmup(settings, u))).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    expect(warmup({ learningRate: 1, warmupUpdates: 0 }, 0)).toBe(1);
    const policy = new GatePolicy();
    const groups = [await group(policy, [0, 1, 2, 3])];
    await updatePolicy(policy, gates, config, { step: 0, updates: 6, groups, advantages: [[1, -1, 1, -1]] });
    expect(policy.seen.updates.map((update) => update.learningRate)).toEqual([
      (6e-4 * 7) / 20,
      (6e-4 * 8) / 20,
    ]);
    expect(policy.seen.updates[0]).toMatchObject({
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-5,
      weightDecay: 0,
      gradClip: 1,
    });
  });
});
