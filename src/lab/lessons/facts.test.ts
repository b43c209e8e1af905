import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Recording } from '../../workers/recording.ts';
import { evaluationsOf, runCurves } from './curves.ts';
import { bestLevel, chanceInTries, chanceOfAll, meanShiftOf, utilities } from './facts.ts';
import { lessonIds } from './ids.ts';
import { lessons } from './texts.ts';

const recording = JSON.parse(readFileSync('public/recordings/lessons.json', 'utf8')) as Recording;

it('computes chances of rare luck without rounding them away', () => {
  const queries = [0.02, 0.5].map((unguided) => ({ turn: 0, word: 'x', guided: 1, unguided }));
  expect(chanceOfAll(queries)).toBeCloseTo(0.01, 12);
  expect(chanceInTries(1e-7, 1_000_000)).toBeCloseTo(0.0951626, 6);
  expect(chanceInTries(0.5, 2)).toBeCloseTo(0.75, 12);
});

it('weighs benefit against risk: J_k = B_k − λ R_k', () => {
  const point = (k: number, successes: number, risk: number) => ({
    k,
    samples: 9,
    successes,
    meanShift: 0,
    risk,
  });
  const points = [point(0, 0, 0), point(1, 0, 1), point(2, 9, 4)];
  const free = utilities(points, 0);
  expect(free[2].benefit).toBeCloseTo(Math.log(19), 12);
  expect(bestLevel(free)).toBe(2);
  expect(utilities(points, 1)[2].utility).toBeCloseTo(Math.log(19) - 4, 12);
  expect(bestLevel(utilities(points, 1))).toBe(0);
});

it('has a lesson for every id, in order, whose answer is one of its options', () => {
  expect(lessons.map(({ id }) => id)).toEqual([...lessonIds]);
  for (const { answer, options } of lessons) {
    const { right, because } = answer(recording);
    expect(options[right]).toBeTypeOf('string');
    expect(because).toMatch(/\d/);
    expect(because).not.toMatch(/NaN|Infinity|undefined/);
  }
});

it('is borne out by the recording: the barrier, the stall, and who crosses', () => {
  const { right } = lessons[1].answer(recording);
  expect(right).toBe(2);
  expect(recording.hard.tries.successes).toBe(0);
  expect(recording.hard.tries.opened.reduce((a, b) => a + b, 0)).toBe(recording.hard.tries.tries);
  expect(recording.failed.rollouts.every(({ advantage }) => advantage === 0)).toBe(true);
  const shift = meanShiftOf(recording.hard.guided);
  expect(shift.queries).toBeGreaterThan(3 * shift.visits);
  const last = (name: 'actguide' | 'grpo') => evaluationsOf(recording.runs[name]).at(-1);
  expect(last('actguide')?.levels[4]).toBeGreaterThan(0.9);
  expect(last('grpo')?.levels.slice(2)).toEqual([0, 0, 0]);
  // Lesson 7: with the whole plan some of it, far less than with the least, and the plan itself is followed less.
  const { wholePlan } = recording.runs;
  const whole = evaluationsOf(wholePlan).at(-1)?.mean ?? 0;
  expect(whole).toBeGreaterThan(last('grpo')?.mean ?? 1);
  expect(whole).toBeLessThan((last('actguide')?.mean ?? 0) - 0.3);
  expect(wholePlan.steps[0].allPassGroups).toBeGreaterThan(0.9);
  expect(wholePlan.steps.at(-1)?.guided?.reward).toBeLessThan(0.8);
});

it('draws curves only as far as the replay has come', () => {
  const run = { run: recording.runs.grpo, color: 'red', symbol: 'circle' as const };
  expect(runCurves([run], 0)[0].points).toHaveLength(1);
  expect(runCurves([run], 16)[0].points.map(({ x }) => x)).toEqual([0, 8, 16]);
  expect(runCurves([run], 64, 4)[0].points.at(-1)?.y).toBe(0);
});
