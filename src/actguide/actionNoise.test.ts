import { describe, expect, it } from 'vitest';
import { gridWorld } from '../envs/grid/world.ts';
import { searchWorld } from '../envs/search/index.ts';
import type { Environment, Task } from '../envs/types.ts';
import { withActionNoise } from './actionNoise.ts';
import { Sampler, trainingTasks } from './collect.ts';
import { defaultRun, presetOptions } from './config.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates } from './testing/gates.ts';

/** Reward of a plan carried out to the letter, whatever it takes. */
function carriedOut(environment: Environment, task: Task): number {
  const automaton = task.automaton();
  let state = automaton.start;
  let reward = 0;
  for (const { tool, argument } of task.plan) {
    const row = state * automaton.actions + environment.actionIndex([tool, argument]);
    reward += automaton.reward[row];
    state = automaton.next[row];
  }
  return reward;
}

describe.each([searchWorld(), gridWorld()])('action noise in the $name world', (world) => {
  const tasks = world.tasks({ seed: 11, count: 300 });
  const clean = tasks.reduce((sum, task) => sum + task.plan.length, 0);

  it.each([0.1, 0.2, 0.5])('makes %d of the plans noise, in expectation', (share) => {
    const noisy = tasks.map((task) => withActionNoise(world, task, share, 3));
    const total = noisy.reduce((sum, task) => sum + task.plan.length, 0);
    expect((total - clean) / total).toBeCloseTo(share, 1.6);
  });

  it('keeps the plan in order, and a plan that still earns the reward', () => {
    for (const task of tasks) {
      const noisy = withActionNoise(world, task, 0.4, 3);
      expect(noisy.plan.filter((action) => task.plan.includes(action))).toEqual(task.plan);
      expect(carriedOut(world, noisy)).toBe(1);
      const added = noisy.plan.filter((action) => !task.plan.includes(action));
      for (const { tool, argument } of added)
        expect(task.plan.some((action) => action.tool === tool && action.argument === argument)).toBe(false);
    }
  });

  it('is a function of seed and task; no noise is the task itself', () => {
    const [task] = tasks.filter(({ plan }) => plan.length > 4);
    expect(withActionNoise(world, task, 0, 3)).toBe(task);
    expect(withActionNoise(world, task, 0.5, 3).plan).toEqual(withActionNoise(world, task, 0.5, 3).plan);
    const others = [4, 5, 6].map((seed) => JSON.stringify(withActionNoise(world, task, 0.5, seed).plan));
    expect(new Set(others).size).toBe(3);
  });
});

it('Table 5: the tasks of a step have the noisy plans', () => {
  const options = { ...presetOptions.paper, actionNoise: 0.5 };
  const config = { ...defaultRun, options };
  const tasks = (changed: Partial<typeof options>) =>
    trainingTasks(
      new Sampler(new GatePolicy(), gates, { ...config, options: { ...options, ...changed } }, 3),
    );
  const clean = tasks({ actionNoise: 0 });
  expect(tasks({}).map(({ id, plan }) => [id, plan])).toEqual(
    clean.map((task) => [task.id, withActionNoise(gates, task, 0.5, config.seed).plan]),
  );
  const total = (some: typeof clean) => some.reduce((sum, { plan }) => sum + plan.length, 0);
  expect(total(tasks({}))).toBe(2 * total(clean));
});
