import { describe, expect, it } from 'vitest';
import { searchWorld } from '../envs/search/world.ts';
import type { RerollRequest } from './handsOn.ts';
import { taskOf } from './probing.ts';
import type { TaskRef } from './protocol.ts';
import { rerolled } from './rerolling.ts';
import { uniformModel } from './testing/uniformModel.ts';

const world = searchWorld();
const model = uniformModel(world);
const easy: TaskRef = { seed: 3, level: 0, index: 1 };
const task = taskOf(world, easy);
/** The reference plan's turns, as somebody who thinks nothing takes them. */
const turns = task.plan.map(({ tool, argument }) => ({
  tool: world.text([tool]),
  thought: '<no-thought>',
  argument: world.text([argument]),
}));
const run = (
  changed: Partial<RerollRequest>,
  signal = new AbortController().signal,
  onProgress: (done: number) => void = () => undefined,
) =>
  rerolled(
    model,
    world,
    { id: 'one', task: easy, turns: [], plan: [], samples: 128, seed: 1, ...changed },
    5,
    {
      signal,
      onProgress,
    },
  );

describe('re-rolled continuations', () => {
  it('succeed as often as the tables say of a policy that they know, from any state', async () => {
    for (let turn = 0; turn < turns.length; turn++) {
      const view = await run({ turns: turns.slice(0, turn) });
      expect(view).toMatchObject({ turn, samples: 128, step: 5, policy: 'uniform', plan: [] });
      expect(view.exact).toMatchObject({ turnsLeft: 16 - turn, psi: 1, fewest: turns.length - turn });
      expect(view.exact.needed).toContain(`${turns[turn].tool} ${turns[turn].argument}`);
      expect(view.interval.low).toBeLessThanOrEqual(view.exact.uniform);
      expect(view.interval.high).toBeGreaterThanOrEqual(view.exact.uniform);
    }
  });

  it('are counted by how they end, and come back turn by turn', async () => {
    const view = await run({ turns: turns.slice(0, -1) });
    const counts = Object.fromEntries(view.outcomes.map(({ outcome, count }) => [outcome, count]));
    expect(counts.right).toBe(view.successes);
    expect(counts.right + counts.wrong + counts.turns).toBe(128);
    expect([counts.malformed, counts.context]).toEqual([0, 0]);
    expect(view.successes).toBeGreaterThan(0);
    for (const { outcome, turns: taken } of view.returned) {
      const last = taken.at(-1)!;
      if (outcome === 'right') expect([last.tool, last.argument]).toEqual(['answer', turns.at(-1)!.argument]);
      if (outcome === 'turns') expect(taken).toHaveLength(16 - turns.length + 1);
      expect(last.observation).toBe('');
    }
    const rate = view.successes / 128;
    expect(view.passAtK.map(({ k }) => k)).toEqual([1, 8, 32, 128]);
    expect(view.passAtK[0].value).toBeCloseTo(rate, 12);
    expect(view.passAtK[3].value).toBe(1);
  });

  it('repeat for a seed, and a longer request begins with the shorter', async () => {
    const [few, many, other] = [await run({ samples: 8 }), await run({}), await run({ seed: 2 })];
    expect(many.returned.slice(0, 8)).toEqual(few.returned);
    expect(other.returned).not.toEqual(many.returned);
    expect(few.passAtK.map(({ k }) => k)).toEqual([1, 8]);
  });

  it('that are stopped keep their complete batches', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const view = await run({}, stop.signal, (done) => {
      seen.push(done);
      if (done > 32) stop.abort();
    });
    expect(view).toMatchObject({ requested: 128, samples: 32 });
    expect(view.returned).toHaveLength(32);
    expect(seen).toContain(32);
    stop.abort();
    expect(await run({}, stop.signal)).toMatchObject({
      samples: 0,
      successes: 0,
      interval: { low: 0, high: 1 },
    });
  });

  it.each([
    [{ samples: 0 }, 'expected 1 to 128 continuations, got 0'],
    [{ turns }, `got its end after ${turns.length} turns. Choose an earlier turn`],
    [{ turns: [{ ...turns[0], thought: 'what' }] }, 'expected words of the world, got "what"'],
    [{ plan: ['fly home'] }, 'got "fly home"'],
  ])('refuses %j', (changed, message) => expect(run(changed)).rejects.toThrow(message));
});
