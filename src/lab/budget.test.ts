import { expect, it } from 'vitest';
import { stepOf } from '../storage/testing/storedRun.ts';
import { nextSide, spent } from './budget.ts';

const side = (rollouts: number, state: 'idle' | 'working' | 'done' = 'idle') => ({
  rollouts,
  idle: state === 'idle',
  done: state === 'done',
});

it('lets the side go on that has spent less', () => {
  expect(nextSide([side(300), side(200)], 1000)).toBe(1);
  expect(nextSide([side(200), side(200)], 1000)).toBe(0);
});

it('waits while one works, and ends when both have spent the budget', () => {
  expect(nextSide([side(0), side(0, 'working')], 1000)).toBe('wait');
  expect(nextSide([side(1100), side(900)], 1000)).toBe(1);
  expect(nextSide([side(1100), side(1000)], 1000)).toBe('end');
  expect(nextSide([side(400, 'done'), side(1000)], 1000)).toBe('end');
});

it('counts every rollout of a run', () => {
  expect(spent([0, 1, 2].map(stepOf))).toBe(303);
});
