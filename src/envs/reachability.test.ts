import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { psi, psiAfter, savingActions, turnsToReward, uniformValue } from './reachability.ts';
import { searchWorld } from './search/world.ts';
import type { Automaton } from './types.ts';

/** Ψ by trying every sequence of actions. */
function bruteForce(automaton: Automaton, state: number, turnsLeft: number): number {
  if (turnsLeft === 0 || automaton.done[state]) return 0;
  for (let action = 0; action < automaton.actions; action++) {
    const row = state * automaton.actions + action;
    if (automaton.reward[row] > 0) return 1;
    if (bruteForce(automaton, automaton.next[row], turnsLeft - 1)) return 1;
  }
  return 0;
}

/** Three steps to the reward; action 1 falls into a pit without return from any of them. */
const pit = compile<number>({
  name: 'pit',
  start: 0,
  actions: 2,
  step: (state, action) => {
    if (action === 1 || state < 0) return { state: -1, observation: [], reward: 0, done: false };
    return { state: state + 1, observation: [], reward: state === 2 ? 1 : 0, done: state === 2 };
  },
  key: (state) => state,
  label: String,
});

describe('Definition 2.1: Ψ', () => {
  it('by hand: three steps from the reward', () => {
    const table = psi(pit, 4);
    const row = (n: number) => pit.values.map((_, s) => table[n * pit.states + s]);
    expect(pit.values).toEqual([0, 1, -1, 2, 3]);
    expect(row(0)).toEqual([0, 0, 0, 0, 0]);
    expect(row(1)).toEqual([0, 0, 0, 1, 0]);
    expect(row(2)).toEqual([0, 1, 0, 1, 0]);
    expect(row(3)).toEqual([1, 1, 0, 1, 0]);
    expect(row(4)).toEqual(row(3));
  });

  it('after an action, and the actions that keep it', () => {
    const table = psi(pit, 4);
    expect(psiAfter(pit, table, 3, 0, 0)).toBe(1);
    expect(psiAfter(pit, table, 3, 0, 1)).toBe(0);
    expect(psiAfter(pit, table, 2, 0, 0)).toBe(0);
    expect(psiAfter(pit, table, 1, 3, 0)).toBe(1);
    expect(psiAfter(pit, table, 0, 3, 0)).toBe(0);
    expect(savingActions(pit, table, 3, 0)).toEqual([0]);
    expect(savingActions(pit, table, 2, 0)).toEqual([]);
  });

  it('turns to the reward', () => {
    expect([...turnsToReward(pit)]).toEqual([3, 2, Infinity, 1, Infinity]);
  });

  it.each([false, true])('equals brute force on search tasks, dead ends: %s', (deadEnds) => {
    for (const level of [0, 1, 2])
      for (const task of searchWorld({ deadEnds }).tasks({ seed: 3, count: 6, level })) {
        const automaton = task.automaton();
        const table = psi(automaton, 3);
        for (let n = 0; n <= 3; n++)
          for (let s = 0; s < automaton.states; s++)
            expect(table[n * automaton.states + s]).toBe(bruteForce(automaton, s, n));
      }
  });

  it('is 1 along the expert plan, which is a shortest way', () => {
    const world = searchWorld();
    for (const task of world.tasks({ seed: 11, count: 300 })) {
      const automaton = task.automaton();
      const table = psi(automaton, task.maxTurns);
      expect(turnsToReward(automaton)[automaton.start]).toBe(task.plan.length);
      let state = automaton.start;
      task.plan.forEach(({ tool, argument }, t) => {
        const turnsLeft = task.maxTurns - t;
        const action = world.actionIndex([tool, argument]);
        expect(table[turnsLeft * automaton.states + state]).toBe(1);
        expect(psiAfter(automaton, table, turnsLeft, state, action)).toBe(1);
        state = automaton.next[state * automaton.actions + action];
      });
      expect(table[(task.plan.length - 1) * automaton.states + automaton.start]).toBe(0);
    }
  });
});

describe('uniformValue', () => {
  it('by hand: two gates, each opened by one of four actions, in two turns and in three', () => {
    const gates = compile<number>({
      name: 'gates',
      start: 0,
      actions: 5,
      step: (opened, action) => ({
        state: action === 0 ? opened + 1 : opened,
        observation: [],
        reward: action === 0 && opened === 1 ? 1 : 0,
        done: action === 4 || (action === 0 && opened === 1),
      }),
      key: (opened) => opened,
      label: String,
    });
    const table = uniformValue(gates, 3);
    expect(table[gates.states + 0]).toBe(0);
    expect(table[2 * gates.states + 0]).toBeCloseTo(1 / 16, 12);
    // Right-right-any, right-wrong-right, wrong-right-right.
    expect(table[3 * gates.states + 0]).toBeCloseTo(1 / 16 + 2 * (3 / 64), 12);
  });

  it('is above zero exactly where Ψ is', () => {
    for (const task of searchWorld().tasks({ seed: 4, count: 10 })) {
      const automaton = task.automaton();
      const values = uniformValue(automaton, task.maxTurns);
      expect(Array.from(values, (value) => Number(value > 0))).toEqual(
        Array.from(psi(automaton, task.maxTurns)),
      );
    }
  });
});
