import { expect, it } from 'vitest';
import { storedRun } from '../storage/testing/storedRun.ts';
import { evaluationsOf, lastX, rolloutsSpent, successCurves, trainableCurves } from './comparison.ts';

const run = storedRun();

it('counts the rollouts that a run has spent', () => {
  expect(rolloutsSpent(run.steps)).toEqual([0, 100, 201, 303]);
});

it('draws success over steps or over rollouts, the base policy first', () => {
  expect(evaluationsOf(run).map(({ step }) => step)).toEqual([0, 2]);
  expect(successCurves([run], null, 'steps')[0].points).toEqual([
    { x: 0, y: 0.4 },
    { x: 2, y: 0.4 },
  ]);
  expect(successCurves([run], 0, 'rollouts')[0].points).toEqual([
    { x: 0, y: 1 },
    { x: 201, y: 1 },
  ]);
  expect(successCurves([run], 9, 'steps')[0].points).toEqual([]);
});

it('draws trainable groups from the first step on', () => {
  const series = trainableCurves([run], 'rollouts');
  expect(series[0].points.map(({ x }) => x)).toEqual([100, 201, 303]);
  expect(lastX(series)).toBe(303);
  expect(lastX([])).toBe(1);
});
