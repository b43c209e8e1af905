import { expect, it } from 'vitest';
import { GatePolicy } from '../../actguide/testing/gatePolicy.ts';
import { gates } from '../../actguide/testing/gates.ts';
import { actionTurnsProbe } from '../items/fig8.ts';
import type { Probe } from '../units.ts';
import { evaluationProbe } from './evaluation.ts';
import { guidanceProbe, identificationProbe } from './guidanceLevels.ts';

/** Runs a probe on the gates; shares must rise to at most 1. */
async function run<Args extends object, Result>(probe: Probe<Args, Result>, args: Args): Promise<Result> {
  const stream = probe.run(new GatePolicy(), gates, args, {});
  let before = 0;
  for (;;) {
    const next = await stream.next();
    if (next.done) return next.value;
    expect(next.value).toBeGreaterThanOrEqual(before);
    expect(next.value).toBeLessThanOrEqual(1);
    before = next.value;
  }
}

const tasks = { seed: 5, levels: [2], tasksPerLevel: 3, samples: 48, groupSize: 8, temperature: 1 };

it('evaluation: with the plan the gates open, in one turn none of level 2 does', async () => {
  const held = { seed: 5, evalTasks: 24, temperature: 1 };
  const guided = await run(evaluationProbe, { ...held, guided: 'full' });
  // Three gates, each opened with probability 0.97.
  expect(guided.levels[2]).toBeGreaterThan(0.7);
  const alone = await run(evaluationProbe, held);
  expect(alone.levels[2]).toBe(0);
  expect(alone.levels[0]).toBeGreaterThan(0.6);
  const short = await run(evaluationProbe, { ...held, guided: 'full', turnBudget: 1 });
  expect(short.levels[2]).toBe(0);
});

it('guidance levels: nothing shifts without a plan, recovery and benefit come with it, the split adds up', async () => {
  const measured = await run(guidanceProbe, tasks);
  expect(measured).toHaveLength(3);
  for (const { levels } of measured) {
    expect(levels.map(({ k }) => k)).toEqual([0, 1, 2, 3]);
    expect(levels[0]).toMatchObject({
      successes: 0,
      recovery: 0,
      shift: expect.closeTo(0, 4) as number,
      benefit: 0,
    });
    expect(levels[3].recovery).toBeGreaterThan(0.99);
    expect(levels[3].benefit).toBeGreaterThan(2);
    expect(levels[3].shift).toBeLessThan(-5);
    for (const { risk, tokenRisk, covarianceRisk } of levels)
      expect(tokenRisk + covarianceRisk).toBeCloseTo(risk, 8);
    expect(levels[0]).not.toHaveProperty('mass');
  }
});

it('identification: k̂ is k* where Corollary C.1 asks for few groups, and what it asks for too many of is left out', async () => {
  const args = { ...tasks, samples: 96, rho: 0.5, xi: 0.05, mostGroups: 64 };
  const found = await run(identificationProbe, args);
  const tried = found.filter((task) => task.tried);
  expect(tried.length).toBeGreaterThan(0);
  for (const { least, identified, margin, groups } of tried) {
    expect(identified).toBe(least);
    expect(groups).toBe(Math.ceil(Math.log((2 * 4) / 0.05) / (2 * (margin ?? NaN) ** 2)));
  }
  const none = await run(identificationProbe, { ...args, mostGroups: 1 });
  expect(none.map((task) => [task.tried, task.identified])).toEqual(none.map(() => [false, null]));
  expect(none.map(({ least }) => least)).toEqual(found.map(({ least }) => least));
});

it('action turns: counts every task that training draws, by level and length of the plan', async () => {
  const counts = await run(actionTurnsProbe, { seed: 1, steps: 4, tasksPerStep: 6 });
  // Levels 0, 1, 2 have 2, 2, 3 gates.
  expect(counts).toEqual([
    [0, 2, 8],
    [1, 2, 8],
    [2, 3, 8],
  ]);
});
