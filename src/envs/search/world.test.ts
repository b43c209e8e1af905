import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import { environments } from '../index.ts';
import { MAX_PLAN, longestEpisode } from './puzzle.ts';
import { token, words } from './vocabulary.ts';
import { searchWorld, type SearchTask } from './world.ts';

const world = searchWorld();
const perLevel = (tasks: readonly SearchTask[]) =>
  [0, 1, 2, 3, 4].map((l) => tasks.filter((t) => t.level === l).length);

describe('task sets', () => {
  it('are functions of the request', () => {
    const plain = (tasks: SearchTask[]) => JSON.stringify(tasks);
    const request = { seed: 5, count: 40 };
    expect(plain(world.tasks(request))).toBe(plain(searchWorld().tasks(request)));
    expect(plain(world.tasks(request))).not.toBe(plain(world.tasks({ seed: 6, count: 40 })));
  });

  it('an id spells its task: seed, level, index within the level', () => {
    const mixed = world.tasks({ seed: 5, count: 32 });
    expect(new Set(mixed.map((task) => task.id)).size).toBe(32);
    expect(new Set(mixed.map((task) => task.key)).size).toBe(32);
    for (const task of mixed) {
      const [, seed, level, index] = task.id.split('-').map(Number);
      expect([seed, level]).toEqual([5, task.level]);
      const alone = world.tasks({ seed: 5, count: index + 1, level })[index];
      expect(JSON.stringify(alone)).toBe(JSON.stringify(task));
    }
  });

  it('spread evenly over the levels, shuffled, with the remainder rotating', () => {
    expect(perLevel(world.tasks({ seed: 0, count: 32 }))).toEqual([7, 7, 6, 6, 6]);
    expect(perLevel(world.tasks({ seed: 4, count: 32 }))).toEqual([7, 6, 6, 6, 7]);
    expect(perLevel(world.tasks({ seed: 9, count: 3 }))).toEqual([1, 1, 0, 0, 1]);
    const order = (seed: number) => world.tasks({ seed, count: 10 }).map((task) => task.level);
    expect(order(5)).not.toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    expect(order(5)).not.toEqual(order(10));
  });

  it.each([
    [0, [0], null],
    [1, [1, 2], false],
    [2, [2], true],
    [3, [3], true],
    [4, [4], true],
  ])('level %i has its aliases', (level, counts, stale) => {
    const tasks = world.tasks({ seed: 8, count: 200, level });
    expect([...new Set(tasks.map((task) => task.aliases.length))].sort()).toEqual(counts);
    expect([...new Set(tasks.map((task) => task.relations.length))].sort()).toEqual([1, 2, 3]);
    for (const { aliases, relations, gateHop, plan, expertThoughts, links, path } of tasks) {
      expect(new Set(aliases.map((a) => a.alias)).size).toBe(aliases.length);
      for (const alias of aliases) {
        expect(alias.stale).toBe(stale);
        expect(alias.right !== alias.prior).toBe(stale);
      }
      expect(gateHop).toBeLessThan(relations.length);
      expect(gateHop === -1).toBe(aliases.length === 0);
      expect(plan).toHaveLength(relations.length + aliases.length + 1);
      expect(expertThoughts).toHaveLength(plan.length);
      // Beside the path, no link names a page of the path, and one relation alone leads on.
      links.forEach((list, h) => {
        expect(list).toHaveLength(3);
        expect(list.filter((l) => l.relation === relations[h])).toEqual([
          { relation: relations[h], entity: path[h + 1] },
        ]);
        expect(list.filter((l) => path.includes(l.entity))).toHaveLength(1);
      });
    }
  });

  it('use four stale aliases, each with one right term, unless told otherwise', () => {
    const rules = (tasks: SearchTask[]) =>
      new Set(
        tasks.flatMap((task) =>
          task.aliases.map((a) => `${words[a.alias]}: ${words[a.prior]} > ${words[a.right]}`),
        ),
      );
    expect([...rules(world.tasks({ seed: 1, count: 100, level: 3 }))].sort()).toEqual([
      'Moth: archive > census',
      'Osprey: archive > harbour',
      'Otter: court > market',
      'Puma: harbour > court',
    ]);
    expect(rules(searchWorld({ staleAliases: 8 }).tasks({ seed: 1, count: 100, level: 3 })).size).toBe(8);
    expect(rules(searchWorld({ staleAliases: 1 }).tasks({ seed: 1, count: 100, level: 4 })).size).toBe(1);
  });

  it('leak switch: level 1 with one stale alias', () => {
    const leaky = searchWorld({ oneStaleLeak: true });
    for (const task of leaky.tasks({ seed: 1, count: 50, level: 1 }))
      expect(task.aliases.map((alias) => alias.stale)).toEqual([true]);
    expect(leaky.levels[1].name).toBe('1 stale');
  });

  it.each([
    [{ seed: 1.5, count: 1 }, 'search.tasks: seed: expected a whole number from 0 to 4294967295, got 1.5.'],
    [{ seed: 1, count: -1 }, 'search.tasks: count'],
    [{ seed: 1, count: 1, level: 5 }, 'search.tasks: level: expected a whole number from 0 to 4, got 5.'],
  ])('refuses %j', (request, message) => {
    expect(() => world.tasks(request)).toThrow(InputError);
    expect(() => world.tasks(request)).toThrow(message);
  });

  it('refuses options out of range', () => {
    expect(() => searchWorld({ staleAliases: 9 })).toThrow('searchWorld: staleAliases');
    expect(() => searchWorld({ maxTurns: 0 })).toThrow(InputError);
  });
});

describe('prompts', () => {
  const [task] = world.tasks({ seed: 2, count: 1, level: 2 });

  it('Eq. 6: g_k adds the first k actions, without thoughts', () => {
    for (let k = 0; k <= task.plan.length; k++) {
      const actions = task.plan.slice(0, k).flatMap(({ tool, argument }) => [tool, argument]);
      const guidance = k ? [token.plan, ...actions, token.endPlan] : [];
      expect(world.prompt(task, task.plan.slice(0, k))).toEqual([...task.question, ...guidance, token.go]);
    }
    expect(task.question.slice(0, 3)).toEqual([token.bos, token.question, task.start]);
  });

  it('every episode fits the context', () => {
    expect(longestEpisode(world.options.maxTurns)).toBe(193);
    expect(longestEpisode(33)).toBeLessThanOrEqual(384);
    expect(longestEpisode(34)).toBeGreaterThan(384);
    const tasks = world.tasks({ seed: 3, count: 500 });
    const longest = Math.max(...tasks.map((t) => world.prompt(t, t.plan).length));
    expect(longest).toBe(6 + 2 + 2 * MAX_PLAN + 1);
    expect(Math.max(...tasks.flatMap((t) => t.automaton().observations.map((o) => o.length)))).toBe(8);
    expect(Math.max(...tasks.map((t) => t.plan.length))).toBeLessThanOrEqual(world.options.maxTurns);
  });
});

describe('environments', () => {
  it('lists the search world', () => {
    const search = environments.search();
    expect(search).toMatchObject({ name: 'search', stepTokens: 3 });
    expect(search.levels.map((level) => level.name)).toEqual([
      'no alias',
      'known',
      '2 stale',
      '3 stale',
      '4 stale',
    ]);
    expect(search.words).toHaveLength(80);
  });
});
