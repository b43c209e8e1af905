import { Random, hash3 } from '../../core/random.ts';
import { compile, type CompiledAutomaton } from '../compile.ts';
import { STEP_TOKENS } from '../prompt.ts';
import { requireInteger, taskSet } from '../taskSets.ts';
import type { Environment, LevelInfo, Task, TaskRequest } from '../types.ts';
import { knownAliases, staleAliases, type Alias } from './aliases.ts';
import { searchDynamics, strictRules, type SearchRules, type SearchState } from './dynamics.ts';
import {
  MAX_HOPS,
  drawPuzzle,
  expertSteps,
  promptTokens,
  questionTokens,
  type SearchPuzzle,
} from './puzzle.ts';
import { actionIndex, actionTable, parseAction, text, words } from './vocabulary.ts';

export interface SearchWorldOptions extends SearchRules {
  /** Distinct stale aliases in use, 1..8; a task with more aliases than that repeats some. */
  readonly staleAliases: number;
  /** A leak: level 1 has one stale alias, which a lucky guess opens, instead of one or two known ones. */
  readonly oneStaleLeak: boolean;
  /** Turn limit, at most 33 in a context of 384 tokens (see `longestEpisode`). */
  readonly maxTurns: number;
}

export const searchDefaults: SearchWorldOptions = {
  ...strictRules,
  staleAliases: 4,
  oneStaleLeak: false,
  maxTurns: 16,
};

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
  const levels = levelTable(settings.staleAliases, settings.oneStaleLeak);

  const makeTask = (seed: number, level: number, index: number): SearchTask => {
    const random = new Random(seed).fork(level).fork(index);
    const { pool, counts } = levels[level];
    const puzzle = drawPuzzle(random, 1 + random.int(MAX_HOPS), draw(random, pool, random.pick(counts)));
    const steps = expertSteps(puzzle);
    const id = `search-${seed}-${level}-${index}`;
    let automaton: CompiledAutomaton<SearchState> | undefined;
    return {
      ...puzzle,
      id,
      key: hash3(seed, level, index),
      level,
      question: questionTokens(puzzle),
      plan: steps.map(({ tool, argument }) => ({ tool, argument })),
      expertThoughts: steps.map(({ thought }) => thought),
      maxTurns,
      automaton: () => (automaton ??= compile(searchDynamics(id, puzzle, settings))),
    };
  };

  return {
    name: 'search',
    title: 'Search world',
    words,
    levels: levels.map(({ info }) => info),
    stepTokens: STEP_TOKENS,
    options: settings,
    prompt: (task, plan) => promptTokens(task.question, plan),
    actions: actionTable,
    actionIndex,
    parseAction,
    text,
    tasks: (request) => taskSet('search', levels.length, request, makeTask),
  };
}

interface Level {
  readonly info: LevelInfo;
  /** Aliases to draw from. */
  readonly pool: readonly Alias[];
  /** Numbers of aliases of a task, equally likely. */
  readonly counts: readonly number[];
}

function levelTable(distinctStale: number, oneStaleLeak: boolean): Level[] {
  const stale = (count: number): Level => ({
    info: {
      name: `${count} stale`,
      description:
        count === 1
          ? 'A page hides behind an alias whose usual query no longer works.'
          : `A page hides behind ${count} aliases in a row whose usual queries no longer work.`,
    },
    pool: staleAliases.slice(0, distinctStale),
    counts: [count],
  });
  const easy: Level = {
    info: { name: 'no alias', description: 'Every page opens at once.' },
    pool: [],
    counts: [0],
  };
  const known: Level = {
    info: {
      name: 'known',
      description: 'A page hides behind one or two aliases that open with their usual query.',
    },
    pool: knownAliases,
    counts: [1, 2],
  };
  return [easy, oneStaleLeak ? stale(1) : known, stale(2), stale(3), stale(4)];
}

/** `count` aliases without repetition, or with it when there are too few. */
function draw(random: Random, pool: readonly Alias[], count: number): Alias[] {
  if (count > pool.length) return Array.from({ length: count }, () => random.pick(pool));
  return random.shuffle(pool).slice(0, count);
}
