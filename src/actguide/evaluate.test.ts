import { describe, expect, it } from 'vitest';
import { evaluate, heldOutTasks } from './evaluate.ts';
import type { Injection } from './injection.ts';
import { GatePolicy } from './testing/gatePolicy.ts';
import { gates } from './testing/gates.ts';

const config = { seed: 7, evalTasks: 400, temperature: 1 };

describe('evaluate', () => {
  it('Eq. 1: agrees with the exact success probability per level, unguided and with the whole plan', async () => {
    const check = (levels: readonly number[], exact: readonly number[]) =>
      levels.forEach((rate, level) => {
        const p = exact[level];
        expect(Math.abs(rate - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 400) + 1e-9);
      });
    const alone = await evaluate(new GatePolicy(), gates, config);
    check(alone.levels, [0.94 ** 2, 0.94 * 0.02, 0.94 * 0.02 ** 2]);
    expect(alone.mean).toBeCloseTo((alone.levels[0] + alone.levels[1] + alone.levels[2]) / 3, 12);
    const planned = await evaluate(new GatePolicy(), gates, config, { guided: 'full' });
    check(planned.levels, [0.97 ** 2, 0.97 ** 2, 0.97 ** 3]);
  });

  it('Table 3: a turn budget below the shortest way fails, a generous one allows for second tries', async () => {
    const budget = (turnBudget: number) => evaluate(new GatePolicy(), gates, config, { turnBudget });
    expect((await budget(1)).levels).toEqual([0, 0, 0]);
    // Level 0 needs two gates at 0.94 each: within 8 turns at least two hits are all but certain.
    expect((await budget(8)).levels[0]).toBeGreaterThan(0.99);
    // Level 1: one gate at 0.94, one at 0.02, 32 turns: P ≈ 1 − 0.98^31 = 0.465.
    expect((await evaluate(new GatePolicy(160), gates, config, { turnBudget: 32 })).levels[1]).toBeCloseTo(
      0.465,
      1,
    );
  });

  it('Table 7: every injection holds the plan but its last action; carried out, it leaves one gate', async () => {
    const injected = (injection: Injection) => evaluate(new GatePolicy(), gates, config, { injection });
    const near = (levels: readonly number[], exact: readonly number[]) =>
      levels.forEach((rate, level) => expect(rate).toBeCloseTo(exact[level], 1.2));
    near((await injected('none')).levels, [0.94 ** 2, 0.94 * 0.02, 0.94 * 0.02 ** 2]);
    near((await injected('query')).levels, [0.97 * 0.94, 0.97 * 0.02, 0.97 ** 2 * 0.02]);
    near((await injected('messages')).levels, [0.94, 0.02, 0.02]);
  });

  it('gives the same for the same seed, with tasks kept or drawn again, in any batch size', async () => {
    const small = { ...config, evalTasks: 20 };
    const first = await evaluate(new GatePolicy(), gates, small);
    const heldOut = heldOutTasks(gates, small);
    expect(await evaluate(new GatePolicy(), gates, small, { heldOut })).toEqual(first);
    expect(await evaluate(new GatePolicy(), gates, small, { capacity: 7 })).toEqual(first);
    expect(heldOut.map((level) => level.map((task) => task.level))).toEqual(
      [0, 1, 2].map((level) => Array<number>(20).fill(level)),
    );
  });
});
