import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import { searchTaskSets, type SearchTaskSet } from './levels.ts';
import { searchWorld } from './world.ts';

/** What the levels of a set hold: hops, known and stale aliases, each as the sorted numbers that occur. */
function contents(taskSet: SearchTaskSet): number[][][] {
  const world = searchWorld({ taskSet });
  const occurring = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  return world.levels.map((_, level) => {
    const tasks = world.tasks({ seed: 3, count: 200, level });
    const count = (stale: boolean) =>
      tasks.map((task) => task.aliases.filter((alias) => alias.stale === stale).length);
    return [
      occurring(tasks.map((task) => task.relations.length)),
      occurring(count(false)),
      occurring(count(true)),
    ];
  });
}

describe('task sets', () => {
  const any = [1, 2, 3];
  it.each<[SearchTaskSet, number[][][]]>([
    [
      'training',
      [
        [any, [0], [0]],
        [any, [1, 2], [0]],
        [any, [0], [2]],
        [any, [0], [3]],
        [any, [0], [4]],
      ],
    ],
    [
      'general',
      [
        [any, [0, 1], [0]],
        [any, [1], [1]],
        [any, [0, 1], [2, 3]],
      ],
    ],
    [
      'walk',
      [
        [[1], [0, 1], [0, 1]],
        [[2], [0, 1], [1, 2]],
        [[3], [0, 1], [2, 3]],
      ],
    ],
    [
      'deep',
      [
        [[3], [2], [0]],
        [[3], [1], [2]],
        [[3], [0], [4]],
      ],
    ],
    [
      'barred',
      [
        [[2, 3], [0], [2]],
        [[2, 3], [0], [3]],
        [[2, 3], [0], [4]],
      ],
    ],
  ])('%s: hops, known and stale aliases of every level', (set, expected) => {
    expect(contents(set)).toEqual(expected);
  });

  it('known and stale aliases come in any order', () => {
    const tasks = searchWorld({ taskSet: 'general' }).tasks({ seed: 1, count: 4000, level: 1 });
    const staleFirst = tasks.filter(({ aliases }) => aliases[0].stale).length;
    expect(staleFirst / tasks.length).toBeCloseTo(0.5, 1.5);
  });

  it('use the stale aliases of training, and draw other puzzles than every other set', () => {
    const stale = (taskSet: SearchTaskSet) =>
      new Set(
        searchWorld({ taskSet })
          .tasks({ seed: 1, count: 150 })
          .flatMap((task) => task.aliases.filter((a) => a.stale).map((a) => a.alias)),
      );
    for (const set of searchTaskSets) expect([...stale(set)].sort()).toEqual([...stale('training')].sort());
    const firsts = searchTaskSets.map((taskSet) =>
      searchWorld({ taskSet }).tasks({ seed: 9, count: 30, level: 0 }),
    );
    expect(new Set(firsts.flat().map((task) => task.key)).size).toBe(150);
    expect(new Set(firsts.flat().map((task) => task.id)).size).toBe(150);
    expect(new Set(firsts.map((tasks) => JSON.stringify(tasks.map((t) => t.path)))).size).toBe(5);
  });

  it('every plan earns the reward within the turns', () => {
    for (const taskSet of searchTaskSets) {
      const world = searchWorld({ taskSet });
      for (const task of world.tasks({ seed: 4, count: 60 })) {
        const automaton = task.automaton();
        let state = automaton.start;
        let reward = 0;
        for (const { tool, argument } of task.plan) {
          const row = state * automaton.actions + world.actionIndex([tool, argument]);
          reward += automaton.reward[row];
          state = automaton.next[row];
        }
        expect(reward).toBe(1);
      }
    }
  });

  it('names the sets when asked for another', () => {
    expect(() => searchWorld({ taskSet: 'gaia' as SearchTaskSet })).toThrow(InputError);
    expect(() => searchWorld({ taskSet: 'gaia' as SearchTaskSet })).toThrow(
      'searchWorld: taskSet: expected one of training, general, walk, deep, barred, got gaia. Choose one.',
    );
  });
});
