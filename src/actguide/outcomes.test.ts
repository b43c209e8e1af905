import { expect, it } from 'vitest';
import { searchWorld } from '../envs/search/index.ts';
import { outcomeOf } from './outcomes.ts';
import type { Rollout } from './rollout.ts';

const world = searchWorld();
const [task] = world.tasks({ seed: 1, level: 0, count: 1 });
const ended = (actions: number[], changed: Partial<Rollout> = {}) =>
  outcomeOf({ task, actions, reward: 0, truncated: null, ...changed } as Rollout);

it('tells how a rollout ended', () => {
  const answer = world.actionIndex([task.plan.at(-1)!.tool, task.plan.at(-1)!.argument]);
  expect(ended([answer], { reward: 1 })).toBe('right');
  expect(ended([answer - 1])).toBe('wrong');
  expect(ended([0, world.actions.length])).toBe('malformed');
  expect(ended([0], { truncated: 'turns' })).toBe('turns');
  expect(ended([0], { truncated: 'context' })).toBe('context');
});
