import { LabError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { Lock } from './locks.ts';
import { beside, innerCells, isInner, offsets } from './plane.ts';
import { directions } from './vocabulary.ts';

export const MAX_LEGS = 3;
export const MAX_DOORS = 3;
/** Fewest and most cells from the start to the goal, the start not counted. */
export const MIN_STEPS = 4;
export const MAX_STEPS = 8;
/** L of the longest plan: a move or an opened door per cell, a key per door. */
export const MAX_PLAN = MAX_STEPS + MAX_DOORS;
/** Most cells beside the route that can be walked and lead nowhere. */
const PASSAGES = 4;
/** Random grids tried before giving up; one in sixty is kept for three doors. */
const ATTEMPTS = 2000;

export interface Door extends Lock {
  readonly cell: number;
  /** The wall cell where the keys for it hang: it is seen from one cell of the route, before the door. */
  readonly board: number;
}

/** A grid and the way through it. Cells are numbers of `plane.ts`. */
export interface GridPuzzle {
  /** Cells from the start to the goal; no other way leads there, for all that can be walked is a tree. */
  readonly route: readonly number[];
  /** Direction tokens of its straight legs, 1-3; each is walked until something blocks the way. */
  readonly headings: readonly number[];
  /** In the order of the route. */
  readonly doors: readonly Door[];
  /** Cells beside the route that can be walked. */
  readonly passages: readonly number[];
}

/**
 * A random grid with these locks on its route. Doors stand in the straight parts of the route, between walls;
 * each has a board of its own, behind the door before it.
 * @throws LabError when no grid was found.
 */
export function drawPuzzle(random: Random, locks: readonly Lock[]): GridPuzzle {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const way = drawRoute(random);
    if (!way) continue;
    const { route, headings } = way;
    const placings = doorPlacings(route, locks.length);
    if (placings.length === 0) continue;
    const at = random.pick(placings);
    const boards = at.map((end, j) => drawBoard(random, route, j ? at[j - 1] + 1 : 0, end));
    const doors = locks.flatMap((lock, j) => {
      const board = boards[j];
      return board === undefined ? [] : [{ ...lock, cell: route[at[j]], board }];
    });
    if (doors.length < locks.length) continue;
    return { route, headings, doors, passages: drawPassages(random, route, doors) };
  }
  throw new LabError(
    `drawPuzzle: expected a grid with ${locks.length} doors within ${ATTEMPTS} attempts, got none. ` +
      'Ask for fewer doors.',
  );
}

/** 1-3 straight legs at right angles that never touch themselves; undefined when a draw fails. */
function drawRoute(random: Random): Pick<GridPuzzle, 'route' | 'headings'> | undefined {
  const legs = 1 + random.int(MAX_LEGS);
  const route = [random.pick(innerCells)];
  const headings: number[] = [];
  let heading = random.int(4);
  for (let leg = 0; leg < legs; leg++) {
    if (leg > 0) heading = (heading + 1 + 2 * random.int(2)) % 4;
    headings.push(directions[heading]);
    for (let left = 1 + random.int(4); left > 0; left--) {
      const cell = route[route.length - 1] + offsets[heading];
      if (!isInner(cell) || contacts(cell, route) > 1) return undefined;
      route.push(cell);
    }
  }
  const steps = route.length - 1;
  return steps < MIN_STEPS || steps > MAX_STEPS ? undefined : { route, headings };
}

/** Every choice of `count` indices into the route where doors can stand: straight on, none beside another. */
function doorPlacings(route: readonly number[], count: number, from = 1): number[][] {
  if (count === 0) return [[]];
  const placings: number[][] = [];
  for (let i = from; i + 1 < route.length; i++)
    if (route[i] - route[i - 1] === route[i + 1] - route[i])
      for (const rest of doorPlacings(route, count - 1, i + 2)) placings.push([i, ...rest]);
  return placings;
}

/** A wall cell beside one cell of route[from .. to - 1] and beside no other of the route. */
function drawBoard(random: Random, route: readonly number[], from: number, to: number): number | undefined {
  const walls = route
    .slice(from, to)
    .flatMap(beside)
    .filter((cell) => !route.includes(cell) && contacts(cell, route) === 1);
  return walls.length ? random.pick(walls) : undefined;
}

/**
 * Cells to walk beside the route. Each is beside one walkable cell alone, so no way round a door arises; none
 * is beside a door, a board or the goal, and none lies where a leg is to end at a wall.
 */
function drawPassages(random: Random, route: readonly number[], doors: readonly Door[]): number[] {
  const corners = route.slice(1, -1).map((cell, i) => 2 * cell - route[i]);
  const walls = new Set([
    ...corners,
    ...doors.flatMap(({ cell, board }) => [board, ...beside(cell), ...beside(board)]),
    ...beside(route[route.length - 1]),
  ]);
  const walkable = [...route];
  for (const cell of random.shuffle(innerCells)) {
    if (walkable.length === route.length + PASSAGES) break;
    if (!walls.has(cell) && !walkable.includes(cell) && contacts(cell, walkable) === 1) walkable.push(cell);
  }
  return walkable.slice(route.length);
}

/** How many of `cells` lie beside `cell`. */
function contacts(cell: number, cells: readonly number[]): number {
  return beside(cell).filter((neighbour) => cells.includes(neighbour)).length;
}
