import { describe, expect, it } from 'vitest';
import { assemble, type Group } from './collect.ts';
import { stepMetrics, type StepRecord } from './metrics.ts';
import type { Search } from './minimalGuidance.ts';
import type { Rollout } from './rollout.ts';
import { gates, gatesTask } from './testing/gates.ts';

const easy = gatesTask(0, 1);
const hard = gatesTask(2, 2);
const lost = gatesTask(1, 3);

/** A rollout of one turn: two prompt tokens and three sampled ones, each with entropy 0.5. */
const rollout = (task: Rollout['task'], reward: number, k = 0): Rollout => ({
  task,
  plan: task.plan.slice(0, k),
  k,
  promptLength: 2,
  tokens: [0, 1, 4, 5, 7],
  sampled: Uint8Array.of(0, 0, 1, 1, 1),
  logProb: new Float32Array(5),
  entropy: Float32Array.of(0, 0, 0.5, 0.5, 0.5),
  turnStarts: [2],
  states: [0, 0],
  actions: [0],
  reward,
  turns: 1,
  truncated: null,
});

const group = (task: Rollout['task'], rewards: number[]): Group => {
  const unguided = rewards.map((reward) => rollout(task, reward));
  return { task, unguided, rollouts: unguided, search: null };
};

const found: Search = {
  task: hard,
  k: 2,
  verified: true,
  probes: [
    { k: 2, successes: 1, size: 2, nonMonotone: false },
    { k: 1, successes: 0, size: 2, nonMonotone: false },
  ],
  rollouts: [rollout(hard, 1, 2), rollout(hard, 0, 2)],
};
const nothing: Search = {
  task: lost,
  k: null,
  verified: false,
  probes: [{ k: 1, successes: 0, size: 2, nonMonotone: false }],
  rollouts: [],
};

const unguided = (task: Rollout['task']) => group(task, [0, 0]).unguided;
const groups = [
  group(easy, [1, 1]),
  assemble(unguided(hard), found, 'union'),
  assemble(unguided(lost), nothing, 'union'),
];

describe('assemble', () => {
  const outcomes = ({ rollouts }: Group) => rollouts.map((r) => [r.k, r.reward]);

  it('union keeps the failed rollouts, replace drops them, and no level leaves the group as it was', () => {
    expect(groups.map(outcomes)).toEqual([
      [
        [0, 1],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 0],
        [2, 1],
        [2, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const replaced = assemble(unguided(hard), found, 'replace');
    expect(replaced.rollouts).toEqual(found.rollouts);
    expect(replaced.unguided).toEqual(unguided(hard));
    expect(assemble(unguided(lost), nothing, 'replace').rollouts).toEqual(unguided(lost));
    expect(groups.map((g) => g.search?.k)).toEqual([undefined, 2, null]);
  });
});

describe('stepMetrics', () => {
  const record: StepRecord = {
    step: 5,
    groups,
    advantages: [
      [0, 0],
      [-0.5, -0.5, 1.5, -0.5],
      [0, 0],
    ],
    shifts: [-4, -6],
    update: {
      updates: 2,
      gradNorm: 0.7,
      learningRate: 3e-4,
      ms: 11,
      bySource: {
        unguided: { tokens: 6, ratio: 6.6, ratioMax: 1.3, clipped: 1, kl: 0.6 },
        guided: { tokens: 4, ratio: 2, ratioMax: 1.1, clipped: 1, kl: 0.2 },
      },
    },
    cost: {
      collect: { rollouts: 6, environmentSteps: 6, ms: 20 },
      search: { rollouts: 6, environmentSteps: 9, ms: 30 },
    },
    success: null,
    stepMs: 70,
  };

  it('counts groups, guidance and cost', () => {
    const metrics = stepMetrics(gates, record);
    expect(metrics).toMatchObject({
      step: 5,
      trainableGroups: 1 / 3,
      allFailGroups: 1 / 3,
      allPassGroups: 1 / 3,
      guidedGroups: 1,
      kStar: 2,
      kStarFraction: 2 / 3,
      probes: 3,
      probeRollouts: 6,
      rollouts: 12,
      environmentSteps: 15,
      gradNorm: 0.7,
      rewardByLevel: [1, 0, 0],
      timing: { rolloutMs: 20, searchMs: 30, updateMs: 11, stepMs: 70 },
    });
    expect(metrics.kl).toBeCloseTo(0.08, 12);
  });

  it('tells the sources apart', () => {
    const { unguided, guided } = stepMetrics(gates, record);
    expect(unguided).toMatchObject({
      rollouts: 6,
      trainedTokens: 6,
      reward: 1 / 3,
      ratioMax: 1.3,
      clipFraction: 1 / 6,
      entropy: 0.5,
      turns: 1,
      responseLength: 3,
      logRatioShift: 0,
      offPolicyRisk: 0,
    });
    expect(unguided.ratio).toBeCloseTo(1.1, 12);
    expect(guided).toMatchObject({ rollouts: 2, reward: 0.5, ratio: 0.5, clipFraction: 0.25, kl: 0.05 });
    expect(guided).toMatchObject({ logRatioShift: -5, offPolicyRisk: 2 });
  });

  it('has no guided metrics and no k* in a step without guidance', () => {
    const alone = [group(easy, [1, 1]), group(hard, [0, 0]), group(lost, [0, 0])];
    const metrics = stepMetrics(gates, { ...record, groups: alone, shifts: [] });
    expect(metrics).toMatchObject({
      guided: null,
      kStar: null,
      kStarFraction: null,
      guidedGroups: 0,
      probes: 0,
    });
    const levels = stepMetrics(gates, { ...record, groups: [groups[0]] }).rewardByLevel;
    expect(levels).toEqual([1, null, null]);
  });
});
