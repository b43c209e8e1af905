import { describe, expect, it } from 'vitest';
import { LabError } from '../core/errors.ts';
import { compile, type Dynamics } from './compile.ts';

/** A corridor 0..length-1: action 0 walks on, action 1 gives up; walking off the end pays. */
const corridor = (length: number): Dynamics<number> => ({
  name: 'corridor',
  start: 0,
  actions: 2,
  step: (state, action) => {
    if (action === 1) return { state: -1, observation: [], reward: 0, done: true };
    const won = state + 1 === length;
    return { state: state + 1, observation: [7, state % 2], reward: won ? 1 : 0, done: won };
  },
  key: (state) => state,
  label: (state) => `at ${state}`,
});

describe('compile', () => {
  it('tabulates a corridor of two', () => {
    const automaton = compile(corridor(2));
    expect(automaton).toMatchObject({ states: 4, actions: 2, start: 0 });
    expect(automaton.labels).toEqual(['at 0', 'at 1', 'at -1', 'at 2']);
    // Rows: two corridor states, given up, walked through.
    expect([...automaton.next]).toEqual([1, 2, 3, 2, 2, 2, 3, 3]);
    expect([...automaton.reward]).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    expect([...automaton.done]).toEqual([0, 0, 1, 1]);
    expect(automaton.values).toEqual([0, 1, -1, 2]);
    const replies = Array.from(automaton.observation, (i) => automaton.observations[i]);
    expect(replies.slice(0, 4)).toEqual([[7, 0], [], [7, 1], []]);
  });

  it('keeps each distinct reply once', () => {
    expect(compile(corridor(40)).observations).toEqual([[], [7, 0], [7, 1]]);
  });

  it('tells a finished state from an open one with the same key', () => {
    const automaton = compile({
      ...corridor(1),
      step: (state: number) => ({ state, observation: [], reward: 1, done: true }),
    });
    expect([...automaton.done]).toEqual([0, 1]);
  });

  it('names the task and the cap when there are too many states', () => {
    expect(() => compile({ ...corridor(100), cap: 50 })).toThrow(LabError);
    expect(() => compile({ ...corridor(100), cap: 50 })).toThrow(
      'compile: expected task corridor to have at most 50 states, got more.',
    );
    expect(compile({ ...corridor(48), cap: 50 }).states).toBe(50);
  });
});
