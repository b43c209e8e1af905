import type { Dynamics, Outcome } from '../compile.ts';
import type { SearchPuzzle } from './puzzle.ts';
import { ACTIONS, MALFORMED, actionTable, token, words } from './vocabulary.ts';

/** The rules that are switches. The defaults leave no way to a reward but the evidence. */
export interface SearchRules {
  /** A query that finds nothing ends the episode. */
  readonly deadEnds: boolean;
  /** A leak: the right answer pays even if its evidence was not seen. */
  readonly unprovenAnswers: boolean;
  /** A leak: pages open even if no page seen so far links to them. */
  readonly unrevealedPages: boolean;
}

export const strictRules: SearchRules = { deadEnds: false, unprovenAnswers: false, unrevealedPages: false };

export interface SearchState {
  /** Deepest page of the path that is revealed; page 0 is, by the question. */
  readonly revealed: number;
  /** Page of the path last visited; -1 before the first. */
  readonly at: number;
  /** Alias that the next query is tried on; -1 when no query can open anything. */
  readonly facing: number;
  /** Every alias has been opened, for good. */
  readonly opened: boolean;
  readonly end: 'no' | 'won' | 'lost';
}

const nothing: readonly number[] = [];
const noResult: readonly number[] = [token.page, token.noResult, token.endPage];

/**
 * How the pages behind a puzzle answer.
 *
 * - `visit`: a revealed page of the path shows its links, or its first alias while it hides. Any other page
 *   gives no result. Every visit starts the aliases over.
 * - `search`: the right term for the alias faced shows the next alias, or the page after the last one. Any
 *   other query gives no result and closes the page: it must be visited again.
 * - `answer`: ends the episode; pays 1 for the right entity on the page that shows it.
 * - a malformed step ends the episode.
 */
export function searchDynamics(
  name: string,
  puzzle: SearchPuzzle,
  rules = strictRules,
): Dynamics<SearchState> {
  const { path, links, gateHop, aliases } = puzzle;
  const hops = links.length;
  const pages = links.map((list) => [
    token.page,
    ...list.flatMap((l) => [l.relation, l.entity]),
    token.endPage,
  ]);
  const gates = aliases.map(({ alias }) => [token.page, token.alias, alias, token.endPage]);
  const reply = (state: SearchState, observation: readonly number[]): Outcome<SearchState> => ({
    state,
    observation,
    reward: 0,
    done: false,
  });
  const finish = (state: SearchState, won: boolean): Outcome<SearchState> => ({
    state: { ...state, facing: -1, end: won ? 'won' : 'lost' },
    observation: nothing,
    reward: won ? 1 : 0,
    done: true,
  });
  const show = (state: SearchState, h: number): Outcome<SearchState> => {
    const revealed = Math.max(state.revealed, Math.min(h + 1, hops - 1));
    const opened = state.opened || h === gateHop;
    return reply({ ...state, revealed, at: h, facing: -1, opened }, pages[h]);
  };

  const visit = (state: SearchState, entity: number): Outcome<SearchState> => {
    const h = path.indexOf(entity);
    const exists = h >= 0 && h < hops;
    if (!exists || (h > state.revealed && !rules.unrevealedPages))
      return reply({ ...state, facing: -1 }, noResult);
    if (h === gateHop && !state.opened) return reply({ ...state, at: h, facing: 0 }, gates[0]);
    return show(state, h);
  };
  const search = (state: SearchState, term: number): Outcome<SearchState> => {
    const { facing } = state;
    if (facing < 0 || term !== aliases[facing].right)
      return rules.deadEnds ? finish(state, false) : reply({ ...state, facing: -1 }, noResult);
    if (facing + 1 === aliases.length) return show(state, gateHop);
    return reply({ ...state, facing: facing + 1 }, gates[facing + 1]);
  };
  const answer = (state: SearchState, entity: number): Outcome<SearchState> => {
    const seen = state.at === hops - 1 && (gateHop !== hops - 1 || state.opened);
    return finish(state, entity === path[hops] && (seen || rules.unprovenAnswers));
  };

  return {
    name,
    actions: ACTIONS,
    start: { revealed: 0, at: -1, facing: -1, opened: false, end: 'no' },
    step(state, action) {
      if (action === MALFORMED) return finish(state, false);
      const { tool, argument } = actionTable[action];
      if (tool === token.visit) return visit(state, argument);
      return tool === token.search ? search(state, argument) : answer(state, argument);
    },
    key: ({ revealed, at, facing, opened, end }) =>
      end === 'no' ? `${revealed} ${at} ${facing} ${opened}` : end,
    label({ at, facing, opened, end }) {
      if (end !== 'no') return end === 'won' ? 'answered right, evidence seen' : 'over without reward';
      if (at < 0) return 'nothing visited yet';
      const page = words[path[at]];
      if (facing >= 0)
        return `${page} hides behind ${words[aliases[facing].alias]} (${facing + 1} of ${aliases.length})`;
      return at === gateHop && !opened ? `${page} is closed again` : `on the page of ${page}`;
    },
  };
}
