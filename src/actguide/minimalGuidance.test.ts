import { describe, expect, it } from 'vitest';
import type { Task } from '../envs/types.ts';
import { Sampler } from './collect.ts';
import { defaultRun, presetOptions, type AlgorithmOptions, type RunConfig } from './config.ts';
import { Bisection, fixedGuidance, minimalGuidance, outcomes } from './minimalGuidance.ts';
import type { Rollout } from './rollout.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

const paper = presetOptions.paper;
const released = presetOptions['released-code'];

/** Runs a bisection on a task whose level k recovers reward where `recovers` says so; the levels in the order probed. */
function bisect(levels: number, options: AlgorithmOptions, recovers: (k: number) => boolean) {
  const bisection = new Bisection(levels, options);
  const probed: number[] = [];
  for (let k = bisection.next; k !== null; k = bisection.next) {
    probed.push(k);
    bisection.record(k, recovers(k));
  }
  return { level: bisection.level, probed };
}

describe('Bisection', () => {
  const cases = Array.from({ length: 13 }, (_, levels) => levels).flatMap((levels) =>
    Array.from({ length: levels + 2 }, (_, threshold) => ({ levels, threshold })),
  );

  it('Eq. 10: finds the least successful level under monotone recovery, in at most ⌈log2(K+1)⌉ probes', () => {
    for (const { levels, threshold } of cases) {
      const { level, probed } = bisect(levels, paper, (k) => k >= threshold);
      const least = Math.max(1, threshold);
      expect(level, `K ${levels}, threshold ${threshold}`).toEqual(
        least <= levels ? { k: least, verified: true } : { k: null, verified: false },
      );
      expect(probed.length).toBeLessThanOrEqual(Math.ceil(Math.log2(levels + 1)));
    }
  });

  it('released code: the same over 0..L-1, and L unprobed and unverified where all of them fail', () => {
    for (const { levels, threshold } of cases) {
      const { level, probed } = bisect(levels, released, (k) => k >= threshold);
      expect(level, `L ${levels}, threshold ${threshold}`).toEqual(
        threshold < levels ? { k: threshold, verified: true } : { k: levels, verified: false },
      );
      expect(probed.every((k) => k < levels)).toBe(true);
    }
  });

  it('released code: the probes of L = 4 are lo + hi over two, rounded down', () => {
    expect(bisect(4, released, (k) => k >= 3).probed).toEqual([2, 3]);
    expect(bisect(4, released, (k) => k >= 0).probed).toEqual([2, 1, 0]);
  });

  it('knows which levels may come next, and looks without moving', () => {
    const bisection = new Bisection(7, paper); // over 1..7
    expect(bisection.upcoming(0)).toEqual([]);
    expect(bisection.upcoming(1)).toEqual([4]);
    expect(bisection.upcoming(2)).toEqual([4, 2, 6]);
    expect(bisection.upcoming(3)).toEqual([4, 2, 1, 3, 6, 5, 7]);
    expect(bisection.next).toBe(4);
    bisection.record(4, false);
    expect(bisection.upcoming(2)).toEqual([6, 5, 7]);
    expect(new Bisection(7, { ...paper, probeBudget: 1 }).upcoming(3)).toEqual([4]);
  });

  it('stops at the budget: the released code returns where it stands, unverified', () => {
    const broke = bisect(40, released, (k) => k >= 13);
    // 20 ✓, 10 ✗, 15 ✓, 13 ✓, 12 ✗ and then lo = hi = 13
    expect(broke.probed).toEqual([20, 10, 15, 13, 12]);
    expect(broke.level).toEqual({ k: 13, verified: true });
    const unlucky = bisect(40, { ...released, probeBudget: 3 }, (k) => k >= 13);
    expect(unlucky.level).toEqual({ k: 11, verified: false });
  });

  it('a budget never passes off an unprobed level as verified', () => {
    for (let budget = 0; budget < 6; budget++)
      for (const preset of [paper, released])
        for (const unverified of ['skip', 'use'] as const) {
          const options = { ...preset, probeBudget: budget, unverified };
          const { level, probed } = bisect(17, options, (k) => k >= 6);
          expect(probed.length).toBeLessThanOrEqual(budget);
          expect(level.verified).toBe(probed.some((k) => k === level.k && k >= 6));
          if (unverified === 'skip' && level.k !== null) expect(level.verified).toBe(true);
          if (unverified === 'use') expect(level.k).not.toBeNull();
        }
  });
});

it('flags a level that does worse than a lower one', () => {
  const probe = (k: number, successes: number) =>
    Array.from({ length: 8 }, (_, i) => ({ k, reward: i < successes ? 1 : 0 }) as Rollout);
  const seen = outcomes([probe(4, 1), probe(2, 0), probe(3, 6)], paper);
  expect(seen.map(({ k, successes, size, nonMonotone }) => [k, successes, size, nonMonotone])).toEqual([
    [4, 1, 8, true],
    [2, 0, 8, false],
    [3, 6, 8, false],
  ]);
});

