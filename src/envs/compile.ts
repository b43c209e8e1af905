import { LabError } from '../core/errors.ts';
import type { Automaton } from './types.ts';

/** What one action does. */
export interface Outcome<S> {
  readonly state: S;
  /** Tokens the environment replies with; may be empty. */
  readonly observation: readonly number[];
  readonly reward: number;
  readonly done: boolean;
}

/** A deterministic environment as its author writes it: a pure step over hashable states. */
export interface Dynamics<S> {
  /** Appears in errors. */
  readonly name: string;
  readonly start: S;
  /** Number of actions; `step` gets 0..actions-1. */
  readonly actions: number;
  step(state: S, action: number): Outcome<S>;
  /** Equal keys mean equal states. */
  key(state: S): string | number;
  /** One line of readable text. */
  label(state: S): string;
}

/** The tables, and the author's own state behind each row. */
export interface CompiledAutomaton<S> extends Automaton {
  /** [states] */
  readonly values: readonly S[];
}

/**
 * Explores every state reachable from the start, breadth first, and tabulates transition, observation
 * and reward. State 0 is the start; a state in which the episode is over leads to itself without reward.
 * @throws LabError when more than `cap` states are reachable.
 */
export function compile<S>(dynamics: Dynamics<S> & { readonly cap?: number }): CompiledAutomaton<S> {
  const { name, actions, cap = 4096 } = dynamics;
  const values: S[] = [];
  const done: number[] = [];
  const numbers = new Map<string, number>();
  const number = (state: S, over: boolean): number => {
    const key = `${over ? 'over' : 'open'} ${dynamics.key(state)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    if (values.length === cap)
      throw new LabError(
        `compile: expected task ${name} to have at most ${cap} states, got more. ` +
          `Raise the cap, or leave out of the state what no later step depends on.`,
      );
    numbers.set(key, values.length);
    values.push(state);
    done.push(over ? 1 : 0);
    return values.length - 1;
  };

  const replies = distinctReplies();
  const silence = replies.number([]);
  const next: number[] = [];
  const observation: number[] = [];
  const reward: number[] = [];
  number(dynamics.start, false);
  for (let state = 0; state < values.length; state++)
    for (let action = 0; action < actions; action++) {
      if (done[state]) {
        next.push(state);
        observation.push(silence);
        reward.push(0);
        continue;
      }
      const outcome = dynamics.step(values[state], action);
      next.push(number(outcome.state, outcome.done));
      observation.push(replies.number(outcome.observation));
      reward.push(outcome.reward);
    }

  return {
    states: values.length,
    actions,
    start: 0,
    next: Int32Array.from(next),
    observation: Int32Array.from(observation),
    observations: replies.all,
    reward: Float32Array.from(reward),
    done: Uint8Array.from(done),
    labels: values.map((state) => dynamics.label(state)),
    values,
  };
}

/** Numbers token lists by content; a list seen before is found by identity, which is most of them. */
function distinctReplies(): { all: (readonly number[])[]; number(tokens: readonly number[]): number } {
  const all: (readonly number[])[] = [];
  const byIdentity = new Map<readonly number[], number>();
  const byContent = new Map<string, number>();
  const number = (tokens: readonly number[]): number => {
    const seen = byIdentity.get(tokens);
    if (seen !== undefined) return seen;
    const content = tokens.join(' ');
    const found = byContent.get(content) ?? all.push(tokens) - 1;
    byContent.set(content, found);
    byIdentity.set(tokens, found);
    return found;
  };
  return { all, number };
}
