import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { Episode } from '../episode.ts';
import type { SearchPuzzle } from './puzzle.ts';
import { searchDynamics, strictRules, type SearchRules } from './dynamics.ts';
import {
  ACTIONS,
  MALFORMED,
  actionIndex,
  actionTable,
  parseAction,
  text,
  token,
  words,
} from './vocabulary.ts';
import { searchWorld, type SearchTask } from './world.ts';

const id = (word: string) => words.indexOf(word);
const links = (...pairs: string[]) =>
  pairs.map((pair) => {
    const [relation, entity] = pair.split(' ').map(id);
    return { relation, entity };
  });

/** Ada -mother-> Bo (behind Heron and Wolf) -friend-> Cleo. */
const puzzle: SearchPuzzle = {
  start: id('Ada'),
  relations: [id('mother'), id('friend')],
  path: [id('Ada'), id('Bo'), id('Cleo')],
  links: [links('rival Dov', 'mother Bo', 'friend Eli'), links('friend Cleo', 'mother Fay', 'rival Gus')],
  gateHop: 1,
  aliases: [
    { alias: id('Heron'), right: id('press'), prior: id('court'), stale: true },
    { alias: id('Wolf'), right: id('museum'), prior: id('museum'), stale: false },
  ],
};

/** Replies to a list of actions, and the reward. */
function play(actions: string[], rules: Partial<SearchRules> = {}) {
  const automaton = compile(searchDynamics('test', puzzle, { ...strictRules, ...rules }));
  const episode = new Episode(automaton, 16);
  const replies = actions.map((action) => {
    const { tool, argument } = parseAction(action);
    return text(episode.step(actionIndex([tool, argument])));
  });
  return { replies, reward: episode.reward, done: episode.done, label: automaton.labels[episode.state] };
}

const heron = '[ alias Heron ]';
const wolf = '[ alias Wolf ]';
const ada = '[ rival Dov mother Bo friend Eli ]';
const bo = '[ friend Cleo mother Fay rival Gus ]';
const none = '[ no-result ]';
const way = ['visit Ada', 'visit Bo', 'search press', 'search museum'];

describe('search dynamics', () => {
  it('the expert way pays', () => {
    const { replies, reward, done } = play([...way, 'answer Cleo']);
    expect(replies).toEqual([ada, heron, wolf, bo, '']);
    expect({ reward, done }).toEqual({ reward: 1, done: true });
  });

  it('a wrong answer at the right place, and a right one elsewhere, do not', () => {
    expect(play([...way, 'answer Fay'])).toMatchObject({ reward: 0, done: true });
    expect(play([...way, 'visit Ada', 'answer Cleo'])).toMatchObject({ reward: 0, done: true });
    expect(play([...way.slice(0, 3), 'answer Cleo'])).toMatchObject({ reward: 0, done: true });
  });

  it('a wrong query closes the page, and its aliases start over', () => {
    const { replies, label } = play([
      'visit Ada',
      'visit Bo',
      'search press',
      'search court',
      'search museum',
    ]);
    expect(replies.slice(2)).toEqual([wolf, none, none]);
    expect(label).toBe('Bo is closed again');
    expect(play(['visit Ada', 'visit Bo', 'search court', ...way.slice(1), 'answer Cleo'])).toMatchObject({
      reward: 1,
      replies: [ada, heron, none, heron, wolf, bo, ''],
    });
  });

  it('an opened page stays open', () => {
    const { replies, reward } = play([...way, 'visit Ada', 'visit Bo', 'answer Cleo']);
    expect(replies.slice(4)).toEqual([ada, bo, '']);
    expect(reward).toBe(1);
  });

  it('unrevealed, unknown and dead-end pages give no result and leave one on the page', () => {
    expect(play(['visit Bo', 'visit Tara', 'visit Ada', 'visit Dov']).replies).toEqual([
      none,
      none,
      ada,
      none,
    ]);
    expect(play([...way, 'visit Cleo', 'answer Cleo'])).toMatchObject({ reward: 1 });
    expect(play(['visit Ada', 'visit Bo', 'visit Dov', 'search press']).replies.slice(2)).toEqual([
      none,
      none,
    ]);
  });

  it('switches: dead ends, unproven answers, unrevealed pages', () => {
    const wrong = ['visit Ada', 'visit Bo', 'search court'];
    expect(play(wrong, { deadEnds: true })).toMatchObject({
      done: true,
      reward: 0,
      replies: [ada, heron, ''],
    });
    expect(play(['answer Cleo'], { unprovenAnswers: true }).reward).toBe(1);
    expect(play([...way.slice(1), 'answer Cleo'], { unrevealedPages: true }).reward).toBe(1);
  });

  it('a malformed step ends the episode', () => {
    const automaton = compile(searchDynamics('test', puzzle));
    const episode = new Episode(automaton, 16);
    expect(episode.step(MALFORMED)).toEqual([]);
    expect(episode).toMatchObject({ done: true, reward: 0 });
  });
});

