import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import { environments } from '../index.ts';
import { psi, psiAfter, turnsToReward } from '../reachability.ts';
import { evaluationSeed, trainingSeed } from '../seeds.ts';
import { MAX_PLAN } from './puzzle.ts';
import { actionTable, token, words } from './vocabulary.ts';
import { gridWorld, type GridTask } from './world.ts';

const world = gridWorld();
const perLevel = (tasks: readonly GridTask[]) =>
  [0, 1, 2, 3].map((l) => tasks.filter((t) => t.level === l).length);

describe('task sets', () => {
  it('are functions of the request; training and evaluation differ', () => {
    const plain = (tasks: GridTask[]) => JSON.stringify(tasks);
    const request = { seed: trainingSeed(7, 0), count: 40 };
    expect(plain(world.tasks(request))).toBe(plain(gridWorld().tasks(request)));
    const ids = (seed: number) => world.tasks({ seed, count: 40 }).map((task) => task.id);
    expect(ids(evaluationSeed(7)).filter((id) => ids(trainingSeed(7, 0)).includes(id))).toEqual([]);
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

  it('spread evenly over the levels, with the remainder rotating', () => {
    expect(perLevel(world.tasks({ seed: 0, count: 34 }))).toEqual([9, 9, 8, 8]);
    expect(perLevel(world.tasks({ seed: 3, count: 34 }))).toEqual([9, 8, 8, 9]);
  });

  it.each([
    [0, 0, null],
    [1, 1, false],
    [2, 2, true],
    [3, 3, true],
  ])('level %i has %i doors; changed locks: %s', (level, count, changed) => {
    for (const { doors, route, plan, expertThoughts } of world.tasks({ seed: 8, count: 100, level })) {
      expect(new Set(doors.map(({ door }) => door)).size).toBe(count);
      expect(doors).toHaveLength(count);
      for (const door of doors) {
        expect(door.changed).toBe(changed);
        expect(door.right !== door.prior).toBe(changed);
      }
      expect(plan).toHaveLength(route.length - 1 + count);
      expect(expertThoughts).toHaveLength(plan.length);
    }
  });

  it('change four locks, each to one key', () => {
    const locks = new Set(
      world
        .tasks({ seed: 1, count: 60, level: 3 })
        .flatMap(({ doors }) => doors.map(({ door, right }) => `${words[door]}: ${words[right]}`)),
    );
    expect([...locks].sort()).toEqual([
      'black-door: purple',
      'orange-door: green',
      'purple-door: red',
      'white-door: blue',
    ]);
  });

  it.each([
    [{ seed: -1, count: 1 }, 'grid.tasks: seed: expected a whole number from 0 to 4294967295, got -1.'],
    [{ seed: 1, count: 0.5 }, 'grid.tasks: count'],
    [{ seed: 1, count: 1, level: 4 }, 'grid.tasks: level: expected a whole number from 0 to 3, got 4.'],
  ])('refuses %j', (request, message) => {
    expect(() => world.tasks(request)).toThrow(InputError);
    expect(() => world.tasks(request)).toThrow(message);
  });

  it('refuses options out of range', () => {
    expect(() => gridWorld({ maxTurns: 0 })).toThrow('gridWorld: maxTurns');
  });
});

describe('reachability', () => {
  it('the expert plan is a shortest way with Ψ = 1 all along, two turns to spare: 400 tasks', () => {
    for (const task of world.tasks({ seed: 11, count: 400 })) {
      const automaton = task.automaton();
      const table = psi(automaton, task.maxTurns);
      expect(automaton.states).toBeLessThanOrEqual(500);
      expect(turnsToReward(automaton)[automaton.start]).toBe(task.plan.length);
      expect(task.plan.length).toBeLessThanOrEqual(task.maxTurns - 2);
      let state = automaton.start;
      task.plan.forEach(({ tool, argument }, t) => {
        const turnsLeft = task.maxTurns - t;
        const action = world.actionIndex([tool, argument]);
        expect(table[turnsLeft * automaton.states + state]).toBe(1);
        expect(psiAfter(automaton, table, turnsLeft, state, action)).toBe(1);
        state = automaton.next[state * automaton.actions + action];
      });
      expect(automaton.values[state].end).toBe('won');
      expect(table[(task.plan.length - 1) * automaton.states + automaton.start]).toBe(0);
    }
  });

  it('the key of its own colour never opens a changed lock: one key of eight leads on', () => {
    for (const task of world.tasks({ seed: 13, count: 40, level: 3 })) {
      const automaton = task.automaton();
      const opens = new Set<string>();
      automaton.values.forEach((value, state) =>
        actionTable.forEach(({ tool }, action) => {
          const after = automaton.values[automaton.next[state * automaton.actions + action]];
          if (tool === token.open && after.opened > value.opened) opens.add(`${value.opened} ${value.hand}`);
        }),
      );
      expect([...opens].sort()).toEqual(task.doors.map(({ right }, j) => `${j} ${right}`));
    }
  });

  it('dead ends leave the plan as it is', () => {
    for (const task of gridWorld({ deadEnds: true }).tasks({ seed: 4, count: 20, level: 3 }))
      expect(turnsToReward(task.automaton())[0]).toBe(task.plan.length);
  });
});

describe('prompts', () => {
  it('Eq. 6: g_k adds the first k actions, without thoughts', () => {
    const [task] = world.tasks({ seed: 2, count: 1, level: 2 });
    for (let k = 0; k <= task.plan.length; k++) {
      const actions = task.plan.slice(0, k).flatMap(({ tool, argument }) => [tool, argument]);
      const guidance = k ? [token.plan, ...actions, token.endPlan] : [];
      expect(world.prompt(task, task.plan.slice(0, k))).toEqual([...task.question, ...guidance, token.go]);
    }
  });

  it('every episode fits the context', () => {
    const tasks = world.tasks({ seed: 3, count: 400 });
    const prompt = 2 + 3 + 3 + 4 + (2 + 2 * MAX_PLAN) + 1;
    expect(Math.max(...tasks.map((t) => world.prompt(t, t.plan).length))).toBe(prompt);
    for (const task of tasks)
      for (const reply of task.automaton().observations) expect([0, 4]).toContain(reply.length);
    expect(prompt + (world.options.maxTurns - 1) * 7 + 3).toBeLessThanOrEqual(128);
  });
});

describe('environments', () => {
  it('lists the grid', () => {
    const grid = environments.grid();
    expect(grid).toMatchObject({ name: 'grid', title: 'Key-door grid', stepTokens: 3 });
    expect(grid.levels.map(({ name }) => name)).toEqual(['no door', 'own key', '2 changed', '3 changed']);
    expect(grid.words).toHaveLength(80);
  });
});
