import { describe, expect, it } from 'vitest';
import { LabError } from '../core/errors.ts';
import { Episode } from './episode.ts';
import type { Automaton } from './types.ts';

/** State 0 -> 1 by action 0, 1 -> won by action 1; anything else stays and says [5]. */
const automaton: Automaton = {
  states: 3,
  actions: 2,
  start: 0,
  next: Int32Array.of(1, 0, 1, 2, 2, 2),
  observation: Int32Array.of(1, 1, 1, 0, 0, 0),
  observations: [[], [5]],
  reward: Float32Array.of(0, 0, 0, 1, 0, 0),
  done: Uint8Array.of(0, 0, 1),
  labels: ['start', 'middle', 'won'],
};

describe('Episode', () => {
  it('follows the table to the reward', () => {
    const episode = new Episode(automaton, 5);
    expect(episode.step(0)).toEqual([5]);
    expect(episode).toMatchObject({ state: 1, turn: 1, turnsLeft: 4, done: false, reward: 0 });
    expect(episode.step(1)).toEqual([]);
    expect(episode).toMatchObject({ state: 2, turn: 2, done: true, reward: 1 });
  });

  it('ends with the last turn, which gets no reply but can still pay', () => {
    const late = new Episode(automaton, 1);
    expect(late.step(0)).toEqual([]);
    expect(late).toMatchObject({ done: true, reward: 0 });

    const inTime = new Episode(automaton, 2);
    inTime.step(0);
    inTime.step(1);
    expect(inTime).toMatchObject({ done: true, reward: 1 });
  });

  it('refuses steps after the end and numbers that are no action', () => {
    const episode = new Episode(automaton, 1);
    expect(() => episode.step(2)).toThrow('Episode.step: expected an action 0..1, got 2.');
    episode.step(1);
    expect(() => episode.step(1)).toThrow(LabError);
  });
});
