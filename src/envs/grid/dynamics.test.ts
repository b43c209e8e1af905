import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { Episode } from '../episode.ts';
import { gridDynamics, strictRules, type GridRules } from './dynamics.ts';
import { gridPicture } from './picture.ts';
import { drawn, testGrid } from './testing/testGrid.ts';
import {
  ACTIONS,
  MALFORMED,
  actionIndex,
  actionTable,
  directions,
  parseAction,
  text,
  token,
  words,
} from './vocabulary.ts';
import { gridWorld, type GridTask } from './world.ts';

/** Plays a list of actions, separated by commas, on the grid of `testing/testGrid.ts`. */
function play(actions: string, rules: Partial<GridRules> = {}) {
  const automaton = compile(gridDynamics('test', testGrid, { ...strictRules, ...rules }));
  const episode = new Episode(automaton, 32);
  const replies = actions.split(', ').map((action) => {
    const { tool, argument } = parseAction(action);
    return text(episode.step(actionIndex([tool, argument])));
  });
  return {
    replies,
    last: replies[replies.length - 1],
    reward: episode.reward,
    done: episode.done,
    label: automaton.labels[episode.state],
    picture: drawn(testGrid, automaton.values[episode.state]),
  };
}

const atStart = 'wall red-door keys floor';
const toBoard = 'take red, open east, move east, move south';
const rest = 'take blue, open south, move south';

describe('grid dynamics', () => {
  it('the expert way pays, and every reply is the view', () => {
    const { replies, reward, done, picture } = play(`${toBoard}, ${rest}`);
    expect(replies).toEqual([
      atStart,
      'wall floor wall floor',
      'wall wall floor doorway',
      'floor keys white-door wall',
      'floor keys white-door wall',
      'floor wall goal wall',
      '',
    ]);
    expect({ reward, done }).toEqual({ reward: 1, done: true });
    expect(picture[5]).toBe('####@##');
  });

  it('walls, boards and shut doors are not walked through', () => {
    expect(play('move north, move south, move east')).toMatchObject({
      replies: [atStart, atStart, atStart],
      label: 'on cell 1 of 6, empty hand, 0 of 2 doors open',
    });
    expect(play('move west').label).toBe('off the route, empty hand, 0 of 2 doors open');
  });

  it('a wrong key breaks and leaves the door shut', () => {
    const wrong = play('take blue, open east');
    expect(wrong).toMatchObject({
      last: atStart,
      label: 'on cell 1 of 6, empty hand, 0 of 2 doors open',
      done: false,
    });
    expect(play('take blue, open east, move east').last).toBe(atStart);
    expect(play('take blue, open east, open east').last).toBe(atStart);
    expect(play(`take blue, open east, ${toBoard}, take white, open south, ${rest}`).reward).toBe(1);
  });

  it('the hand holds one key, which stays in the lock it opens', () => {
    expect(play('take blue').label).toBe('on cell 1 of 6, blue key in hand, 0 of 2 doors open');
    expect(play('take blue, take red').label).toBe('on cell 1 of 6, red key in hand, 0 of 2 doors open');
    expect(play('take red, open east').label).toBe('on cell 2 of 6, empty hand, 1 of 2 doors open');
    expect(play(`${toBoard}, open south`).last).toBe('floor keys white-door wall');
  });

  it('keys are taken beside a board only, and open only the door beside', () => {
    expect(play('move west, take red').label).toContain('empty hand');
    expect(play('take red, open north').label).toContain('red key in hand');
    expect(play('take red, move west, open east').label).toContain('red key in hand');
    expect(play('take red, open east, open west, open east').label).toContain('empty hand, 1 of 2');
  });

  it('an opened door stays open', () => {
    const { replies, picture } = play('take red, open east, move west, move east');
    expect(replies.slice(2)).toEqual(['wall doorway keys floor', 'wall floor wall floor']);
    expect(picture[2]).toBe('#..@.##');
  });

  it('switches: dead ends, any key', () => {
    expect(play('take blue, open east', { deadEnds: true })).toMatchObject({
      done: true,
      reward: 0,
      label: 'over without reward',
    });
    expect(play('take red, open east', { deadEnds: true }).done).toBe(false);
    const leak = 'take blue, open east, move east, move south, take red, open south, move south';
    expect(play(leak, { anyKey: true }).reward).toBe(1);
    expect(play(leak).reward).toBe(0);
  });

  it('a malformed step ends the episode', () => {
    const episode = new Episode(compile(gridDynamics('test', testGrid)), 16);
    expect(episode.step(MALFORMED)).toEqual([]);
    expect(episode).toMatchObject({ done: true, reward: 0 });
  });
});

