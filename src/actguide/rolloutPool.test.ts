import { describe, expect, it } from 'vitest';
import type { LanguageModel } from '../policy/types.ts';
import { guidance } from './guidance.ts';
import type { RolloutRequest } from './rollout.ts';
import { finished, recovery, RolloutPool, type Asker, type Draw } from './rolloutPool.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates, gatesTask } from './testing/gates.ts';

const hard = gatesTask(2, 6);
const options = { seed: 3, temperature: 1 };

const requests = (k: number, count: number, task = hard): RolloutRequest[] =>
  Array.from({ length: count }, (_, i) => ({ task, plan: guidance(task, k), stream: 10 * k + i }));

/** Counts the turns a model samples, and the sequences of each. */
function counted(model: LanguageModel, turns: number[]): LanguageModel {
  const decoder = model.decoder.bind(model);
  return Object.assign(Object.create(model) as LanguageModel, {
    decoder: (capacity: number) => {
      const inner = decoder(capacity);
      return {
        ...inner,
        extend: (...[feeds, sampling]: Parameters<typeof inner.extend>) => {
          turns.push(feeds.length);
          return inner.extend(feeds, sampling);
        },
      };
    },
  });
}

/** Draws again and again, each time the last draw's outcome is certain. */
function* chain(pool: RolloutPool, ks: readonly number[], draws: Draw[]): Asker<boolean[]> {
  const outcomes: boolean[] = [];
  for (const k of ks) {
    const draw = pool.draw(requests(k, 4));
    draws.push(draw);
    outcomes.push(yield* recovery(draw, 1));
  }
  yield () => draws.every((draw) => draw.over);
  return outcomes;
}

describe('RolloutPool', () => {
  it('goes on where an outcome is certain, and a rollout is the same whoever is sampled beside it', async () => {
    const ks = [3, 0, 2, 1, 3];
    const turns: number[] = [];
    const draws: Draw[] = [];
    const pool = new RolloutPool(counted(new GatePolicy(), turns), gates, options);
    const [outcomes] = await pool.run([chain(pool, ks, draws)]);

    const oneByOne: number[] = [];
    for (const [i, k] of ks.entries()) {
      const alone = new RolloutPool(counted(new GatePolicy(), oneByOne), gates, options);
      const [rollouts] = await alone.run([finished(alone.draw(requests(k, 4)))]);
      expect(draws[i].rollouts).toEqual(rollouts);
      expect(outcomes[i]).toBe(rollouts.some(({ reward }) => reward >= 1));
    }
    expect(outcomes).toContain(true);
    expect(outcomes).toContain(false);
    // No turn to spare in this world: the first wrong action settles a rollout, which goes on to its last turn.
    expect(turns.length).toBeLessThan(oneByOne.length);
    const sampled = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
    expect(sampled(turns)).toBe(sampled(oneByOne));
  });

  it('knows an outcome as soon as it is certain, and no sooner', async () => {
    const pool = new RolloutPool(new GatePolicy(), gates, options);
    const draw = pool.draw(requests(0, 3));
    expect(draw.recovered(1)).toBeNull();
    expect(() => draw.rollouts).toThrow('expected finished rollouts');
    let overWhenCertain: boolean | undefined;
    function* watch(): Asker<boolean> {
      const recovered = yield* recovery(draw, 1);
      overWhenCertain = draw.over;
      return recovered;
    }
    expect(await pool.run([watch()])).toEqual([false]);
    expect(overWhenCertain).toBe(false);
    expect(draw.rollouts.map(({ reward }) => reward)).toEqual([0, 0, 0]);
    expect(draw.ms).toBeGreaterThan(0);
  });

  it('fills the places of finished rollouts: a small capacity changes nothing but the turns', async () => {
    const all = requests(1, 9);
    const run = async (capacity: number, turns: number[]) => {
      const pool = new RolloutPool(counted(new GatePolicy(), turns), gates, { ...options, capacity });
      return pool.run([finished(pool.draw(all))]);
    };
    const [few, many]: [number[], number[]] = [[], []];
    expect(await run(2, few)).toEqual(await run(9, many));
    expect(Math.max(...few)).toBe(2);
    expect(many[0]).toBe(9);
  });

  it('samples ahead where there is room, and drops what is withdrawn', async () => {
    const turns: number[] = [];
    const seen: (readonly [number, number])[] = [];
    const pool = new RolloutPool(counted(new GatePolicy(), turns), gates, {
      ...options,
      capacity: 6,
      onProgress: (done, total) => seen.push([done, total]),
    });
    const [first, second] = [pool.draw(requests(3, 4), 'ahead'), pool.draw(requests(2, 4), 'ahead')];
    function* choose(): Asker<boolean> {
      const recovered = yield* recovery(pool.draw(requests(0, 4)), 1);
      [first.standing, second.standing] = ['withdrawn', 'asked'];
      yield () => second.over;
      return recovered;
    }
    expect(await pool.run([choose()])).toEqual([false]);
    const alone = new RolloutPool(new GatePolicy(), gates, options);
    const [expected] = await alone.run([finished(alone.draw(requests(2, 4)))]);
    expect(second.rollouts).toEqual(expected);
    // Six places: the four asked for, and two of those ahead until they are withdrawn.
    expect(turns[0]).toBe(6);
    expect(first.over).toBe(false);
    expect([seen[0], seen.at(-1)]).toEqual([
      [0, 4],
      [8, 8],
    ]);
  });

  it('reports progress, stops at a signal, and has nothing to do without requests', async () => {
    const seen: [number, number][] = [];
    const abort = new AbortController();
    const onProgress = (done: number, total: number) => {
      seen.push([done, total]);
      if (done > 0) abort.abort(new Error('enough'));
    };
    const pool = new RolloutPool(new GatePolicy(), gates, { ...options, onProgress, signal: abort.signal });
    const mixed = [...requests(2, 1, gatesTask(0, 5)), ...requests(3, 2)];
    await expect(pool.run([finished(pool.draw(mixed))])).rejects.toThrow('enough');
    expect(seen[0]).toEqual([0, 3]);
    const empty = new RolloutPool(new GatePolicy(), gates, options);
    expect(await empty.run([finished(empty.draw([]))])).toEqual([[]]);
    expect(await empty.run([])).toEqual([]);
  });

  it('refuses an asker that waits for what nobody samples', async () => {
    const pool = new RolloutPool(new GatePolicy(), gates, options);
    const other = new RolloutPool(new GatePolicy(), gates, options);
    await expect(pool.run([finished(other.draw(requests(0, 1)))])).rejects.toThrow('draws of this pool');
  });
});
