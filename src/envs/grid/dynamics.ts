import type { Dynamics, Outcome } from '../compile.ts';
import { beside, towards } from './plane.ts';
import type { GridPuzzle } from './puzzle.ts';
import { ACTIONS, MALFORMED, actionTable, token, words } from './vocabulary.ts';

/** The rules that are switches. The defaults leave no way to the goal but through the doors with their keys. */
export interface GridRules {
  /** A wrong key in a lock ends the episode. */
  readonly deadEnds: boolean;
  /** A leak: any key opens any door. */
  readonly anyKey: boolean;
}

export const strictRules: GridRules = { deadEnds: false, anyKey: false };

export interface GridState {
  /** Cell of the agent. */
  readonly at: number;
  /** Key token in its hand; -1 when empty. */
  readonly hand: number;
  /** Doors opened so far; they open in order. */
  readonly opened: number;
  readonly end: 'no' | 'won' | 'lost';
}

/** [4] What is north, east, south and west of a cell, as tokens. */
export function view({ route, doors, passages }: GridPuzzle, at: number, opened: number): number[] {
  return beside(at).map((cell) => {
    const door = doors.findIndex((d) => d.cell === cell);
    if (door >= 0) return door < opened ? token.doorway : doors[door].door;
    if (cell === route[route.length - 1]) return token.goal;
    if (route.includes(cell) || passages.includes(cell)) return token.floor;
    return doors.some(({ board }) => board === cell) ? token.keys : token.wall;
  });
}

/**
 * How a grid answers: always with the view from where the agent then stands.
 *
 * - `move`: goes to the next cell if it can be walked. The goal ends the episode and pays 1.
 * - `take`: beside a board, hangs up the key in the hand and takes one of that colour.
 * - `open`: the right key in the hand opens the shut door in that direction, stays in its lock, and the agent
 *   steps into the doorway. A wrong key breaks.
 * - a malformed step ends the episode.
 */
export function gridDynamics(name: string, puzzle: GridPuzzle, rules = strictRules): Dynamics<GridState> {
  const { route, doors } = puzzle;
  const views = new Map<number, readonly number[]>();
  const viewOf = ({ at, opened }: GridState): readonly number[] => {
    const key = at * (doors.length + 1) + opened;
    const known = views.get(key) ?? view(puzzle, at, opened);
    views.set(key, known);
    return known;
  };
  const reply = (state: GridState): Outcome<GridState> => ({
    state,
    observation: viewOf(state),
    reward: 0,
    done: false,
  });
  const finish = (state: GridState, won: boolean): Outcome<GridState> => ({
    state: { ...state, end: won ? 'won' : 'lost' },
    observation: [],
    reward: won ? 1 : 0,
    done: true,
  });

  const move = (state: GridState, direction: number): Outcome<GridState> => {
    const to = towards(state.at, direction);
    const seen = viewOf(state)[beside(state.at).indexOf(to)];
    if (seen === token.goal) return finish({ ...state, at: to }, true);
    return reply(seen === token.floor || seen === token.doorway ? { ...state, at: to } : state);
  };
  const take = (state: GridState, key: number): Outcome<GridState> =>
    reply(viewOf(state).includes(token.keys) ? { ...state, hand: key } : state);
  const open = (state: GridState, direction: number): Outcome<GridState> => {
    const to = towards(state.at, direction);
    const door = doors.findIndex(({ cell }) => cell === to);
    if (door < state.opened || state.hand < 0) return reply(state);
    if (state.hand === doors[door].right || rules.anyKey)
      return reply({ ...state, at: to, hand: -1, opened: door + 1 });
    return rules.deadEnds ? finish(state, false) : reply({ ...state, hand: -1 });
  };

  return {
    name,
    actions: ACTIONS,
    start: { at: route[0], hand: -1, opened: 0, end: 'no' },
    step(state, action) {
      if (action === MALFORMED) return finish(state, false);
      const { tool, argument } = actionTable[action];
      if (tool === token.move) return move(state, argument);
      return tool === token.take ? take(state, argument) : open(state, argument);
    },
    key: ({ at, hand, opened, end }) => (end === 'no' ? `${at} ${hand} ${opened}` : end),
    label({ at, hand, opened, end }) {
      if (end !== 'no') return end === 'won' ? 'reached the goal' : 'over without reward';
      const holding = hand < 0 ? 'empty hand' : `${words[hand]} key in hand`;
      const step = route.indexOf(at);
      const where = step < 0 ? 'off the route' : `on cell ${step + 1} of ${route.length}`;
      return `${where}, ${holding}, ${opened} of ${doors.length} doors open`;
    },
  };
}
