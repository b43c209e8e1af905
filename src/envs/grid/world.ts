import { Random, hash3 } from '../../core/random.ts';
import { compile, type CompiledAutomaton } from '../compile.ts';
import { thoughtsOf } from '../demonstration.ts';
import { STEP_TOKENS } from '../prompt.ts';
import { requireInteger, taskSet } from '../taskSets.ts';
import type { Environment, LevelInfo, Task, TaskRequest } from '../types.ts';
import { gridDynamics, strictRules, type GridRules, type GridState } from './dynamics.ts';
import { expertSteps, promptTokens, questionTokens } from './guide.ts';
import { changedLocks, ownLocks, type Lock } from './locks.ts';
import { drawPuzzle, type GridPuzzle } from './puzzle.ts';
import { actionIndex, actionTable, parseAction, text, token, words } from './vocabulary.ts';

export interface GridWorldOptions extends GridRules {
  /** Turn limit (see `longestEpisode`). */
  readonly maxTurns: number;
}

export const gridDefaults: GridWorldOptions = { ...strictRules, maxTurns: 13 };

export interface GridTask extends Task, GridPuzzle {
  automaton(): CompiledAutomaton<GridState>;
}

/** The key-door grid: its tasks carry their puzzle. */
export interface GridWorld extends Environment {
  readonly options: GridWorldOptions;
  tasks(request: TaskRequest): GridTask[];
}

interface Level {
  readonly info: LevelInfo;
  /** Locks to draw from, without repetition. */
  readonly pool: readonly Lock[];
  /** Doors of a task. */
  readonly doors: number;
}

const changed = (doors: number): Level => ({
  info: {
    name: `${doors} changed`,
    description: `${doors} doors on the way, whose locks no longer take the key of their own colour.`,
  },
  pool: changedLocks,
  doors,
});

const levels: readonly Level[] = [
  { info: { name: 'no door', description: 'The way to the goal is free.' }, pool: [], doors: 0 },
  {
    info: { name: 'own key', description: 'A door on the way opens with the key of its own colour.' },
    pool: ownLocks,
    doors: 1,
  },
  changed(2),
  changed(3),
];

/**
 * An embodied world: a grid of walls in which the agent sees the four cells beside it, walks by the headings
 * of the question, and takes keys from boards to open the doors on its way. It was taught that a key opens
 * the door of its colour; on the higher levels the locks were changed.
 * @throws InputError for options out of range.
 */
export function gridWorld(options: Partial<GridWorldOptions> = {}): GridWorld {
  const settings = { ...gridDefaults, ...options };
  const { maxTurns } = settings;
  requireInteger('gridWorld: maxTurns', maxTurns, 1, 1000);

  const makeTask = (seed: number, level: number, index: number): GridTask => {
    const random = new Random(seed).fork(level).fork(index);
    const { pool, doors } = levels[level];
    const puzzle = drawPuzzle(random, random.shuffle(pool).slice(0, doors));
    const steps = expertSteps(puzzle);
    const id = `grid-${seed}-${level}-${index}`;
    let automaton: CompiledAutomaton<GridState> | undefined;
    return {
      ...puzzle,
      id,
      key: hash3(seed, level, index),
      level,
      question: questionTokens(puzzle),
      plan: steps.map(({ tool, argument }) => ({ tool, argument })),
      expertThoughts: steps.map(thoughtsOf),
      maxTurns,
      automaton: () => (automaton ??= compile(gridDynamics(id, puzzle, settings))),
    };
  };

  return {
    name: 'grid',
    title: 'Key-door grid',
    words,
    levels: levels.map(({ info }) => info),
    stepTokens: STEP_TOKENS,
    options: settings,
    prompt: (task, plan, place) => promptTokens(task.question, plan, place),
    silentStep: ({ tool, argument }) => [tool, token.silent, argument],
    actions: actionTable,
    actionIndex,
    parseAction,
    text,
    tasks: (request) => taskSet('grid', levels.length, request, makeTask),
  };
}
