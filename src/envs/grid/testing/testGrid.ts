import { lockTable } from '../locks.ts';
import { gridPicture } from '../picture.ts';
import type { GridState } from '../dynamics.ts';
import type { GridPuzzle } from '../puzzle.ts';
import { words } from '../vocabulary.ts';

const lock = (door: string) => lockTable.filter((l) => words[l.door] === door)[0];

/**
 * A grid by hand for tests: east through the red door, then south through the white one, whose key is blue.
 *
 *     #######
 *     #######
 *     #.@D.##
 *     ##K#.K#
 *     ####D##
 *     ####G##
 *     #######
 */
export const testGrid: GridPuzzle = {
  route: [16, 17, 18, 25, 32, 39],
  headings: [words.indexOf('east'), words.indexOf('south')],
  doors: [
    { ...lock('red-door'), cell: 17, board: 23 },
    { ...lock('white-door'), cell: 32, board: 26 },
  ],
  passages: [15],
};

const glyphs = { wall: '#', floor: '.', keys: 'K', door: 'D', goal: 'G' };

/** The picture as text, a line per row: the agent is `@`, an open door `'`. */
export function drawn(puzzle: GridPuzzle, state?: GridState): string[] {
  const { rows, columns, cells, agent } = gridPicture(puzzle, state);
  return Array.from({ length: rows }, (_, row) =>
    cells
      .slice(row * columns, (row + 1) * columns)
      .map((cell) => {
        if (agent?.row === cell.row && agent.column === cell.column) return '@';
        return cell.open ? "'" : glyphs[cell.kind];
      })
      .join(''),
  );
}