const config = (options: Partial<AlgorithmOptions>, preset = paper): RunConfig => ({
  ...defaultRun,
  options: { ...preset, ...options },
});

const search = (sampler: Sampler, tasks: readonly Task[]) =>
  sampler.run(tasks.map((task) => minimalGuidance(sampler, task)));

describe('minimalGuidance', () => {
  const tasks = [gatesTask(0, 1), gatesTask(1, 2), gatesTask(2, 3), gatesTask(2, 4)];

  it('Eq. 10: finds a level that recovers, and none below it does', async () => {
    // The stale gates of level 1 (2 gates) and 2 (3 gates) need a plan up to the last or last but one.
    const policy = new GatePolicy();
    const sampler = new Sampler(policy, gates, config({}), 0);
    const searches = await search(sampler, tasks);
    expect(searches.map((search) => search.task)).toEqual(tasks);
    for (const found of searches) {
      expect(found.verified).toBe(true);
      expect(found.rollouts).toHaveLength(8);
      expect(found.rollouts.every((rollout) => rollout.k === found.k)).toBe(true);
      expect(found.rollouts.some((rollout) => rollout.reward === 1)).toBe(true);
      const below = found.probes.filter((probe) => probe.k < (found.k ?? 0));
      expect(below.every((probe) => probe.successes === 0)).toBe(true);
    }
    expect(searches[0].k).toBe(1);
    expect(sampler.cost.search.rollouts).toBe(
      searches.reduce((sum, { probes }) => sum + 8 * probes.length, 0),
    );
  });

  it('released code: two rollouts a probe, thrown away, and N fresh ones at the level it ends at', async () => {
    const sampler = new Sampler(new GatePolicy(), gates, config({}, released), 0);
    const searches = await search(sampler, tasks);
    const probes = searches.flatMap((search) => search.probes);
    expect(probes.every((probe) => probe.size === 2)).toBe(true);
    expect(searches.every((search) => search.rollouts.length === 8)).toBe(true);
    expect(sampler.cost.search.rollouts).toBe(2 * probes.length + 8 * tasks.length);
    const [, , hard] = searches;
    if (hard.k === 3) expect(hard.verified).toBe(false);
  });

  it('no verified level: skipped as in the paper, used as in the released code', async () => {
    // A plan of the wrong first action fails at every level, for no turn is to spare.
    const wrong = {
      ...gatesTask(2, 9),
      plan: gatesTask(2, 9).plan.map(({ tool }) => ({ tool, argument: 10 })),
    };
    const sampler = (options: Partial<AlgorithmOptions>) =>
      new Sampler(new GatePolicy(), gates, config(options), 0);
    const [skipped] = await search(sampler({ unverified: 'skip' }), [wrong]);
    expect(skipped).toMatchObject({ k: null, verified: false, rollouts: [] });
    const [used] = await search(sampler({ unverified: 'use' }), [wrong]);
    expect(used).toMatchObject({ k: 3, verified: false });
    expect(used.rollouts).toHaveLength(8);
  });

  it('finds the same for a task whoever is searched beside it', async () => {
    const sampler = new Sampler(new GatePolicy(), gates, config({}), 0);
    const alone = await Promise.all(
      tasks.map(
        async (task) => (await search(new Sampler(new GatePolicy(), gates, config({}), 0), [task]))[0],
      ),
    );
    // Company changes nothing: the same levels, probes and rollouts.
    expect(await search(sampler, tasks)).toEqual(alone);
  });

  it('no task, no rollouts', async () => {
    const sampler = new Sampler(new GatePolicy(), gates, config({}), 0);
    expect(await search(sampler, [])).toEqual([]);
    expect(sampler.cost.search.rollouts).toBe(0);
  });
});

describe('fixedGuidance', () => {
  it('Fig. 7: N rollouts under the same share of every plan, rounded, none of them a probe', async () => {
    const tasks = [gatesTask(1, 2), gatesTask(2, 3)]; // K = 2 and 3
    for (const [share, ks] of [
      [0, [0, 0]],
      [0.25, [1, 1]],
      [0.5, [1, 2]],
      [1, [2, 3]],
    ] as const) {
      const sampler = new Sampler(new GatePolicy(), gates, config({}), 0);
      const searches = await sampler.run(tasks.map((task) => fixedGuidance(sampler, task, share)));
      expect(searches.map((search) => search.k)).toEqual(ks);
      searches.forEach(({ rollouts, k, task }) =>
        expect(rollouts.map((rollout) => [rollout.task, rollout.k])).toEqual(Array(8).fill([task, k])),
      );
      expect(searches.every(({ verified, probes }) => !verified && probes.length === 0)).toBe(true);
      expect(sampler.cost.search.rollouts).toBe(16);
      expect(sampler.cost.collect.rollouts).toBe(0);
    }
  });
});
