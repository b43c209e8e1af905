import type { GridState } from './dynamics.ts';
import { SIZE } from './plane.ts';
import type { GridPuzzle } from './puzzle.ts';
import { words } from './vocabulary.ts';

export interface PictureCell {
  /** From the top, outer walls included. */
  readonly row: number;
  readonly column: number;
  readonly kind: 'wall' | 'floor' | 'keys' | 'door' | 'goal';
  /** Colour of a door; null for what is none. */
  readonly colour: string | null;
  /** Colour of the key that opens the door; of a board, the key to take there. */
  readonly rightKey: string | null;
  /** A door that stands open. */
  readonly open: boolean;
  /** Cells walked from the start along the route: 0 is the start; null beside the route. */
  readonly step: number | null;
}

export interface GridPicture {
  readonly rows: number;
  readonly columns: number;
  /** [rows · columns], row after row. */
  readonly cells: readonly PictureCell[];
  /** Where the agent stands, and the colour of the key in its hand; null once the episode is lost. */
  readonly agent: { readonly row: number; readonly column: number; readonly key: string | null } | null;
}

/** The picture of a grid in a state of its automaton; without one, at the start. */
export function gridPicture(puzzle: GridPuzzle, state?: GridState): GridPicture {
  const { route, doors, passages } = puzzle;
  const { at, hand, opened, end } = state ?? { at: route[0], hand: -1, opened: 0, end: 'no' };
  const place = (cell: number) => ({ row: Math.floor(cell / SIZE), column: cell % SIZE });
  const cells = Array.from({ length: SIZE * SIZE }, (_, cell): PictureCell => {
    const step = route.indexOf(cell);
    const bare = { ...place(cell), colour: null, rightKey: null, open: false, step: step < 0 ? null : step };
    const door = doors.findIndex((d) => d.cell === cell);
    if (door >= 0) {
      const { prior, right } = doors[door];
      // A door has the colour of its prior key.
      return { ...bare, kind: 'door', colour: words[prior], rightKey: words[right], open: door < opened };
    }
    const served = doors.find(({ board }) => board === cell);
    if (served) return { ...bare, kind: 'keys', rightKey: words[served.right] };
    if (step === route.length - 1) return { ...bare, kind: 'goal' };
    return { ...bare, kind: step >= 0 || passages.includes(cell) ? 'floor' : 'wall' };
  });
  const agent = end === 'lost' ? null : { ...place(at), key: hand < 0 ? null : words[hand] };
  return { rows: SIZE, columns: SIZE, cells, agent };
}
