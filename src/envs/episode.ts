import { LabError } from '../core/errors.ts';
import type { Automaton } from './types.ts';

/**
 * One walk through an automaton under a turn limit. The episode ends when the automaton says so or with
 * turn `maxTurns`: on the last turn only an action that pays at once can still succeed.
 */
export class Episode {
  /** Current state of the automaton. */
  state: number;
  /** Turns taken. */
  turn = 0;
  done = false;
  /** Sum of the rewards so far: Y, 0 or 1. */
  reward = 0;

  constructor(
    readonly automaton: Automaton,
    readonly maxTurns: number,
  ) {
    this.state = automaton.start;
  }

  get turnsLeft(): number {
    return this.maxTurns - this.turn;
  }

  /**
   * Takes one action and returns the tokens of the environment's reply, empty when the episode ends.
   * @throws LabError after the end, or for a number that is no action.
   */
  step(action: number): readonly number[] {
    const { automaton } = this;
    if (this.done)
      throw new LabError('Episode.step: expected a running episode, got one that is over. Start a new one.');
    if (!(action >= 0 && action < automaton.actions))
      throw new LabError(`Episode.step: expected an action 0..${automaton.actions - 1}, got ${action}.`);
    const row = this.state * automaton.actions + action;
    this.turn++;
    this.reward += automaton.reward[row];
    this.state = automaton.next[row];
    this.done = automaton.done[this.state] === 1 || this.turn >= this.maxTurns;
    return this.done ? [] : automaton.observations[automaton.observation[row]];
  }
}
