import { describe, expect, it } from 'vitest';
import { nodeAt, taskGraph } from './graph.ts';
import { words } from './vocabulary.ts';
import { searchWorld } from './world.ts';

const world = searchWorld();

describe('task graph', () => {
  it('has an edge for each step of the plan, forming one way from question to answer', () => {
    for (const task of world.tasks({ seed: 4, count: 100 })) {
      const { nodes, edges } = taskGraph(task);
      const ids = nodes.map((node) => node.id);
      expect(new Set(ids).size).toBe(ids.length);
      const way = edges.filter((edge) => edge.planStep !== null);
      expect(way.map((edge) => edge.planStep)).toEqual(task.plan.map((_, i) => i));
      expect(way[0].from).toBe('question');
      expect(way.at(-1)?.to).toBe('answer');
      way.slice(1).forEach((edge, i) => expect(edge.from).toBe(way[i].to));
      expect(nodes.filter((node) => node.kind === 'decoy')).toHaveLength(2 * task.relations.length);
      expect(nodes.filter((node) => node.kind === 'alias').map((node) => node.label)).toEqual(
        task.aliases.map(({ alias }) => words[alias]),
      );
    }
  });

  it('labels query edges with the right term', () => {
    const [task] = world.tasks({ seed: 4, count: 1, level: 4 });
    const queries = taskGraph(task).edges.filter((edge) => edge.from.startsWith('alias'));
    expect(queries.map((edge) => edge.label)).toEqual(
      task.aliases.map(({ right }) => `search ${words[right]}`),
    );
  });

  it('the expert stands where its last edge led, all the way', () => {
    for (const task of world.tasks({ seed: 6, count: 100 })) {
      const automaton = task.automaton();
      const way = taskGraph(task).edges.filter((edge) => edge.planStep !== null);
      let state = automaton.start;
      expect(nodeAt(task, automaton.values[state])).toBe('question');
      task.plan.forEach(({ tool, argument }, i) => {
        state = automaton.next[state * automaton.actions + world.actionIndex([tool, argument])];
        expect(nodeAt(task, automaton.values[state])).toBe(way[i].to);
      });
    }
  });

  it('a lost episode stands nowhere; a page closed again, before its first alias', () => {
    const [task] = world.tasks({ seed: 4, count: 1, level: 4 });
    const nodes = new Set(taskGraph(task).nodes.map((node) => node.id));
    for (const state of task.automaton().values) {
      const node = nodeAt(task, state);
      expect(node === null).toBe(state.end === 'lost');
      if (node !== null) expect(nodes).toContain(node);
      if (state.end === 'no' && state.at === task.gateHop && state.facing < 0 && !state.opened)
        expect(node).toBe('alias-0');
    }
  });
});
