import type { ActionLine } from '../actguide/actionData.ts';
import type { Outcome } from '../actguide/outcomes.ts';
import type { GraphView, PathPoint, TaskRef, TurnView } from './protocol.ts';

/** A tool of the world and all that it takes, in words. */
export interface ToolView {
  readonly tool: string;
  readonly arguments: readonly string[];
}

/** A task as somebody walks through it: where they are, what they have seen and what they can do. */
export interface WalkView {
  readonly ref: TaskRef;
  readonly taskId: string;
  readonly question: string;
  /** What was done and what came back, turn by turn; the last reply of an episode that is over is empty. */
  readonly turns: readonly { readonly action: string; readonly observation: string }[];
  /** Where they stood before the first turn and after each: [turns + 1]. */
  readonly path: readonly PathPoint[];
  /** The part of the task's graph that has been seen. */
  readonly graph: GraphView;
  /** Words of the question and of what came back. */
  readonly known: readonly string[];
  readonly turnsLeft: number;
  readonly done: boolean;
  readonly reward: number;
  /** Once it is over: the demonstration that it makes, or why it makes none. */
  readonly line: ActionLine | undefined;
  readonly problem: string | undefined;
}

/** Continue the task from a state of a trajectory, several times. */
export interface RerollRequest {
  /** By which it can be stopped: no two under way have the same. */
  readonly id: string;
  readonly task: TaskRef;
  /** The turns before the state, in words; none: from the start. */
  readonly turns: readonly Pick<TurnView, 'tool' | 'thought' | 'argument'>[];
  /** Plan in the prompt, an action an entry; empty is unguided. */
  readonly plan: readonly string[];
  /** K */
  readonly samples: number;
  /** The same seed and weights give the same continuations. */
  readonly seed: number;
}

/** What K continuations from one state came to. */
export interface RerollView {
  readonly taskId: string;
  /** Training steps behind the weights, and their policy. */
  readonly step: number;
  readonly policy: string;
  /** Turns taken before the state. */
  readonly turn: number;
  /** Plan in the prompt. */
  readonly plan: readonly string[];
  /** K, and how many of them were sampled before it was stopped. */
  readonly requested: number;
  readonly samples: number;
  readonly successes: number;
  /** 95 % Wilson interval of the success rate. */
  readonly interval: { readonly low: number; readonly high: number };
  /** Unbiased pass@k of every k up to `samples`. */
  readonly passAtK: readonly { readonly k: number; readonly value: number }[];
  readonly outcomes: readonly { readonly outcome: Outcome; readonly count: number }[];
  readonly exact: ExactView;
  /** The continuations, from the state on. */
  readonly returned: readonly { readonly outcome: Outcome; readonly turns: readonly TurnView[] }[];
}

/** What the world's tables say of a state, whatever the policy. */
export interface ExactView {
  readonly turnsLeft: number;
  /** Ψ: the highest success probability of any policy. */
  readonly psi: number;
  /** Fewest turns to the reward; null where it is out of reach. */
  readonly fewest: number | null;
  /** The actions that such a shortest way begins with. */
  readonly needed: readonly string[];
  /** Success probability of well-formed actions drawn uniformly. */
  readonly uniform: number;
}
