import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { lockTable } from './locks.ts';
import { SIZE, beside, innerCells, isInner, towards } from './plane.ts';
import { MAX_STEPS, MIN_STEPS, drawPuzzle, type GridPuzzle } from './puzzle.ts';
import { directions } from './vocabulary.ts';

const draws = (doors: number, count = 200) =>
  Array.from({ length: count }, (_, i) => drawPuzzle(new Random(3, i), lockTable.slice(0, doors)));
const walkable = ({ route, passages }: GridPuzzle) => [...route, ...passages];
const near = (cell: number, cells: readonly number[]) => beside(cell).filter((c) => cells.includes(c));

describe('plane', () => {
  it('5 x 5 cells within walls', () => {
    expect(innerCells).toHaveLength(25);
    expect([0, 6, 7, 13, 42].map(isInner)).toEqual([false, false, false, false, false]);
    expect(directions.map((direction) => towards(16, direction))).toEqual([9, 17, 23, 15]);
    expect(beside(16)).toEqual([16 - SIZE, 17, 16 + SIZE, 15]);
  });
});

describe.each([0, 1, 2, 3])('grids with %i doors', (count) => {
  const puzzles = draws(count);

  it('what can be walked is a tree within the walls', () => {
    for (const puzzle of puzzles) {
      const cells = walkable(puzzle);
      expect(new Set(cells).size).toBe(cells.length);
      expect(cells.every(isInner)).toBe(true);
      // Connected through the route and one edge fewer than cells: no cycle, no way round.
      const edges = cells.reduce((sum, cell) => sum + near(cell, cells).length, 0) / 2;
      expect(edges).toBe(cells.length - 1);
      const reached = new Set([puzzle.route[0]]);
      for (const cell of reached) for (const next of near(cell, cells)) reached.add(next);
      expect(reached.size).toBe(cells.length);
    }
  });

  it('the headings walked until blocked are the route', () => {
    for (const { route, headings, passages } of puzzles) {
      expect(route.length - 1).toBeGreaterThanOrEqual(MIN_STEPS);
      expect(route.length - 1).toBeLessThanOrEqual(MAX_STEPS);
      const walked = [route[0]];
      for (const heading of headings)
        for (;;) {
          const to = towards(walked[walked.length - 1], heading);
          if (!route.includes(to) && !passages.includes(to)) break;
          walked.push(to);
        }
      expect(walked).toEqual(route);
    }
  });

  it('doors stand between walls; the board of each is seen from one cell, behind the door before it', () => {
    for (const puzzle of puzzles) {
      const cells = walkable(puzzle);
      const { route, doors } = puzzle;
      expect(doors).toHaveLength(count);
      let from = 0;
      for (const { cell, board } of doors) {
        const at = route.indexOf(cell);
        expect(route[at] - route[at - 1]).toBe(route[at + 1] - route[at]);
        expect(near(cell, cells).sort()).toEqual([route[at - 1], route[at + 1]].sort());
        expect(cells).not.toContain(board);
        const seenFrom = near(board, cells);
        expect(seenFrom).toHaveLength(1);
        expect(route.slice(from, at)).toContain(seenFrom[0]);
        from = at + 1;
      }
      expect(near(route[route.length - 1], cells)).toEqual([route[route.length - 2]]);
    }
  });

  it('vary', () => {
    expect(new Set(puzzles.map((p) => JSON.stringify(p))).size).toBeGreaterThan(190);
    const legs = new Set(puzzles.map(({ headings }) => headings.length));
    expect([...legs].sort()).toEqual(count === 3 ? [2, 3] : [1, 2, 3]);
    expect(new Set(puzzles.map(({ route }) => route[0])).size).toBeGreaterThan(15);
  });
});

it('too many doors for a grid: an error that says so', () => {
  expect(() => drawPuzzle(new Random(1), lockTable)).toThrow(LabError);
  expect(() => drawPuzzle(new Random(1), lockTable)).toThrow('expected a grid with 8 doors');
});
