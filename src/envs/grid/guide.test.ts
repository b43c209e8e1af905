import { describe as suite, expect, it } from 'vitest';
import { describe, expertSteps, longestEpisode, promptTokens, questionTokens } from './guide.ts';
import { lockTable } from './locks.ts';
import { MAX_PLAN } from './puzzle.ts';
import { testGrid } from './testing/testGrid.ts';
import { actionIndex, directions, doors, text, token } from './vocabulary.ts';
import { gridWorld } from './world.ts';

suite('guide', () => {
  it('in English', () => {
    expect(describe(testGrid)).toBe('Go east, then south through the red and white doors to the goal.');
    expect(describe({ ...testGrid, doors: testGrid.doors.slice(0, 1) })).toBe(
      'Go east, then south through the red door to the goal.',
    );
    expect(describe({ ...testGrid, doors: [] })).toBe('Go east, then south to the goal.');
  });

  it('expert: tool, thought, argument', () => {
    const steps = expertSteps(testGrid).map(({ tool, thought, argument }) => text([tool, thought, argument]));
    expect(steps).toEqual([
      'take red-door red',
      'open red-door east',
      'move ahead east',
      'move turn south',
      'take white-door blue',
      'open white-door south',
      'move ahead south',
    ]);
  });

  it('Eq. 6: the prompt under g_0 and g_2 holds tools and arguments, no thoughts', () => {
    const question = questionTokens(testGrid);
    expect(text(promptTokens(question, []))).toBe(
      '<bos> grid east south red-door white-door wall red-door keys floor go',
    );
    expect(text(promptTokens(question, expertSteps(testGrid).slice(0, 2)))).toBe(
      '<bos> grid east south red-door white-door wall red-door keys floor plan take red open east endplan go',
    );
  });

  it('the longest episode of 13 turns has 124 tokens', () => {
    expect(longestEpisode(13)).toBe(124);
    expect(MAX_PLAN).toBeLessThanOrEqual(13);
  });
});

/** Acts on tokens alone: headings and doors of the question, and what it sees now. */
class Reader {
  private readonly headings: number[];
  private readonly pending: number[];
  private hand = false;
  private leg = 0;

  constructor(question: readonly number[]) {
    this.headings = question.filter((id) => directions.includes(id));
    this.pending = question.slice(2, -4).filter((id) => doors.includes(id));
  }

  act(view: readonly number[]): number[] {
    if (view.includes(token.keys) && !this.hand) {
      this.hand = true;
      return [token.take, lockTable.find(({ door }) => door === this.pending[0])?.right ?? -1];
    }
    const ahead = () => view[directions.indexOf(this.headings[this.leg])];
    if (ahead() === token.wall || ahead() === token.keys) this.leg++;
    if (ahead() !== this.pending[0]) return [token.move, this.headings[this.leg]];
    this.pending.shift();
    this.hand = false;
    return [token.open, this.headings[this.leg]];
  }
}

suite('question and views', () => {
  it('tell every step of the expert, the locks known: 400 tasks', () => {
    const world = gridWorld();
    for (const task of world.tasks({ seed: 12, count: 400 })) {
      const automaton = task.automaton();
      const reader = new Reader(task.question);
      let state = automaton.start;
      let seen: readonly number[] = task.question.slice(-4);
      for (const { tool, argument } of task.plan) {
        expect(text(reader.act(seen))).toBe(text([tool, argument]));
        const row = state * automaton.actions + actionIndex([tool, argument]);
        seen = automaton.observations[automaton.observation[row]];
        state = automaton.next[row];
      }
      expect(automaton.values[state].end).toBe('won');
    }
  });
});
