import type { PlanPlace } from './prompt.ts';

/** A tool call without its reasoning: what action data holds (the paper's α̃). Both are token ids. */
export interface Action {
  readonly tool: number;
  readonly argument: number;
}

/**
 * A task compiled to a finite automaton: flat tables over (state, action). Actions are numbered by the
 * environment; the last one stands for every malformed tool call.
 */
export interface Automaton {
  readonly states: number;
  readonly actions: number;
  readonly start: number;
  /** [states · actions] successor; a done state leads to itself. */
  readonly next: Int32Array;
  /** [states · actions] index into `observations` of what the environment replies. */
  readonly observation: Int32Array;
  /** Distinct replies, as tokens (may be empty). */
  readonly observations: readonly (readonly number[])[];
  /** [states · actions] reward of the transition, 0 or 1. */
  readonly reward: Float32Array;
  /** [states] 1 where the episode is over. */
  readonly done: Uint8Array;
  /** One line of readable text per state. */
  readonly labels: readonly string[];
}

export interface Task {
  /** Unique and stable, for example `search-7-2-13`. */
  readonly id: string;
  /** u32 that keys the random streams of this task's rollouts. */
  readonly key: number;
  /** 0-based difficulty level. */
  readonly level: number;
  /** Prompt tokens before the plan. */
  readonly question: readonly number[];
  /** ḡ: the whole reference action trajectory, length L. */
  readonly plan: readonly Action[];
  /**
   * Per plan action the tokens between tool and argument, as the expert would think: for demonstrations, never
   * for guidance. [L, stepTokens − 2]
   */
  readonly expertThoughts: readonly (readonly number[])[];
  readonly maxTurns: number;
  /** Compiled on first use and kept. @throws LabError when the state cap is exceeded. */
  automaton(): Automaton;
}

export interface LevelInfo {
  readonly name: string;
  readonly description: string;
}

/** What a set of tasks depends on: the same request gives the same tasks. */
export interface TaskRequest {
  readonly seed: number;
  readonly count: number;
  /** One level for all; left out, tasks cycle evenly through the levels in shuffled order. */
  readonly level?: number;
  /** With a level: index within it of the first task, 0 by default. */
  readonly first?: number;
}

export interface Environment {
  readonly name: string;
  readonly title: string;
  /** Token id → readable word. */
  readonly words: readonly string[];
  readonly levels: readonly LevelInfo[];
  /** Tokens of one agent step: tool, at least one of thought, argument. */
  readonly stepTokens: number;
  /** Action number → action; the automaton's last number, for malformed steps, is left out. */
  readonly actions: readonly Action[];
  /**
   * Prompt of a task under guidance g_k = `plan` (Eq. 6); an empty plan gives the unguided prompt. The plan stands
   * in the query unless told otherwise.
   */
  prompt(task: Task, plan: readonly Action[], place?: PlanPlace): number[];
  /** A step that was replayed from action data, which carries no reasoning: tool, silence, argument. */
  silentStep(action: Action): number[];
  /** Number of the automaton action that a step's tokens stand for; malformed steps map to the last number. */
  actionIndex(step: ArrayLike<number>): number;
  tasks(request: TaskRequest): Task[];
  /** Parses `tool argument` words. @throws InputError naming the unknown word and the known ones. */
  parseAction(text: string): Action;
  /** Readable text of tokens. */
  text(tokens: ArrayLike<number>): string;
}