/**
 * Walks the product of a task's automaton with a witness that knows only the replies: which entities have
 * been named, which page was opened last, and what it showed. Every action is tried in every such state.
 */
function witnessAll(task: SearchTask): { rewards: number; opened: number; visited: number } {
  const automaton = task.automaton();
  const hops = task.relations.length;
  const stack = [{ state: automaton.start, named: [task.start], page: -1, shown: [] as readonly number[] }];
  const seen = new Set<string>();
  const counts = { rewards: 0, opened: 0, visited: 0 };
  for (let here = stack.pop(); here; here = stack.pop()) {
    const key = JSON.stringify(here);
    if (seen.has(key) || automaton.done[here.state]) continue;
    seen.add(key);
    counts.visited++;
    for (let action = 0; action < ACTIONS; action++) {
      const row = here.state * ACTIONS + action;
      const reply = automaton.observations[automaton.observation[row]];
      const { tool, argument } = actionTable[action] ?? { tool: -1, argument: -1 };
      const found = reply.length > 0 && reply[1] !== token.noResult;
      const listed = found && reply[1] !== token.alias;
      if (tool === token.visit && found) {
        counts.opened++;
        if (!here.named.includes(argument)) throw new Error(`${task.id}: ${words[argument]} opened unnamed`);
      }
      const pays = automaton.reward[row] > 0;
      const evidence = text([task.relations[hops - 1], task.path[hops]]);
      const proven =
        tool === token.answer && argument === task.path[hops] && text(here.shown).includes(evidence);
      if (pays !== (proven && here.page === task.path[hops - 1]))
        throw new Error(
          `${task.id}: ${automaton.labels[here.state]}: "${text([tool, argument])}" pays ${pays}`,
        );
      if (pays) counts.rewards++;

      const page = tool === token.visit && found ? argument : here.page;
      const shown = listed ? reply : tool === token.visit && found ? [] : here.shown;
      const entitiesShown = listed ? reply.filter((_, i) => i % 2 === 0 && i > 0) : [];
      const named = [...new Set([...here.named, ...entitiesShown])].sort();
      stack.push({ state: automaton.next[row], named, page, shown });
    }
  }
  return counts;
}

describe('no reward leaks', () => {
  it('over all actions in all states of 300 tasks: pages open only when named, answers pay only when shown', () => {
    for (const task of searchWorld().tasks({ seed: 21, count: 300 })) {
      const counts = witnessAll(task);
      expect(counts.rewards).toBeGreaterThan(0);
      expect(counts.opened).toBeGreaterThan(0);
    }
  });

  it('the witness sees the leaks that the switches open', () => {
    const leaky = (options: object) => searchWorld(options).tasks({ seed: 21, count: 5, level: 3 });
    for (const task of leaky({ unprovenAnswers: true })) expect(() => witnessAll(task)).toThrow('pays true');
    const deep = leaky({ unrevealedPages: true }).filter((task) => task.relations.length > 1);
    expect(deep.length).toBeGreaterThan(0);
    for (const task of deep) expect(() => witnessAll(task)).toThrow('opened unnamed');
  });

  it('only the expert queries cross an alias: each state of a row of m has one right term of eight', () => {
    for (const task of searchWorld().tasks({ seed: 22, count: 100, level: 4 })) {
      const automaton = task.automaton();
      automaton.values.forEach(({ facing, end }, state) => {
        if (end !== 'no') return;
        const opening = actionTable.filter(({ tool }, action) => {
          const reply = automaton.observations[automaton.observation[state * ACTIONS + action]];
          return tool === token.search && reply[1] !== token.noResult;
        });
        expect(opening.map(({ argument }) => argument)).toEqual(
          facing < 0 ? [] : [task.aliases[facing].right],
        );
      });
    }
  });
});
