import { directions } from './vocabulary.ts';

/** Cells of a side, the outer walls included. A cell is row · SIZE + column. */
export const SIZE = 7;

/** Step from a cell to its neighbour north, east, south and west. */
export const offsets: readonly number[] = [-SIZE, 1, SIZE, -1];

/** Inside the outer walls. */
export function isInner(cell: number): boolean {
  const row = Math.floor(cell / SIZE);
  const column = cell % SIZE;
  return row > 0 && row < SIZE - 1 && column > 0 && column < SIZE - 1;
}

export const innerCells: readonly number[] = Array.from({ length: SIZE * SIZE }, (_, cell) => cell).filter(
  isInner,
);

/** The four cells beside an inner cell. */
export const beside = (cell: number): number[] => offsets.map((offset) => cell + offset);

/** The cell beside an inner cell in the direction of a direction token. */
export const towards = (cell: number, direction: number): number =>
  cell + offsets[directions.indexOf(direction)];
