import type { Dynamics } from './compile.ts';
import type { Action } from './types.ts';

/** One step of an expert: what it does and what it thinks meanwhile. */
export interface ExpertStep extends Action {
  readonly thought: number;
  /** Words of the thought that change nothing; none by default. */
  readonly manners?: readonly number[];
  /** Whether it is in the history only, and not to be learned. */
  readonly given?: boolean;
}

/** The tokens between a step's tool and its argument. */
export function thoughtsOf({ thought, manners = [] }: ExpertStep): number[] {
  return [thought, ...manners];
}

export interface Demonstration {
  /** [T] prompt, agent steps and replies up to the end. */
  readonly tokens: number[];
  /** [T] weight t is 1 when token t+1 is the agent's (tool, thought or argument), else 0. */
  readonly weights: Float32Array;
}

/** The episode that `steps` make of a world, written behind its prompt. */
export function demonstrate<S>(
  prompt: readonly number[],
  steps: readonly ExpertStep[],
  world: Dynamics<S>,
  actionIndex: (step: readonly number[]) => number,
): Demonstration {
  const tokens = [...prompt];
  const trained: number[] = [];
  let state = world.start;
  for (const expert of steps) {
    const step = [expert.tool, ...thoughtsOf(expert), expert.argument];
    if (!expert.given) trained.push(...step.map((_, i) => tokens.length + i));
    const outcome = world.step(state, actionIndex(step));
    tokens.push(...step, ...outcome.observation);
    state = outcome.state;
  }
  const weights = new Float32Array(tokens.length);
  for (const position of trained) weights[position - 1] = 1;
  return { tokens, weights };
}
