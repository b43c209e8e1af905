import { InputError } from '../../core/errors.ts';
import { Random, hash3 } from '../../core/random.ts';
import { compile, type CompiledAutomaton } from '../compile.ts';
import { thoughtsOf } from '../demonstration.ts';
import { STEP_TOKENS } from '../prompt.ts';
import { requireInteger, taskSet } from '../taskSets.ts';
import type { Environment, Task, TaskRequest } from '../types.ts';
import { staleAliases } from './aliases.ts';
import { searchDynamics, strictRules, type SearchRules, type SearchState } from './dynamics.ts';
import { drawLevel, levelsOf, searchTaskSets, type SearchTaskSet } from './levels.ts';
import { drawManners } from './manner.ts';
import { expertSteps, promptTokens, questionTokens, type SearchPuzzle } from './puzzle.ts';
import { actionIndex, actionTable, parseAction, text, token, words } from './vocabulary.ts';

export interface SearchWorldOptions extends SearchRules {
  /** Distinct stale aliases in use, 1..8; a task with more aliases than that repeats some. */
  readonly staleAliases: number;
  /** A leak: level 1 has one stale alias, which a lucky guess opens, instead of one or two known ones. */
  readonly oneStaleLeak: boolean;
  /** Which tasks: the five levels of training, or one of the sets that stand in for the paper's benchmarks. */
  readonly taskSet: SearchTaskSet;
  /** Manners in every thought, 0..4: words that change nothing and give thoughts entropy (Figure 4). */
  readonly manners: number;
  /** Turn limit, at most 33 in a context of 384 tokens (see `longestEpisode`). */
  readonly maxTurns: number;
}

export const searchDefaults: SearchWorldOptions = {
  ...strictRules,
  staleAliases: 4,
  oneStaleLeak: false,
  taskSet: 'training',
  manners: 0,
  maxTurns: 16,
};

const MAX_MANNERS = 4;
/** Levels of the set `training`, of which there are most. */
const levelsOfTraining = 5;

export interface SearchTask extends Task, SearchPuzzle {
  automaton(): CompiledAutomaton<SearchState>;
}

/** The search world: its tasks carry their puzzle. */
export interface SearchWorld extends Environment {
  readonly options: SearchWorldOptions;
  tasks(request: TaskRequest): SearchTask[];
}

/**
 * The paper's setting in small. A question names an entity and 1-3 relations to follow from it; pages list
 * links, one may hide behind aliases that open with the right query, and an answer pays only with its
 * evidence seen.
 * @throws InputError for options out of range.
 */
export function searchWorld(options: Partial<SearchWorldOptions> = {}): SearchWorld {
  const settings = { ...searchDefaults, ...options };
  const { maxTurns } = settings;
  requireInteger('searchWorld: staleAliases', settings.staleAliases, 1, staleAliases.length);
  requireInteger('searchWorld: maxTurns', maxTurns, 1, 1000);
  requireInteger('searchWorld: manners', settings.manners, 0, MAX_MANNERS);
  const set = searchTaskSets.indexOf(settings.taskSet);
  if (set < 0)
    throw new InputError(
      `searchWorld: taskSet: expected one of ${searchTaskSets.join(', ')}, got ${settings.taskSet}. Choose one.`,
    );
  const levels = levelsOf(settings.taskSet, settings.staleAliases, settings.oneStaleLeak);
  const name = set === 0 ? 'search' : `search-${settings.taskSet}`;

  const makeTask = (seed: number, level: number, index: number): SearchTask => {
    // Every set has numbers of its own for its levels, so that no two draw the same puzzles.
    const stream = set * levelsOfTraining + level;
    const random = new Random(seed).fork(stream).fork(index);
    const puzzle = drawLevel(random, levels[level]);
    const steps = expertSteps(puzzle).map((step) => ({
      ...step,
      manners: drawManners(random, false, settings.manners),
    }));
    const id = `${name}-${seed}-${level}-${index}`;
    let automaton: CompiledAutomaton<SearchState> | undefined;
    return {
      ...puzzle,
      id,
      key: hash3(seed, stream, index),
      level,
      question: questionTokens(puzzle),
      plan: steps.map(({ tool, argument }) => ({ tool, argument })),
      expertThoughts: steps.map(thoughtsOf),
      maxTurns,
      automaton: () => (automaton ??= compile(searchDynamics(id, puzzle, settings))),
    };
  };

  return {
    name: 'search',
    title: 'Search world',
    words,
    levels: levels.map(({ info }) => info),
    stepTokens: STEP_TOKENS + settings.manners,
    options: settings,
    prompt: (task, plan, place) => promptTokens(task.question, plan, place),
    silentStep: ({ tool, argument }) => [
      tool,
      ...Array<number>(1 + settings.manners).fill(token.silent),
      argument,
    ],
    actions: actionTable,
    actionIndex,
    parseAction,
    text,
    tasks: (request) => taskSet(name, levels.length, request, makeTask),
  };
}
