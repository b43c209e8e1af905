import { describe, expect, it } from 'vitest';
import { gates, gatesTask, token } from '../actguide/testing/gates.ts';
import { Random } from '../core/random.ts';
import { gridWorld } from '../envs/grid/world.ts';
import { searchWorld } from '../envs/search/index.ts';
import { expertEpisode } from './expert.ts';

describe('expertEpisode', () => {
  it.each([searchWorld(), searchWorld({ manners: 2 }), gridWorld()])(
    'without slips it carries out the plan with its thoughts: $name world, $stepTokens tokens a step',
    (world) => {
      for (const task of world.tasks({ seed: 6, count: 60 })) {
        const { tokens, weights, reward, turns } = expertEpisode(world, task, new Random(1), 1);
        expect({ reward, turns }).toEqual({ reward: 1, turns: task.plan.length });
        const own = tokens.filter((_, t) => t > 0 && weights[t - 1] === 1);
        expect(own).toEqual(
          task.plan.flatMap(({ tool, argument }, i) => [tool, ...task.expertThoughts[i], argument]),
        );
        expect(tokens.slice(0, world.prompt(task, []).length)).toEqual(world.prompt(task, []));
      }
    },
  );

  it('by hand: a slip at a gate gets its reply, is weighed like any step, and the gate is tried again', () => {
    const task = { ...gatesTask(1, 1), maxTurns: 3 };
    // The expert slips where the first draw is ≥ 0.5; a stream whose first draw alone is so.
    const stream = Array.from({ length: 200 }, (_, i) => i).find((i) => {
      const random = new Random(2, i);
      const draws = [random.next(), random.next(), random.next(), random.next()];
      return draws[0] >= 0.5 && draws[2] < 0.5 && draws[3] < 0.5;
    });
    const { tokens, weights, reward } = expertEpisode(gates, task, new Random(2, stream), 0.5);
    const wrong = tokens[5];
    expect(wrong).not.toBe(token.a0);
    const right = task.plan.map(({ argument }) => argument);
    const step = (argument: number) => [token.try, token.hm, argument];
    expect(tokens).toEqual([
      ...gates.prompt(task, []),
      ...[...step(wrong), token.no],
      ...[...step(right[0]), token.ok],
      ...step(right[1]),
    ]);
    expect([...weights]).toEqual([0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0]);
    expect(reward).toBe(1);
  });

  it('fails as often as its slips leave no way or no turn', () => {
    // Two gates and no turn to spare: both must be right at once.
    const random = new Random(5);
    const rewards = Array.from(
      { length: 4000 },
      () => expertEpisode(gates, gatesTask(1, 1), random, 0.9).reward,
    );
    expect(rewards.reduce((a, b) => a + b, 0) / 4000).toBeCloseTo(0.81, 1.5);
    // In the search world with turns to spare only a wrong answer, 0.1, is beyond repair.
    const world = searchWorld();
    const tasks = world.tasks({ seed: 8, count: 2000 });
    const won = tasks.filter((task) => expertEpisode(world, task, random, 0.9).reward > 0).length;
    expect(won / tasks.length).toBeGreaterThan(0.85);
    expect(won / tasks.length).toBeLessThan(0.92);
  });
});
