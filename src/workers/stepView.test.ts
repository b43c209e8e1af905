import { describe, expect, it } from 'vitest';
import type { Iteration } from '../actguide/algorithm1.ts';
import { rollouts, type Rollout } from '../actguide/rollout.ts';
import { searchWorld, type SearchTask } from '../envs/search/world.ts';
import { taskOf } from './probing.ts';
import { inspected, stepView } from './stepView.ts';
import { uniformModel } from './testing/uniformModel.ts';
import { actionsInWords, questionInWords } from './words.ts';

const world = searchWorld();
const tasks: SearchTask[] = [0, 2, 4].map((level) => taskOf(world, { seed: 3, level, index: 0 }));

/** A step of three groups: of a success and a failure, of failures alone, of successes alone. */
async function step(): Promise<Iteration> {
  const drawn = await Promise.all(
    tasks.map((task) =>
      rollouts(
        uniformModel(world),
        world,
        [0, 1].map((stream) => ({ task, plan: task.plan.slice(0, stream), stream })),
        { seed: 1, temperature: 1 },
      ),
    ),
  );
  const paid = (group: readonly Rollout[], rewards: readonly number[]) =>
    group.map((rollout, i) => ({ ...rollout, reward: rewards[i] }));
  const rewards = [
    [1, 0],
    [0, 0],
    [1, 1],
  ];
  const groups = drawn.map((group, b) => ({
    task: tasks[b],
    unguided: [],
    rollouts: paid(group, rewards[b]),
    search:
      b === 0
        ? {
            task: tasks[0],
            k: 1,
            verified: true,
            probes: [{ k: 1, successes: 1, size: 2, nonMonotone: false }],
            rollouts: [],
          }
        : null,
  }));
  const advantages = [
    [0.7, -0.7],
    [0, 0],
    [0, 1e-12],
  ];
  return { groups, advantages, shifts: [], update: {} } as unknown as Iteration;
}

describe('a step as plain data', () => {
  it('tells of each group what was asked, planned, done and paid, and whether it taught', async () => {
    const iteration = await step();
    const view = stepView(world, iteration, 7);
    expect(view.step).toBe(7);
    // What is zero up to rounding teaches nothing.
    expect(view.groups.map(({ outcome }) => outcome)).toEqual(['trainable', 'allFail', 'allPass']);
    const [first, second] = view.groups;
    expect(first).toMatchObject({
      taskId: tasks[0].id,
      level: 0,
      question: questionInWords(tasks[0]),
      plan: actionsInWords(world, tasks[0].plan),
      search: { k: 1, verified: true, probes: [{ k: 1, successes: 1, size: 2, nonMonotone: false }] },
    });
    expect(second.search).toBeNull();
    expect(first.rollouts.map(({ source, k, reward, advantage }) => [source, k, reward, advantage])).toEqual([
      ['unguided', 0, 1, 0.7],
      ['guided', 1, 0, -0.7],
    ]);
    const rollout = iteration.groups[0].rollouts[0];
    expect(first.rollouts[0].actions).toEqual(
      actionsInWords(
        world,
        rollout.actions.map((action) => world.actions[action]),
      ),
    );
    expect(first.rollouts[0].actions).toHaveLength(rollout.turns);
  });

  it('gives back a rollout by number, of this step and no other', async () => {
    const iteration = await step();
    const found = inspected(iteration, 7, { step: 7, group: 0, rollout: 1 });
    expect(found).toEqual({
      rollout: iteration.groups[0].rollouts[1],
      advantage: -0.7,
      groupRewards: [1, 0],
    });
    for (const ref of [
      { step: 6, group: 0, rollout: 0 },
      { step: 7, group: 3, rollout: 0 },
      { step: 7, group: 0, rollout: 2 },
    ])
      expect(() => inspected(iteration, 7, ref)).toThrow('The run has gone on');
    expect(() => inspected(null, 0, { step: 0, group: 0, rollout: 0 })).toThrow('expected a rollout of step');
  });
});
