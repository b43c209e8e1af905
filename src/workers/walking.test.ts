import { describe, expect, it } from 'vitest';
import { searchWorld } from '../envs/search/world.ts';
import { taskOf } from './probing.ts';
import type { TaskRef } from './protocol.ts';
import { toolViews, walkView, withOneNoiseAction } from './walking.ts';
import { actionsInWords } from './words.ts';

const world = searchWorld();
const hard: TaskRef = { seed: 2026, level: 4, index: 0 };
const task = taskOf(world, hard);
const plan = actionsInWords(world, task.plan);
const walk = (actions: readonly string[], context = 384) => walkView(world, hard, actions, context);

it('the tools of the world are its action space', () => {
  expect(toolViews(world).map(({ tool, arguments: args }) => [tool, args.length])).toEqual([
    ['visit', 24],
    ['search', 8],
    ['answer', 24],
  ]);
});

describe('a walk', () => {
  it('begins with the question alone, and the place that it names', () => {
    const { graph, path, turns, known, turnsLeft, done, line } = walk([]);
    expect({ turns, turnsLeft, done, line }).toEqual({
      turns: [],
      turnsLeft: 16,
      done: false,
      line: undefined,
    });
    expect(path).toEqual([{ node: 'question', psi: 1 }]);
    expect(graph.nodes.map(({ label, kind }) => [label, kind])).toEqual([
      ['question', 'question'],
      [plan[0].split(' ')[1], 'page'],
    ]);
    expect(known).toContain(plan[0].split(' ')[1]);
  });

  it('along the plan sees more with every page, ends in the reward and makes a demonstration', () => {
    const seen = plan.map((_, t) => walk(plan.slice(0, t + 1)));
    const sizes = seen.map(({ graph }) => graph.nodes.length);
    for (let t = 1; t < sizes.length; t++) expect(sizes[t]).toBeGreaterThanOrEqual(sizes[t - 1]);
    const last = seen.at(-1)!;
    expect(last).toMatchObject({ done: true, reward: 1, problem: undefined, turnsLeft: 16 - plan.length });
    expect(last.line).toMatchObject({ task: task.id, source: 'own', reward: 1 });
    expect(last.line?.actions.map(({ tool, argument }) => `${tool} ${argument}`)).toEqual(plan);
    expect(last.path.at(-1)).toEqual({ node: 'answer', psi: 1 });
  });

  it('tells nothing of what it has not seen: no query, no dead end, no alias before it is met', () => {
    for (let t = 0; t < plan.length; t++) {
      const { graph, path } = walk(plan.slice(0, t));
      const stood = new Set(path.map(({ node }) => node));
      for (const node of graph.nodes.filter(({ id }) => !stood.has(id)))
        expect([node.kind, node.psi, world.words.includes(node.label)]).toEqual(['page', 1, true]);
      const shown = new Set(graph.nodes.map(({ label }) => label));
      task.aliases.forEach(({ alias }, j) => {
        if (shown.has(world.words[alias])) expect(stood.has(`alias-${j}`)).toBe(true);
      });
      for (const { label, to } of graph.edges)
        if (label.startsWith('search')) expect(stood.has(to)).toBe(true);
    }
  });

  it('that fails says so in a sentence; so does one that the policy could not read', () => {
    const wrong = walk([plan.at(-1)!]);
    expect(wrong).toMatchObject({ done: true, reward: 0, line: undefined });
    expect(wrong.problem).toContain('expected them to earn the reward, got none');
    const long = walk(plan, 50);
    expect(long.line).toBeUndefined();
    expect(long.problem).toContain("at most 50 tokens, the policy's context");
  });

  it('does not go on after its end, and knows its actions', () => {
    expect(() => walk([plan.at(-1)!, plan[0]])).toThrow('where the episode ends, got 2. Undo the rest.');
    expect(() => walk(['fly home'])).toThrow('got "fly home"');
  });
});

it('one noise action more leaves a plan that earns the reward, and a failing one has no place for it', () => {
  for (const seed of [1, 2, 3]) {
    const noisy = withOneNoiseAction(world, hard, plan, seed);
    expect(noisy).toHaveLength(plan.length + 1);
    expect(walk(noisy)).toMatchObject({ done: true, reward: 1 });
  }
  for (const failing of [plan.slice(0, 2), plan.toSpliced(0, 1)])
    expect(() => withOneNoiseAction(world, hard, failing, 1)).toThrow('Mend the plan first.');
});

it('noise takes a turn: a plan that needs them all is refused', () => {
  let full = plan;
  while (full.length < task.maxTurns) full = withOneNoiseAction(world, hard, full, full.length);
  expect(walk(full)).toMatchObject({ done: true, reward: 1 });
  expect(() => withOneNoiseAction(world, hard, full, 1)).toThrow(
    `fewer than ${task.maxTurns} actions, the turns of an episode, got ${task.maxTurns}. Delete one first.`,
  );
});
