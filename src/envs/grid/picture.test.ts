import { describe, expect, it } from 'vitest';
import { gridPicture } from './picture.ts';
import { drawn, testGrid } from './testing/testGrid.ts';
import { keys } from './vocabulary.ts';
import { gridWorld } from './world.ts';

describe('grid picture', () => {
  it('at the start', () => {
    expect(drawn(testGrid)).toEqual([
      '#######',
      '#######',
      '#.@D.##',
      '##K#.K#',
      '####D##',
      '####G##',
      '#######',
    ]);
    expect(gridPicture(testGrid).agent).toEqual({ row: 2, column: 2, key: null });
  });

  it('doors and boards tell their colours; the route is numbered', () => {
    const { cells } = gridPicture(testGrid);
    const kinds = (kind: string) => cells.filter((cell) => cell.kind === kind);
    expect(kinds('door').map(({ colour, rightKey, step }) => [colour, rightKey, step])).toEqual([
      ['red', 'red', 1],
      ['white', 'blue', 4],
    ]);
    expect(kinds('keys').map(({ row, column, rightKey }) => [row, column, rightKey])).toEqual([
      [3, 2, 'red'],
      [3, 5, 'blue'],
    ]);
    expect(kinds('goal')).toMatchObject([{ row: 5, column: 4, step: 5 }]);
    expect(kinds('floor').map(({ step }) => step)).toEqual([null, 0, 2, 3]);
  });

  it('on the way, at the goal, and lost', () => {
    const onTheWay = { at: 18, hand: keys[2], opened: 1, end: 'no' } as const;
    expect(drawn(testGrid, onTheWay)[2]).toBe("#..'@##");
    expect(gridPicture(testGrid, onTheWay).agent?.key).toBe('blue');
    expect(drawn(testGrid, { at: 39, hand: -1, opened: 2, end: 'won' })[5]).toBe('####@##');
    expect(gridPicture(testGrid, { ...onTheWay, end: 'lost' }).agent).toBeNull();
  });

  it('the expert of a task walks the route cell by cell to the goal', () => {
    const world = gridWorld();
    for (const task of world.tasks({ seed: 6, count: 60 })) {
      const automaton = task.automaton();
      let state = automaton.start;
      const steps = task.plan.map((action) => {
        state = automaton.next[state * automaton.actions + world.actionIndex([action.tool, action.argument])];
        const { cells, agent } = gridPicture(task, automaton.values[state]);
        return cells.find(({ row, column }) => row === agent?.row && column === agent.column)?.step ?? -1;
      });
      expect([...new Set([0, ...steps])]).toEqual(task.route.map((_, i) => i));
    }
  });
});
