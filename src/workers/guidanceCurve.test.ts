import { expect, it } from 'vitest';
import { rollouts } from '../actguide/rollout.ts';
import { roles, stream } from '../actguide/streams.ts';
import { wilsonInterval } from '../core/statistics.ts';
import { uniformValue } from '../envs/reachability.ts';
import { searchWorld } from '../envs/search/world.ts';
import type { LanguageModel } from '../policy/types.ts';
import { guidancePoints } from './guidanceCurve.ts';
import { taskOf } from './probing.ts';
import { uniformModel } from './testing/uniformModel.ts';

const world = searchWorld();
const task = taskOf(world, { seed: 3, level: 0, index: 1 });
/** Draws uniformly, records log-probabilities of 0, and scores every token at −½ without the plan. */
const model: LanguageModel = {
  ...uniformModel(world),
  score: (sequences) => {
    const T = sequences.reduce((sum, tokens) => sum + tokens.length, 0);
    return Promise.resolve({ logProb: new Float32Array(T).fill(-0.5), entropy: new Float32Array(T) });
  },
};

it('has a point for every level, with success, mean shift and risk of that level’s rollouts alone', async () => {
  const samples = 64;
  const points = await guidancePoints(model, world, task, samples, 9);
  expect(points.map(({ k }) => k)).toEqual([...Array(task.plan.length + 1).keys()]);
  for (const { k, successes, meanShift, risk } of points) {
    const requests = Array.from({ length: samples }, (_, i) => ({
      task,
      plan: task.plan.slice(0, k),
      stream: stream(0, roles.guided, task.key, (k << 16) | i),
    }));
    const drawn = await rollouts(model, world, requests, { seed: 9, temperature: 1 });
    expect(successes).toBe(drawn.filter(({ reward }) => reward > 0).length);
    // L_k = −½ a token, three tokens a turn.
    const shifts = drawn.map(({ turns }) => -1.5 * turns);
    const mean = shifts.reduce((sum, shift) => sum + shift, 0) / samples;
    expect(meanShift).toBeCloseTo(mean, 9);
    expect(risk).toBeCloseTo(shifts.reduce((sum, shift) => sum + (shift - mean) ** 2, 0) / (samples - 1), 9);
    // A policy that does not read its plan succeeds as often as the tables say, at every level.
    const automaton = task.automaton();
    const exact = uniformValue(automaton, task.maxTurns)[task.maxTurns * automaton.states];
    const { low, high } = wilsonInterval(successes, samples, 3.5);
    expect(exact).toBeGreaterThanOrEqual(low);
    expect(exact).toBeLessThanOrEqual(high);
  }
});