/**
 * Walks the product of a task's automaton with a witness that has the task's picture, and knows of the
 * automaton only where the agent stands: it keeps its own account of the hand and of the doors opened with
 * their key. Every action is tried in every such state.
 */
function witnessAll(task: GridTask): { rewards: number; opened: number } {
  const automaton = task.automaton();
  const { cells, columns } = gridPicture(task);
  const places = automaton.values.map(({ at, end }) => (end === 'lost' ? -1 : at));
  const around = (at: number) => [at - columns, at + 1, at + columns, at - 1];
  const stack = [{ state: automaton.start, hand: '', opened: [] as readonly number[] }];
  const seen = new Set<string>();
  const counts = { rewards: 0, opened: 0 };
  for (let here = stack.pop(); here; here = stack.pop()) {
    const key = JSON.stringify(here);
    if (seen.has(key) || automaton.done[here.state]) continue;
    seen.add(key);
    const from = places[here.state];
    for (let action = 0; action < ACTIONS; action++) {
      const row = here.state * ACTIONS + action;
      const to = places[automaton.next[row]];
      const { tool, argument } = actionTable[action] ?? { tool: -1, argument: -1 };
      const refuse = (what: string): never => {
        throw new Error(`${task.id}: "${text([tool, argument])}" ${what}`);
      };
      let { hand, opened } = here;
      if (tool === token.take && around(from).some((at) => cells[at].kind === 'keys')) hand = words[argument];
      if (tool === token.open) {
        const door = around(from)[directions.indexOf(argument)];
        if (to === door) {
          if (hand !== cells[door].rightKey) refuse(`opened a door with ${hand}`);
          opened = [...opened, door];
          counts.opened++;
        } else if (to !== from && to >= 0) refuse('led elsewhere');
        // A key stays in the lock of its door, and breaks in any other.
        if (cells[door].kind === 'door' && !here.opened.includes(door)) hand = '';
      }
      if (to >= 0 && to !== from) {
        if (!around(from).includes(to)) refuse('jumped');
        const { kind } = cells[to];
        if (kind === 'wall' || kind === 'keys') refuse(`walked into ${kind}`);
        if (kind === 'door' && !opened.includes(to)) refuse('walked through a shut door');
      }
      const pays = automaton.reward[row] > 0;
      const arrives = to !== from && to >= 0 && cells[to].kind === 'goal';
      if (pays !== arrives) refuse(`pays ${pays}`);
      if (pays) {
        counts.rewards++;
        if (opened.length !== task.doors.length) refuse('pays with doors shut');
      }
      stack.push({ state: automaton.next[row], hand, opened });
    }
  }
  return counts;
}

describe('no reward leaks', () => {
  it('over all actions in all states of 120 tasks: legal moves, doors by their key, pay at the goal', () => {
    for (const task of gridWorld().tasks({ seed: 21, count: 120 })) {
      const counts = witnessAll(task);
      expect(counts.rewards).toBeGreaterThan(0);
      expect(counts.opened).toBe(task.doors.length);
    }
  });

  it('the witness sees the leak that the switch opens', () => {
    for (const task of gridWorld({ anyKey: true }).tasks({ seed: 21, count: 5, level: 2 }))
      expect(() => witnessAll(task)).toThrow('opened a door with');
  });
});
